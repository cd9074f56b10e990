"""What an index is built from: one state of the register as rows.

Ids are texts: they go into answers as they are, and compare fast. None as a bound of a period
means that it is open; periods are half-open.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from uuid import UUID

from gazetteer.records.territory_tracing import SuccessionLink


class NodeKind(IntEnum):
    """What a node is."""

    UNIT = 0
    PLACE = 1


@dataclass(frozen=True, slots=True)
class NodeStateRow:
    """What a node was in a period in which nothing about it changed.

    ``place`` is the place whose name the unit bears. ``parent`` is the unit in which a unit or a
    place lies; ``subordination`` and ``custody`` are the two parents of a unit.
    """

    node: str
    kind: NodeKind
    level: str
    code: str | None
    name: str
    parent: str | None
    start: date | None
    end: date | None
    place: str | None = None
    romanized: str | None = None
    legal_class: str | None = None
    unit_type: str | None = None
    start_precision: str = "unknown"
    end_precision: str = "unknown"
    subordination: str | None = None
    custody: str | None = None


@dataclass(frozen=True, slots=True)
class NameRow:
    """A name of a node with its period; ``name_kind`` is standard, short, alias or former."""

    node: str
    text: str
    name_kind: str
    start: date | None
    end: date | None


@dataclass(frozen=True, slots=True)
class PointRow:
    """The point of a node (lon, lat in degrees, CGCS2000) with its period."""

    node: str
    start: date | None
    end: date | None
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class IndexSource:
    """One state of the register, at ledger sequence ``seq``, or the part of it that was changed.

    ``latin``: (node, name) for names in Latin letters that are not its pinyin. ``succession``:
    (unit, its succession links as JSON text). ``nameless``: units that had no name at some time.
    """

    seq: int
    recorded_at: datetime | None
    states: Sequence[NodeStateRow]
    names: Sequence[NameRow]
    links: Mapping[UUID, Sequence[SuccessionLink]]
    latin: Sequence[tuple[str, str]] = ()
    points: Sequence[PointRow] = ()
    seats: Sequence[PointRow] = ()
    succession: Sequence[tuple[str, str]] = ()
    nameless: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class IndexChanges:
    """What may differ from an earlier state of the register.

    Of ``nodes`` anything may; of ``located`` nodes the points, and of ``linked`` ones what their
    succession links lead to. Both contain all of ``nodes``.
    """

    nodes: Collection[str]
    located: Collection[str]
    linked: Collection[str]

"""What differs between two states of the register, for a unit and everything below it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from shapely.geometry.base import BaseGeometry

from boundaries.differences.territory_passing import LEAST_M2, PassedTerritory
from boundaries.differences.vertex_changes import Point, VertexChange, VertexChangeKind
from gazetteer.ledger.drafts.known_records import RecordKey
from gazetteer.ledger.versions import Attributes


@dataclass(frozen=True, slots=True)
class ComparedUnit:
    """How a unit is called in one of the states."""

    code: str | None = None
    name: str | None = None
    level: str | None = None


@dataclass(frozen=True)
class UnitNames:
    """The units that a difference speaks of, in the state before and in the one after."""

    before: Mapping[UUID, ComparedUnit] = field(default_factory=dict)
    after: Mapping[UUID, ComparedUnit] = field(default_factory=dict)

    def name_former(self, unit: UUID) -> ComparedUnit:
        """A unit as it was before, else as it is after."""
        return self.before.get(unit) or self.after.get(unit) or ComparedUnit(str(unit))

    def name_latter(self, unit: UUID) -> ComparedUnit:
        """A unit as it is after, else as it was before."""
        return self.after.get(unit) or self.before.get(unit) or ComparedUnit(str(unit))


@dataclass(frozen=True)
class ChangedRecord:
    """The attributes of a record before and after a change; None: not in force."""

    key: RecordKey
    before: Attributes | None
    after: Attributes | None


@dataclass(frozen=True, slots=True)
class AreaChange:
    """The area of a unit in square metres on the ellipsoid, and what it won and lost.

    ``before_m2`` and ``after_m2`` are None where the unit is not in force or its area not known;
    ``won_m2`` and ``lost_m2`` where that cannot be said, because a unit in force has no known area.
    """

    unit: UUID
    before_m2: float | None
    after_m2: float | None
    won_m2: float | None
    lost_m2: float | None

    @property
    def is_noticeable(self) -> bool:
        """Whether more differs than the rounding of areas."""
        if self.before_m2 is None or self.after_m2 is None:
            return self.before_m2 != self.after_m2
        gain = abs(self.after_m2 - self.before_m2)
        return max(gain, self.won_m2 or 0.0, self.lost_m2 or 0.0) >= LEAST_M2


class EdgeChangeKind(StrEnum):
    """What happened to an edge as a whole."""

    BEGINS = "edge_begins"
    ENDS = "edge_ends"


@dataclass(frozen=True)
class EdgeChange:
    """A vertex of an edge that changed (``vertex``), or an edge that begins or ends (``line``).

    ``left`` and ``right`` are the units beside the edge after the change, else before it. ``line``
    is in degrees of CGCS2000.
    """

    edge: UUID
    left: UUID | None
    right: UUID | None
    kind: VertexChangeKind | EdgeChangeKind
    vertex: VertexChange | None = None
    line: BaseGeometry | None = None

    @property
    def moved_points(self) -> tuple[Point | None, Point | None]:
        """Where the vertex was and where it is."""
        return (self.vertex.before, self.vertex.after) if self.vertex else (None, None)

    @property
    def distance_m(self) -> float | None:
        """How far the vertex moved."""
        return self.vertex.distance_m if self.vertex else None


@dataclass(frozen=True)
class RegisterDifference:
    """All that differs; everything is empty where the two states are equal.

    ``subjects`` says of which unit or place the records are.
    """

    territory: Sequence[PassedTerritory]
    areas: Sequence[AreaChange]
    vertices: Sequence[EdgeChange]
    records: Sequence[ChangedRecord]
    names: UnitNames
    subjects: Mapping[RecordKey, ComparedUnit]

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs."""
        return not (self.territory or self.areas or self.vertices or self.records)

"""What lies where, in memory: one state of the register, of which nothing ever changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection

from boundaries.areas.memory.borders import Borders, borders
from boundaries.areas.memory.places import Places, places
from boundaries.areas.memory.source import AreaRow, Source, StateRow, read_source
from gazetteer.ledger.asof import AsOf, Basis
from gazetteer.records.levels import UNIT_LEVELS

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class State:
    """A unit in a period: ``link`` is how it is told, ``order`` its place in a chain."""

    start: int
    end: int
    depth: int
    order: tuple[int, bool, str]
    parent: str | None
    link: Answer


@dataclass(frozen=True, slots=True)
class Ground:
    """Areas by number, as :class:`BorderLookup` has them, and the states of the units by their id.

    ``recorded_at``: of the last publication; None if nothing was ever published.
    ``overrides``: boxes (west, south, east, north) in which another unit's law may apply; what
    lies in one of them is not known here.
    """

    seq: int
    recorded_at: datetime | None
    areas: Sequence[AreaRow]
    borders: Borders
    states: Mapping[str, Sequence[State]]
    places: Places
    overrides: Sequence[tuple[float, float, float, float]]

    def knows(self, as_of: AsOf) -> bool:
        """Whether it is this state that is asked, by the days of effect."""
        known = self.recorded_at is not None and as_of.known_at in (None, self.recorded_at)
        return known and as_of.basis is Basis.EFFECTIVE

    def state(self, unit: str, day: int) -> State | None:
        """What a unit was on a day."""
        for state in self.states.get(unit, ()):
            if state.start <= day < state.end:
                return state
        return None

    def overridden(self, lon: float, lat: float) -> bool:
        """Whether another unit's law may apply at the point at some time."""
        return any(w <= lon <= e and s <= lat <= n for w, s, e, n in self.overrides)


def read_ground(conn: Connection[Any], before: Ground | None = None) -> Ground:
    """The newest state.

    Args:
        conn: an autocommit connection that is not within a transaction.
        before: an earlier state, whose borders are taken over where they are still in force.
    """
    known = {} if before is None else _runs(before)
    source = read_source(conn, known)
    same = before is not None and _versions(before.areas) == _versions(source.areas)
    return Ground(
        source.seq,
        source.recorded_at,
        source.areas,
        before.borders if before and same else _drawn(source),
        _by_unit(source.states),
        places(source.places, source.names),
        source.overrides,
    )


def _runs(ground: Ground) -> dict[int, Any]:
    return {row.version: ground.borders.of(i) for i, row in enumerate(ground.areas)}


def _versions(areas: Sequence[AreaRow]) -> list[int]:
    return [row.version for row in areas]


def _drawn(source: Source) -> Borders:
    return borders(source.runs[row.version] for row in source.areas)


def _by_unit(rows: Sequence[StateRow]) -> dict[str, list[State]]:
    units: dict[str, list[State]] = {}
    for row in rows:
        depth = UNIT_LEVELS.index(row.level)
        link = {"level": row.level, "unit_id": row.unit, "code": row.code, "name": row.name}
        order = (depth, row.code is None, row.code or "")
        state = State(row.start, row.end, depth, order, row.parent, link)
        units.setdefault(row.unit, []).append(state)
    return units

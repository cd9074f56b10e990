"""The history of the register as values that rules can check.

The SQL is here; the rules are pure functions.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

import shapely
from psycopg import Connection
from psycopg.rows import tuple_row
from shapely.geometry.base import BaseGeometry

from boundaries.network.network_store import NetworkHistory, load_network_history
from gazetteer.ledger.as_of import MOMENT_CTE, AsOf

_STATES = f"""
WITH {MOMENT_CTE}
SELECT s.unit_id, s.level, s.unit_type, s.code, s.name, s.parent_id, lower(s.valid), upper(s.valid)
FROM moment, unit_state s WHERE s.recorded @> moment.known_at AND s.level <> 'village'
ORDER BY s.unit_id, s.valid
"""

# Codes of civil affairs; Order No. 79 does not cover those of statistics, as of villages.
_CODES = f"""
WITH {MOMENT_CTE}
SELECT c.unit_id, c.code, lower(c.valid), upper(c.valid)
FROM moment, code_version c WHERE c.recorded @> moment.known_at AND c.code_system = 'mca'
ORDER BY c.code, c.valid
"""

_LINKS = f"""
WITH {MOMENT_CTE}
SELECT l.from_unit, l.to_unit, lower(l.valid)
FROM moment, succession_version l
WHERE l.recorded @> moment.known_at AND NOT lower_inf(l.valid)
ORDER BY lower(l.valid), l.record_id
"""

_AREAS = f"""
WITH {MOMENT_CTE}
SELECT a.version_id, a.unit_id, lower(a.valid), upper(a.valid), a.accuracy_m, a.source
FROM moment, area_version a WHERE a.recorded @> moment.known_at
ORDER BY a.unit_id, a.valid
"""

_SHAPES = """
SELECT version_id, ST_AsBinary(geom, 'NDR') FROM area_version WHERE version_id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class ValidityPeriod:
    """A half-open period of days; None is an open end."""

    start: date | None
    stop: date | None

    def covers_day(self, day: date) -> bool:
        """Whether a day lies in the period."""
        return (self.start is None or self.start <= day) and (self.stop is None or day < self.stop)

    def overlaps_period(self, other: "ValidityPeriod") -> bool:
        """Whether two periods have a day in common."""
        begins = max(self.start or date.min, other.start or date.min)
        return begins < min(self.stop or date.max, other.stop or date.max)


@dataclass(frozen=True, slots=True)
class UnitTenure:
    """The attributes of a unit in a period."""

    level: str
    unit_type: str | None
    code: str | None
    name: str | None
    parent: UUID | None
    period: ValidityPeriod


@dataclass(frozen=True, slots=True)
class CodeTenure:
    """The period in which a unit carried a code."""

    unit: UUID
    code: str
    period: ValidityPeriod


@dataclass(frozen=True, slots=True)
class SuccessionTransfer:
    """Territory that passed from one unit to another on a day."""

    giver: UUID
    taker: UUID
    on: date


@dataclass(frozen=True, slots=True)
class AreaTenure:
    """The period of an area, without its shape; ``version`` identifies that."""

    version: int
    unit: UUID
    period: ValidityPeriod
    accuracy_m: float | None
    source: str


@dataclass(frozen=True)
class HistoryContext:
    """The history of the register; its changes after ``since`` and up to ``until`` are checked.

    ``codes`` are ordered by code and day, ``areas`` by unit and day. Findings refer to units by
    their numbers in ``units``.
    """

    until: date
    states: Mapping[UUID, Sequence[UnitTenure]]
    codes: Sequence[CodeTenure]
    links: Sequence[SuccessionTransfer]
    areas: Sequence[AreaTenure]
    network: NetworkHistory
    since: date = date.min

    def covers_change(self, day: date | None) -> bool:
        """Whether a change of that day is checked; None is before all days."""
        return self.since < day <= self.until if day else self.since == date.min

    @cached_property
    def units(self) -> tuple[UUID, ...]:
        """Every unit of which anything is known."""
        sources = (h.unit for h in self.codes), (a.unit for a in self.areas)
        faces = self.network.faces
        ends = (unit for link in self.links for unit in (link.giver, link.taker))
        return tuple(
            dict.fromkeys([*self.states, *faces, *ends, *(u for part in sources for u in part)])
        )

    @cached_property
    def number(self) -> Mapping[UUID, int]:
        """The number of each unit."""
        return {unit: number for number, unit in enumerate(self.units)}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The short name of each unit: the last code it had, else its id."""
        last = {unit: states[-1].code for unit, states in self.states.items() if states}
        return tuple(last.get(unit) or str(unit) for unit in self.units)

    def number_units(self, units: Iterable[UUID]) -> tuple[int, ...]:
        """The numbers of units, ascending."""
        return tuple(sorted({self.number[unit] for unit in units}))

    def list_names(self, units: Iterable[UUID]) -> list[str]:
        """Units by code and last name, sorted, for a message."""
        texts = []
        for unit in units:
            states = self.states.get(unit, ())
            name = states[-1].name if states else None
            texts.append(f"{self.names[self.number[unit]]} {name or ''}".strip())
        return sorted(texts)

    def find_state(self, unit: UUID, day: date) -> UnitTenure | None:
        """The attributes of a unit on a day; None if it was not in force."""
        return next((s for s in self.states.get(unit, ()) if s.period.covers_day(day)), None)


def load_history_context(
    conn: Connection[Any], as_of: AsOf, since: date = date.min
) -> HistoryContext:
    """The history up to the day of ``as_of``, as known then; changes up to ``since`` are past."""
    with conn.transaction(), conn.cursor(row_factory=tuple_row) as cursor:
        states: dict[UUID, list[UnitTenure]] = {}
        for row in cursor.execute(_STATES, as_of.to_sql_params()):
            unit, level, type_, code, name, parent, start, stop = row
            state = UnitTenure(level, type_, code, name, parent, ValidityPeriod(start, stop))
            states.setdefault(unit, []).append(state)
        codes = [
            CodeTenure(unit, code, ValidityPeriod(start, stop))
            for unit, code, start, stop in cursor.execute(_CODES, as_of.to_sql_params())
        ]
        links = [SuccessionTransfer(*row) for row in cursor.execute(_LINKS, as_of.to_sql_params())]
        areas = [
            AreaTenure(version, unit, ValidityPeriod(start, stop), accuracy_m, source)
            for version, unit, start, stop, accuracy_m, source in cursor.execute(
                _AREAS, as_of.to_sql_params()
            )
        ]
    network = load_network_history(conn, as_of)
    return HistoryContext(as_of.at, states, codes, links, areas, network, since)


def load_area_shapes(conn: Connection[Any], versions: Iterable[int]) -> Mapping[int, BaseGeometry]:
    """The shapes of areas, by version."""
    with conn.transaction(), conn.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(_SHAPES, [list(versions)]).fetchall()
    shapes = shapely.from_wkb([row[1] for row in rows])
    return {row[0]: shape for row, shape in zip(rows, shapes, strict=True)}

"""Which areas a publication affects, on which days, and the edges and units that decide them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import tuple_row

from boundaries.network.edge_versions import EdgeVersion
from boundaries.network.unit_hierarchy import UnitPeriod
from boundaries.schema.network_kinds import EDGE
from gazetteer.ledger.changesets import Publication
from gazetteer.ledger.period import Period, PeriodEnd, Precision
from gazetteer.ledger.version_store import select_versions, version_from_row

Conn = Connection[Any]
Days = tuple[date, date]
"""The first day and the day after the last one; ``date.min`` and ``date.max`` are open ends."""

_CHANGED_EDGES = """
SELECT e.left_unit, e.right_unit, lower(e.valid), upper(e.valid)
FROM change c JOIN edge_version e USING (record_id)
WHERE c.seq BETWEEN %(first)s AND %(last)s AND c.kind = 'edge'
AND %(changeset)s IN (e.opened_in, e.closed_in)
"""

# The days on which a unit has ground of its own now and had none before, or the other way round:
# whether a unit above consists of known ones depends on it.
_CHANGED_FACES = """
WITH side AS (
    SELECT unit, e.valid, upper_inf(e.recorded) AS is_known,
        e.opened_in IS DISTINCT FROM %(changeset)s AS was_known
    FROM unnest(%(units)s::uuid[]) AS unit, LATERAL (
        SELECT * FROM edge_version WHERE left_unit = unit
        UNION ALL SELECT * FROM edge_version WHERE right_unit = unit
    ) e
    WHERE upper_inf(e.recorded) OR e.closed_in = %(changeset)s
),
ground AS (
    SELECT unit,
        coalesce(range_agg(valid) FILTER (WHERE is_known), '{}') AS now,
        coalesce(range_agg(valid) FILTER (WHERE was_known), '{}') AS before
    FROM side GROUP BY 1
)
SELECT unit, lower((now + before) - (now * before)), upper((now + before) - (now * before))
FROM ground WHERE now <> before
"""

# The periods, before and now, of the units that a publication changed, as far as areas depend on
# them.
_CHANGED_UNITS = """
SELECT u.record_id, u.level, coalesce(u.custody_parent, u.subordination_parent),
    lower(u.valid), upper(u.valid), u.started_by, u.ended_by, u.start_precision, u.end_precision,
    u.opened_in IS DISTINCT FROM %(changeset)s AS was_known, upper_inf(u.recorded) AS is_known
FROM change c JOIN unit_version u USING (record_id)
WHERE c.seq BETWEEN %(first)s AND %(last)s AND c.kind = 'unit' AND u.level <> 'village'
AND (upper_inf(u.recorded) OR u.closed_in = %(changeset)s)
AND EXISTS (
    SELECT FROM area_version a WHERE upper_inf(a.recorded)
    AND a.unit_id IN (u.record_id, u.custody_parent, u.subordination_parent)
    UNION ALL  -- the last unit without an area leaves a parent whose others all have one
    SELECT FROM unit_version s JOIN area_version a ON a.unit_id = s.record_id
    WHERE upper_inf(a.recorded) AND coalesce(s.custody_parent, s.subordination_parent)
        = coalesce(u.custody_parent, u.subordination_parent)
)
ORDER BY u.record_id, u.valid
"""

_UNIT_COLUMNS = """
u.record_id, u.level, coalesce(u.custody_parent, u.subordination_parent) AS parent,
lower(u.valid) AS first, upper(u.valid) AS last, u.started_by, u.ended_by,
u.start_precision, u.end_precision
"""

_UNITS_ABOVE = f"""
WITH RECURSIVE above AS (
    SELECT {_UNIT_COLUMNS} FROM unit_version u
    WHERE u.record_id = ANY(%(units)s) AND upper_inf(u.recorded)
    UNION
    SELECT {_UNIT_COLUMNS} FROM above JOIN unit_version u ON u.record_id = above.parent
    WHERE upper_inf(u.recorded)
)
SELECT * FROM above
"""

# Townships below counties count only where they are on a side of an edge: in most counties the
# county itself is the lowest known unit.
_UNITS_BELOW = f"""
WITH RECURSIVE below AS (
    SELECT u.record_id, u.level FROM unit_version u
    WHERE u.record_id = ANY(%(units)s) AND upper_inf(u.recorded)
    UNION
    SELECT u.record_id, u.level FROM below JOIN unit_version u
    ON coalesce(u.custody_parent, u.subordination_parent) = below.record_id
    AND u.level <> 'village' AND upper_inf(u.recorded)
    AND (u.level <> 'township' OR below.level <> 'county' OR EXISTS (
        SELECT FROM edge_version e WHERE u.record_id IN (e.left_unit, e.right_unit)
    ))
)
SELECT {_UNIT_COLUMNS} FROM unit_version u
WHERE u.record_id IN (SELECT record_id FROM below) AND upper_inf(u.recorded)
"""


@dataclass(frozen=True, slots=True)
class DerivationScope:
    """The days for which the areas of units are to be derived anew."""

    days: Mapping[UUID, Days]

    @property
    def affected_units(self) -> frozenset[UUID]:
        """The units to derive."""
        return frozenset(self.days)


def find_scope(conn: Conn, publication: Publication) -> DerivationScope:
    """The units whose areas may change by what a publication has written so far."""
    params = {
        "first": publication.first_seq,
        "last": publication.last_seq,
        "changeset": publication.changeset_id,
    }
    with conn.cursor(row_factory=tuple_row) as cursor:
        edges = cursor.execute(_CHANGED_EDGES, params).fetchall()
        changed_units = find_changed_periods(cursor.execute(_CHANGED_UNITS, params).fetchall())
        sides = {unit for row in edges for unit in row[:2] if unit is not None}
        changed_faces = cursor.execute(_CHANGED_FACES, {**params, "units": list(sides)}).fetchall()
    moved = {unit for own in changed_units for unit in (own.unit, own.parent) if unit is not None}
    ancestry = _Ancestry(load_units(conn, _UNITS_ABOVE, sides | moved))
    days: dict[UUID, Days] = {}
    for left, right, start, stop in edges:
        _extend_days(days, ancestry.list_separated(left, right, _parse_days(start, stop)))
    for unit, start, stop in changed_faces:
        _extend_days(days, ancestry.list_above(unit, _parse_days(start, stop)))
    for own in changed_units:
        span = _parse_days(own.period.start.on, own.period.end.on)
        _extend_days(days, [(own.unit, *span), *ancestry.list_above(own.parent, span)])
    return DerivationScope(days)


def find_changed_periods(rows: Sequence[Sequence[Any]]) -> set[UnitPeriod]:
    """The periods of one level and one parent that units have before or after, but not both.

    A new type or another seat changes neither, and no area.

    Args:
        rows: of :data:`_CHANGED_UNITS`: versions of units, by unit and day.
    """
    before, now = (
        set(_iter_unit_periods([row for row in rows if row[known]])) for known in (-2, -1)
    )
    return before ^ now


def _iter_unit_periods(rows: Iterable[Sequence[Any]]) -> Iterator[UnitPeriod]:
    for _, states in groupby(rows, key=lambda row: row[0]):
        yield from _merge_periods(_build_unit_period(row[:9]) for row in states)


def _merge_periods(states: Iterable[UnitPeriod]) -> list[UnitPeriod]:
    """The states of one unit, in order of time, as few as there are levels and parents."""
    merged: list[UnitPeriod] = []
    for state in states:
        last = merged[-1] if merged else None
        if (
            last
            and (last.level, last.parent) == (state.level, state.parent)
            and (last.period.end.on == state.period.start.on)
        ):
            merged[-1] = replace(last, period=Period(last.period.start, state.period.end))
        else:
            merged.append(state)
    return merged


def load_surroundings(
    conn: Conn, scope: DerivationScope
) -> tuple[list[EdgeVersion], list[UnitPeriod]]:
    """All that is known now of the edges round the units of a scope, and of units below these."""
    below = load_units(conn, _UNITS_BELOW, scope.affected_units)
    names = list({unit.unit for unit in below})
    query = select_versions(
        EDGE,
        "upper_inf(recorded) AND version_id = ANY(ARRAY("
        " SELECT version_id FROM edge_version WHERE left_unit = ANY(%(units)s)"
        " UNION SELECT version_id FROM edge_version WHERE right_unit = ANY(%(units)s)))",
    )
    with conn.cursor(row_factory=tuple_row) as cursor:
        rows = [version_from_row(EDGE, r) for r in cursor.execute(query, {"units": names})]
    edges = [EdgeVersion.from_version(row.record_id, row.version) for row in rows]
    sides = {side for edge in edges for side in edge.side_units if side is not None}
    above = load_units(conn, _UNITS_ABOVE, sides)
    return edges, list({(u.unit, u.period): u for u in (*below, *above)}.values())


def load_units(conn: Conn, statement: Any, units: Iterable[UUID]) -> list[UnitPeriod]:
    """Periods of units as known now, of those that a statement selects by the given ones."""
    with conn.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(statement, {"units": list(units)}).fetchall()
    rows.sort(key=lambda row: (row[0], row[3] or date.min))
    return list(_iter_unit_periods(rows))


def _build_unit_period(row: Sequence[Any]) -> UnitPeriod:
    unit, level, parent, start, stop, started_by, ended_by, *precisions = row
    first, last = map(Precision, precisions)
    period = Period(PeriodEnd(start, started_by, first), PeriodEnd(stop, ended_by, last))
    return UnitPeriod(unit, level, parent, period)


def _parse_days(start: date | None, stop: date | None) -> Days:
    return start or date.min, stop or date.max


def _extend_days(days: dict[UUID, Days], spans: Iterable[tuple[UUID, date, date]]) -> None:
    for unit, start, stop in spans:
        first, last = days.get(unit, (start, stop))
        days[unit] = min(first, start), max(last, stop)


class _Ancestry:
    """The units above others, with the days on which they were."""

    def __init__(self, units: Iterable[UnitPeriod]) -> None:
        self._states: dict[UUID, list[UnitPeriod]] = {}
        for unit in units:
            self._states.setdefault(unit.unit, []).append(unit)

    def list_above(self, unit: UUID | None, days: Days) -> list[tuple[UUID, date, date]]:
        """The unit and those above it during the given days."""
        return list(self._iter_above(unit, days, len(self._states) + 1))

    def _iter_above(
        self, unit: UUID | None, days: Days, steps: int
    ) -> Iterator[tuple[UUID, date, date]]:
        if unit is None or not steps:
            return
        yield unit, *days
        for state in self._states.get(unit, ()):
            first, last = _parse_days(state.period.start.on, state.period.end.on)
            common = max(first, days[0]), min(last, days[1])
            if common[0] < common[1]:
                yield from self._iter_above(state.parent, common, steps - 1)

    def list_separated(
        self, left: UUID | None, right: UUID | None, days: Days
    ) -> list[tuple[UUID, date, date]]:
        """Both sides of an edge, and the units above just one of them on some day."""
        one, other = self.list_above(left, days), self.list_above(right, days)
        return [*one[:1], *other[:1], *{*one}.symmetric_difference(other)]

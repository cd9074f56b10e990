"""The areas that differ between two states, and the territory that passed from unit to unit."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from psycopg.rows import tuple_row
from shapely.geometry.base import BaseGeometry

from boundaries.differences.compared_states import ComparedStates
from boundaries.differences.register_difference import AreaChange
from boundaries.differences.territory_passing import (
    PassedTerritory,
    measure_territory,
    pair_territory,
    subtract_area,
)
from boundaries.exports.export_query import Conn, load_geometries
from gazetteer.ledger.as_of import MOMENT_CTE, AsOf, in_force_sql
from gazetteer.ledger.version_store import format_ids
from gazetteer.progress import Progress

_AREAS = f"""
WITH {MOMENT_CTE}
SELECT DISTINCT ON (a.unit_id) a.unit_id, a.version_id, d.area_m2
FROM moment, area_version a JOIN area_display d USING (version_id)
WHERE {in_force_sql("a")}
ORDER BY a.unit_id, lower(a.valid) DESC NULLS LAST
"""

_PARENTS = f"""
WITH RECURSIVE {MOMENT_CTE},
chain AS (
    SELECT s.unit_id, s.parent_id FROM moment, unit_state s
    WHERE s.unit_id = ANY (%(units)s::uuid[]) AND {in_force_sql("s")}
    UNION
    SELECT s.unit_id, s.parent_id FROM chain c, moment, unit_state s
    WHERE s.unit_id = c.parent_id AND {in_force_sql("s")}
)
SELECT unit_id, parent_id FROM chain
"""

_IN_FORCE = f"""
WITH {MOMENT_CTE} SELECT v.record_id FROM moment, unit_version v
WHERE v.record_id = ANY (%(units)s::uuid[]) AND {in_force_sql("v")}
"""

_NEAR = """
SELECT DISTINCT o.version_id FROM area_version o, area_version i
WHERE o.version_id = ANY (%s) AND i.version_id = ANY (%s) AND o.geom && i.geom
"""


@dataclass(frozen=True)
class StoredAreas:
    """The areas of a state: version and square metres by unit; the parents of these units."""

    versions: Mapping[UUID, int]
    areas_m2: Mapping[UUID, float]
    parents: Mapping[UUID, UUID | None]

    def iter_chain(self, unit: UUID | None) -> Iterator[UUID]:
        """A unit and those above it."""
        while unit is not None:
            yield unit
            unit = self.parents.get(unit)

    def list_lowest(self) -> dict[UUID, int]:
        """The versions of the units with an area that none below them has."""
        above = {
            upper for unit in self.versions for upper in self.iter_chain(self.parents.get(unit))
        }
        return {unit: version for unit, version in self.versions.items() if unit not in above}


def load_stored_areas(conn: Conn, as_of: AsOf) -> StoredAreas:
    """The areas in force in a state; none of their polygons is read."""
    with conn.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(_AREAS, as_of.to_sql_params()).fetchall()
        params = {**as_of.to_sql_params(), "units": format_ids(row[0] for row in rows)}
        parents: dict[UUID, UUID | None] = dict(cursor.execute(_PARENTS, params).fetchall())
    return StoredAreas(
        {unit: version for unit, version, _ in rows},
        {unit: area for unit, _, area in rows},
        parents,
    )


def load_passed_territory(
    conn: Conn,
    states: ComparedStates,
    areas: tuple[StoredAreas, StoredAreas],
    progress: Progress,
) -> list[PassedTerritory]:
    """The territory that passed between units of which one is in scope, by the lowest known units.

    A unit has lost or won nothing while it has its area, even if the areas of units below it become
    known or unknown; for these, nobody known had the territory, or has it.
    """
    lowest = areas[0].list_lowest(), areas[1].list_lowest()
    before, after = _select_differing(*lowest)
    inside = [one[unit] for one in (before, after) for unit in one if unit in states.scope]
    every = [*before.values(), *after.values()]
    near = {row[0] for row in conn.execute(_NEAR, [every, inside]).fetchall()}
    own = [
        {unit: stored.versions[unit] for unit in {*before, *after} if unit in stored.versions}
        for stored in areas
    ]
    shapes = _load_shapes(conn, near.union(*(one.values() for one in own)), progress)
    lost, won = (
        {
            unit: subtract_area(shapes[version], shapes.get(other.get(unit, 0)))
            for unit, version in side.items()
            if version in near
        }
        for side, other in ((before, own[1]), (after, own[0]))
    )
    progress(0, 1, "compare")
    return [one for one in pair_territory(lost, won) if states.scope & {one.giver, one.taker}]


def list_area_changes(
    conn: Conn,
    states: ComparedStates,
    areas: tuple[StoredAreas, StoredAreas],
    progress: Progress,
) -> list[AreaChange]:
    """The units in scope whose area differs, at every level."""
    before, after = _select_differing(areas[0].versions, areas[1].versions)
    units = sorted(states.scope & {*before, *after})
    in_force = [_find_in_force(conn, one, units) for one in (states.before, states.after)]
    wanted = {one[unit] for one in (before, after) for unit in units if unit in one}
    shapes = _load_shapes(conn, wanted, progress)
    changes = []
    for number, unit in enumerate(units, 1):
        old, new = (shapes[one[unit]] if unit in one else None for one in (before, after))
        is_known = all(
            shape is not None or unit not in alive
            for shape, alive in zip((old, new), in_force, strict=True)
        )
        old_m2, new_m2 = (one.areas_m2.get(unit) for one in areas)
        won, lost = _measure_gain(old, new, new_m2), _measure_gain(new, old, old_m2)
        changes.append(
            AreaChange(unit, old_m2, new_m2, won if is_known else None, lost if is_known else None)
        )
        progress(number, len(units), "compare")
    return [one for one in changes if one.is_noticeable]


def _measure_gain(
    area: BaseGeometry | None, later: BaseGeometry | None, later_m2: float | None
) -> float:
    """Square metres of the later area outside of the one before it; all of it if there was none."""
    if later is None or later_m2 is None:
        return 0.0
    return later_m2 if area is None else measure_territory(subtract_area(later, area))


def _select_differing(
    before: Mapping[UUID, int], after: Mapping[UUID, int]
) -> tuple[dict[UUID, int], dict[UUID, int]]:
    """The units whose version is not the same on both sides."""
    differing = {unit for unit in {*before, *after} if before.get(unit) != after.get(unit)}
    earlier, later = (
        {unit: version for unit, version in side.items() if unit in differing}
        for side in (before, after)
    )
    return earlier, later


def _load_shapes(
    conn: Conn, versions: Iterable[int], progress: Progress
) -> dict[int, BaseGeometry]:
    ordered = sorted(versions)
    return dict(zip(ordered, load_geometries(conn, "area", ordered, progress), strict=True))


def _find_in_force(conn: Conn, as_of: AsOf, units: Iterable[UUID]) -> set[UUID]:
    params = {**as_of.to_sql_params(), "units": format_ids(units)}
    with conn.cursor(row_factory=tuple_row) as cursor:
        return {row[0] for row in cursor.execute(_IN_FORCE, params)}

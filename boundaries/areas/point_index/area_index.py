"""The areas, units and places of one state of the register, in memory; immutable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection

from boundaries.areas.point_index.area_source import (
    AreaSource,
    AreaVersionRow,
    DatedUnitRow,
    load_area_source,
)
from boundaries.areas.point_index.nearest_places import PlaceIndex, build_place_index
from boundaries.areas.point_index.segment_index import SegmentIndex, build_segment_index
from gazetteer.ledger.as_of import AsOf, Basis
from gazetteer.records.levels import UNIT_LEVELS

JsonObject = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DatedUnit:
    """A unit in a period (proleptic ordinals, half-open).

    ``chain_entry`` is its entry in a chain of units, ``sort_key`` its position there.
    """

    start: int
    end: int
    depth: int
    sort_key: tuple[int, bool, str]
    parent_id: str | None
    chain_entry: JsonObject


@dataclass(frozen=True, slots=True)
class AreaIndex:
    """Areas by their numbers in :class:`SegmentIndex`, and the states of units by unit id.

    ``recorded_at`` is the time of the last publication; None if nothing was ever published.
    ``override_boxes`` (west, south, east, north) are where the law of another unit may apply: the
    index has no answer there.
    """

    seq: int
    recorded_at: datetime | None
    areas: Sequence[AreaVersionRow]
    segment_index: SegmentIndex
    units: Mapping[str, Sequence[DatedUnit]]
    place_index: PlaceIndex
    override_boxes: Sequence[tuple[float, float, float, float]]

    def can_answer(self, as_of: AsOf) -> bool:
        """Whether this state is the one asked for, by effective dates."""
        is_newest = self.recorded_at is not None and as_of.known_at in (None, self.recorded_at)
        return is_newest and as_of.basis is Basis.EFFECTIVE

    def find_unit(self, unit_id: str, day: int) -> DatedUnit | None:
        """The state of a unit on a day."""
        for dated_unit in self.units.get(unit_id, ()):
            if dated_unit.start <= day < dated_unit.end:
                return dated_unit
        return None

    def find_area(self, unit_id: str, day: int) -> int | None:
        """The number of the area that a unit has on a day; looks at all of them."""
        for number, row in enumerate(self.areas):
            if row.unit_id == unit_id and row.start <= day < row.end:
                return number
        return None

    def is_in_override_box(self, lon: float, lat: float) -> bool:
        """Whether the law of another unit may apply at the point at some time."""
        return any(w <= lon <= e and s <= lat <= n for w, s, e, n in self.override_boxes)


def load_area_index(conn: Connection[Any], previous: AreaIndex | None = None) -> AreaIndex:
    """The newest state.

    Args:
        conn: An autocommit connection that is not within a transaction.
        previous: An earlier state, whose borders are reused where they are still in force.
    """
    known_blocks = {} if previous is None else _collect_blocks(previous)
    source = load_area_source(conn, known_blocks)
    same_areas = previous is not None and _list_versions(previous.areas) == _list_versions(
        source.areas
    )
    return AreaIndex(
        source.seq,
        source.recorded_at,
        source.areas,
        previous.segment_index if previous and same_areas else _build_segment_index(source),
        _group_by_unit(source.units),
        build_place_index(source.places, source.names),
        source.override_boxes,
    )


def _collect_blocks(index: AreaIndex) -> dict[int, Any]:
    return {row.version: index.segment_index.get_blocks(i) for i, row in enumerate(index.areas)}


def _list_versions(areas: Sequence[AreaVersionRow]) -> list[int]:
    return [row.version for row in areas]


def _build_segment_index(source: AreaSource) -> SegmentIndex:
    return build_segment_index(source.blocks[row.version] for row in source.areas)


def _group_by_unit(rows: Sequence[DatedUnitRow]) -> dict[str, list[DatedUnit]]:
    units: dict[str, list[DatedUnit]] = {}
    for row in rows:
        depth = UNIT_LEVELS.index(row.level)
        chain_entry = {
            "level": row.level,
            "unit_id": row.unit_id,
            "code": row.code,
            "name": row.name,
        }
        sort_key = (depth, row.code is None, row.code or "")
        dated_unit = DatedUnit(row.start, row.end, depth, sort_key, row.parent_id, chain_entry)
        units.setdefault(row.unit_id, []).append(dated_unit)
    return units

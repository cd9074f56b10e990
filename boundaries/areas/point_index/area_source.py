"""Reading one state of the register in one snapshot: areas, their units, places with names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg import Connection, IsolationLevel

from boundaries.areas.point_index.segment_index import Floats, build_blocks
from gazetteer.search.index.day_ordinals import OPEN_END, OPEN_START, to_ordinal

_HEAD = "SELECT seq, nullif(recorded_at, '-infinity') FROM ledger_head"
_AREAS = """
SELECT version_id, unit_id::text, lower(valid), upper(valid), accuracy_m FROM area_version
WHERE upper_inf(recorded) ORDER BY version_id
"""
_GEOMETRIES = """
SELECT ST_AsBinary(geom) FROM area_version
WHERE version_id = ANY(%s) ORDER BY version_id
"""
_STATES = """
SELECT unit_id::text, lower(valid), upper(valid), level, code, name, parent_id::text
FROM unit_state
WHERE upper_inf(recorded) AND unit_id IN (
    SELECT unit_id FROM area_version WHERE upper_inf(recorded)
)
"""
_PLACES = """
SELECT record_id::text, level, ST_X(location), ST_Y(location), lower(valid), upper(valid)
FROM place_version WHERE upper_inf(recorded) AND location IS NOT NULL
"""
_NAMES = """
SELECT place_id::text, text, lower(valid), upper(valid) FROM name_version
WHERE upper_inf(recorded) AND place_id IN (
    SELECT record_id FROM place_version WHERE upper_inf(recorded) AND location IS NOT NULL
)
ORDER BY place_id, name_kind <> 'standard', language <> 'zh-Hans', text
"""
_OVERRIDES = """
SELECT ST_XMin(geom), ST_YMin(geom), ST_XMax(geom), ST_YMax(geom) FROM jurisdiction_version
WHERE upper_inf(recorded)
"""
_CHUNK = 500

DayRange = tuple[int, int]
"""Proleptic ordinals, half-open; see :mod:`gazetteer.search.index.day_ordinals`."""


@dataclass(frozen=True, slots=True)
class AreaVersionRow:
    """A version of an area."""

    version: int
    unit_id: str
    start: int
    end: int
    accuracy_m: float | None


@dataclass(frozen=True, slots=True)
class DatedUnitRow:
    """The state of a unit in a period."""

    unit_id: str
    start: int
    end: int
    level: str
    code: str | None
    name: str | None
    parent_id: str | None


PlacePointRow = tuple[str, str, float, float, int, int]
"""A place: id, level, lon, lat, first day, day after the last."""

PlaceNameRow = tuple[str, str, int, int]
"""A name: id of the place, text, first day, day after the last; the best name of a place first."""


@dataclass(frozen=True, slots=True)
class AreaSource:
    """One state of the register; ``blocks`` by version, in the order of ``areas``.

    ``override_boxes`` (west, south, east, north) are where the law of another unit may apply.
    """

    seq: int
    recorded_at: datetime | None
    areas: Sequence[AreaVersionRow]
    blocks: Mapping[int, Floats]
    units: Sequence[DatedUnitRow]
    places: Sequence[PlacePointRow]
    names: Sequence[PlaceNameRow]
    override_boxes: Sequence[tuple[float, float, float, float]]


def load_area_source(conn: Connection[Any], known_blocks: Mapping[int, Floats]) -> AreaSource:
    """The state that is known now.

    Args:
        conn: An autocommit connection that is not within a transaction.
        known_blocks: The blocks of versions that were read before; versions are immutable.
    """
    conn.isolation_level = IsolationLevel.REPEATABLE_READ
    try:
        with conn.transaction():
            return _load_snapshot(conn, known_blocks)
    finally:
        if not conn.closed:
            conn.isolation_level = None


def _load_snapshot(conn: Connection[Any], known_blocks: Mapping[int, Floats]) -> AreaSource:
    head = conn.execute(_HEAD).fetchone()
    assert head is not None, "the ledger has a head since its first migration"
    areas = [
        AreaVersionRow(version, unit, *_parse_day_range(start, end), accuracy)
        for version, unit, start, end, accuracy in conn.execute(_AREAS)
    ]
    new = [row.version for row in areas if row.version not in known_blocks]
    blocks = {
        row.version: known_blocks[row.version] for row in areas if row.version in known_blocks
    }
    for at in range(0, len(new), _CHUNK):
        chunk = new[at : at + _CHUNK]
        shapes = [row[0] for row in conn.execute(_GEOMETRIES, [chunk], binary=True)]
        blocks.update(zip(chunk, build_blocks(shapes), strict=True))
    return AreaSource(
        seq=head[0],
        recorded_at=head[1],
        areas=areas,
        blocks=blocks,
        units=[
            DatedUnitRow(unit, *_parse_day_range(start, end), *values)
            for unit, start, end, *values in conn.execute(_STATES)
        ],
        places=[(*row[:4], *_parse_day_range(*row[4:])) for row in conn.execute(_PLACES)],
        names=[(*row[:2], *_parse_day_range(*row[2:])) for row in conn.execute(_NAMES)],
        override_boxes=conn.execute(_OVERRIDES).fetchall(),
    )


def _parse_day_range(start: date | None, end: date | None) -> DayRange:
    return to_ordinal(start, OPEN_START), to_ordinal(end, OPEN_END)

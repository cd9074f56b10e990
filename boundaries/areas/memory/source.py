"""Reading what lies where, in one snapshot: areas, the units that have them, places with names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg import Connection, IsolationLevel

from boundaries.areas.memory.borders import Floats, runs_of
from gazetteer.search.days import OPEN_END, OPEN_START, to_ordinal

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

Period = tuple[int, int]
"""Proleptic ordinals, half-open; see :mod:`gazetteer.search.days`."""


@dataclass(frozen=True, slots=True)
class AreaRow:
    """A version of an area."""

    version: int
    unit: str
    start: int
    end: int
    accuracy_m: float | None


@dataclass(frozen=True, slots=True)
class StateRow:
    """What a unit was in a period."""

    unit: str
    start: int
    end: int
    level: str
    code: str | None
    name: str | None
    parent: str | None


PlaceRow = tuple[str, str, float, float, int, int]
"""A place: id, level, lon, lat, first day, day after the last."""

NameRow = tuple[str, str, int, int]
"""A name: id of the place, text, first day, day after the last; the best name of a place first."""


@dataclass(frozen=True, slots=True)
class Source:
    """One state of the register; ``runs`` by version, in the order of ``areas``.

    ``overrides``: boxes (west, south, east, north) in which another unit's law may apply.
    """

    seq: int
    recorded_at: datetime | None
    areas: Sequence[AreaRow]
    runs: Mapping[int, Floats]
    states: Sequence[StateRow]
    places: Sequence[PlaceRow]
    names: Sequence[NameRow]
    overrides: Sequence[tuple[float, float, float, float]]


def read_source(conn: Connection[Any], known: Mapping[int, Floats]) -> Source:
    """The state that is known now; ``conn`` must not be within a transaction.

    Args:
        conn: an autocommit connection.
        known: runs of versions that were read before; a version never changes its shape.
    """
    conn.isolation_level = IsolationLevel.REPEATABLE_READ
    try:
        with conn.transaction():
            return _read(conn, known)
    finally:
        if not conn.closed:
            conn.isolation_level = None


def _read(conn: Connection[Any], known: Mapping[int, Floats]) -> Source:
    head = conn.execute(_HEAD).fetchone()
    assert head is not None, "the ledger has a head since its first migration"
    areas = [
        AreaRow(version, unit, *_period(start, end), accuracy)
        for version, unit, start, end, accuracy in conn.execute(_AREAS)
    ]
    new = [row.version for row in areas if row.version not in known]
    runs = {row.version: known[row.version] for row in areas if row.version in known}
    for at in range(0, len(new), _CHUNK):
        chunk = new[at : at + _CHUNK]
        shapes = [row[0] for row in conn.execute(_GEOMETRIES, [chunk], binary=True)]
        runs.update(zip(chunk, runs_of(shapes), strict=True))
    return Source(
        seq=head[0],
        recorded_at=head[1],
        areas=areas,
        runs=runs,
        states=[
            StateRow(unit, *_period(start, end), *told)
            for unit, start, end, *told in conn.execute(_STATES)
        ],
        places=[(*row[:4], *_period(*row[4:])) for row in conn.execute(_PLACES)],
        names=[(*row[:2], *_period(*row[2:])) for row in conn.execute(_NAMES)],
        overrides=conn.execute(_OVERRIDES).fetchall(),
    )


def _period(start: date | None, end: date | None) -> Period:
    return to_ordinal(start, OPEN_START), to_ordinal(end, OPEN_END)

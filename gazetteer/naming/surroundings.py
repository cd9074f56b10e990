"""What lies round a place, as far as naming rules ask for it."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection

from gazetteer.naming.like_names import LikeNames, UnitsAbove
from gazetteer.naming.name_keys import NameKey
from gazetteer.naming.naming_context import BuiltUpCover, Surroundings
from gazetteer.naming.naming_finding import LikeName
from gazetteer.naming.proposal import LegalClass, NameProposal

Conn = Connection[Any]

# Built-up areas are loaded by the city: where none is within some 30 km, none of that city is.
_AREAS = """
SELECT area_id, ST_Intersects(geom, %(geometry)s::geometry) FROM built_up_area
WHERE geom && ST_Expand(%(geometry)s::geometry, 0.3) AND valid @> %(at)s::date
"""
_IN_AREAS = """
SELECT DISTINCT w.number
FROM unnest(%(lon)s::float8[], %(lat)s::float8[]) WITH ORDINALITY AS w(lon, lat, number)
JOIN built_up_area a ON ST_Intersects(a.geom, ST_SetSRID(ST_MakePoint(w.lon, w.lat), 4490))
WHERE a.area_id = ANY(%(areas)s)
"""
# 30 m: two things of one class that are nearer are most likely the same.
_AT_SAME_PLACE = """
SELECT DISTINCT n.text
FROM place_version p JOIN name_version n ON n.place_id = p.record_id
WHERE p.location && ST_Expand(%(geometry)s::geometry, 0.0005)
AND ST_DWithin(p.location::geography, %(geometry)s::geometry::geography, 30)
AND upper_inf(p.recorded) AND p.valid @> %(at)s::date AND p.legal_class = %(legal_class)s
AND p.record_id IS DISTINCT FROM %(place)s
AND upper_inf(n.recorded) AND n.valid @> %(at)s::date AND n.name_kind = 'standard'
AND n.language = 'zh-Hans' AND n.text <> %(name)s
ORDER BY 1 LIMIT 5
"""
# Only names with which the name begins: around a place there may be thousands. The units below a
# county are near enough for a bridge or a station to be named after them.
_NAMES_AROUND = """
WITH alike AS (
    SELECT text_key, specific_key, place_id, level, county, township FROM name_key
    WHERE text_key = ANY(%(beginnings)s) AND valid @> %(at)s::date
    UNION ALL
    SELECT text_key, specific_key, place_id, level, county, township FROM name_key
    WHERE specific_key = ANY(%(beginnings)s) AND valid @> %(at)s::date
)
SELECT a.text_key, a.specific_key FROM alike a
WHERE a.township = %(township)s
OR (a.level = 'township' AND a.county = %(county)s)
OR EXISTS (
    SELECT FROM unit_state u WHERE u.unit_id = ANY(%(units)s) AND u.place_id = a.place_id
    AND upper_inf(u.recorded) AND u.valid @> %(at)s::date
)
OR EXISTS (
    SELECT FROM place_version p WHERE p.record_id = a.place_id
    AND p.location && ST_Expand(%(geometry)s::geometry, 0.03)
    AND upper_inf(p.recorded) AND p.valid @> %(at)s::date
)
"""
_SHORTEST = 2
"""Characters of a name that another one may be taken from."""


def load_surroundings(
    conn: Conn, key: NameKey, proposal: NameProposal, found: tuple[UnitsAbove, LikeNames], at: date
) -> Surroundings:
    """What lies round the place of a proposal on a day; as it is known now.

    Args:
        conn: the database.
        key: of the name.
        proposal: the name, and what it is to name.
        found: the units in which that lies, and the names like it.
        at: the day.
    """
    units, like = found
    params = {
        "geometry": proposal.geometry,
        "at": at,
        "legal_class": proposal.legal_class,
        "place": proposal.place_id,
        "name": proposal.name,
        "township": units.township,
        "county": units.county,
        "beginnings": [key.text[:end] for end in range(_SHORTEST, len(key.text) + 1)],
        "units": list(filter(None, (units.province, units.prefecture, units.county))),
    }
    areas = _load_areas(conn, params)
    covering = [area for area, is_inside in areas if is_inside]
    return Surroundings(
        cover=_classify_cover(proposal, areas, covering),
        in_same_area=tuple(_iter_within(conn, covering, like)),
        unlocated=tuple(_iter_unlocated(proposal, units, like)),
        at_same_place=_load_texts(conn, _AT_SAME_PLACE, params) if proposal.geometry else (),
        names=_load_names(conn, params) if _is_named_after_others(proposal) else frozenset(),
        is_known=bool(units.names),
    )


def _is_named_after_others(proposal: NameProposal) -> bool:
    """Whether a rule compares the name with those around it; there may be thousands of them."""
    return proposal.legal_class is LegalClass.FACILITY


def _load_areas(conn: Conn, params: dict[str, Any]) -> list[tuple[UUID, bool]]:
    if params["geometry"] is None:
        return []
    return [(area, is_inside) for area, is_inside in conn.execute(_AREAS, params)]


def _classify_cover(
    proposal: NameProposal, areas: list[tuple[UUID, bool]], covering: list[UUID]
) -> BuiltUpCover:
    if proposal.geometry is None:
        return BuiltUpCover.NO_POSITION
    if covering:
        return BuiltUpCover.INSIDE
    return BuiltUpCover.OUTSIDE if areas else BuiltUpCover.NOT_LOADED


def _iter_within(conn: Conn, areas: list[UUID], like: LikeNames) -> Iterator[LikeName]:
    located = [(name, name.location) for name, _ in like.found if name.location is not None]
    if not areas or not located:
        return
    lon, lat = zip(*(location for _, location in located), strict=True)
    rows = conn.execute(_IN_AREAS, {"lon": list(lon), "lat": list(lat), "areas": areas})
    yield from (located[number - 1][0] for (number,) in rows)


def _iter_unlocated(
    proposal: NameProposal, units: UnitsAbove, like: LikeNames
) -> Iterator[LikeName]:
    for name, own in like.found:
        is_near = own.county is not None and own.county == units.county
        if is_near and name.location is None and name.legal_class == proposal.legal_class:
            yield name


def _load_texts(conn: Conn, statement: str, params: dict[str, Any]) -> tuple[str, ...]:
    return tuple(text for (text,) in conn.execute(statement.encode(), params))


def _load_names(conn: Conn, params: dict[str, Any]) -> frozenset[str]:
    rows = conn.execute(_NAMES_AROUND, params).fetchall()
    return frozenset(text for row in rows for text in row if text in params["beginnings"])

"""The statements of reverse lookup: covering units, nearby units, overrides, other times."""

from boundaries.areas.distance import (
    MAX_NEAREST_NAMES,
    MAX_OWN_ACCURACY_M,
    NEAREST_NAMES_REACH_M,
)
from gazetteer.ledger.as_of import MOMENT_CTE, in_force_sql
from gazetteer.records.levels import UNIT_LEVELS

EXACT_TEST_DISTANCE = "1e-9"
"""Degrees (0.1 mm) from a border within which the whole polygon decides."""

_TIE_RATIO = "1.000000001"
"""Points whose distances differ by less are equally near."""

_POINT = "point AS MATERIALIZED (SELECT ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4490) AS geom)"
_INSIDE = "'^(T|0|...0)'"  # by a piece; or by DE-9IM: interior or boundary of the area meets it
_DEPTH = f"array_position('{{{','.join(UNIT_LEVELS)}}}'::text[], s.level)"


def _build_metres_sql(metres: str) -> str:
    """SQL: metres to the millimetre."""
    return f"round(({metres})::numeric, 3)::float8"


def _build_nearest_sql(shape: str, group_key: str) -> str:
    """SQL: geodesic metres from the point to the nearest position on each shape of some rows.

    The nearest positions are found on a plane with ``%(scale)s``, the ratio of a degree
    of longitude to one of latitude; ``degrees`` is the distance on it. Of several shapes of one
    group (``of``) the nearest counts.
    """
    scaled_shape, scaled_point = (
        f"ST_Scale({geom}, %(scale)s, 1)" for geom in (shape, "point.geom")
    )
    return f"""
        SELECT of, min(degrees) AS degrees, min(ST_Distance(
            point.geom::geography, ST_Scale(closest, 1 / %(scale)s::float8, 1)::geography
        )) AS metres
        FROM point CROSS JOIN (
            SELECT *, min(degrees) OVER (PARTITION BY of) AS least FROM (
                SELECT {group_key} AS of, ST_Distance({scaled_shape}, {scaled_point}) AS degrees,
                    ST_ClosestPoint({scaled_shape}, {scaled_point}) AS closest
                {{rows}}
            ) shape
        ) shape
        WHERE degrees <= least * {_TIE_RATIO} GROUP BY of
    """


_NAMES = f"""
    SELECT near.place_id, n.text AS name, near.level, near.lon, near.lat, near.distance_m
    FROM (
        SELECT p.record_id AS place_id, p.level, ST_X(p.location) AS lon, ST_Y(p.location) AS lat,
            {_build_metres_sql("ST_Distance(point.geom::geography, p.location::geography)")}
                AS distance_m
        FROM (
            SELECT max(degrees) / %(scale)s::float8 * 1.001 AS reach FROM (
                SELECT p.degrees FROM (
                    SELECT *, location <-> point.geom AS degrees FROM place_version
                    WHERE location && ST_Expand(point.geom, %(names_x)s, %(names_y)s)
                    ORDER BY location <-> point.geom OFFSET 0
                ) p WHERE {in_force_sql("p")} ORDER BY p.degrees LIMIT {MAX_NEAREST_NAMES}
            ) first
        ) within
        JOIN LATERAL (
            SELECT * FROM place_version WHERE location && ST_Expand(point.geom, within.reach)
            OFFSET 0
        ) p ON {in_force_sql("p")}
        ORDER BY distance_m, place_id LIMIT {MAX_NEAREST_NAMES}
    ) near
    LEFT JOIN LATERAL (
        SELECT n.text
        FROM (SELECT * FROM name_version WHERE place_id = near.place_id OFFSET 0) n
        WHERE {in_force_sql("n")}
        ORDER BY n.name_kind <> 'standard', n.language <> 'zh-Hans', n.text LIMIT 1
    ) n ON true
    WHERE distance_m <= {NEAREST_NAMES_REACH_M} ORDER BY distance_m, place_id
"""

_BORDER = _build_nearest_sql("b.geom", "b.version_id").format(
    rows="""
                FROM point CROSS JOIN (
                    SELECT version_id, ST_Boundary(geom) AS geom FROM area_version
                    WHERE version_id = low.version_id
                ) b"""
)

_IS_LOWEST = f"""EXISTS (
    SELECT FROM edge_version e WHERE e.left_unit = a.unit_id AND {in_force_sql("e")}
) OR EXISTS (
    SELECT FROM edge_version e WHERE e.right_unit = a.unit_id AND {in_force_sql("e")}
)"""
"""SQL: whether a unit is on a side of an edge. Where it is not, its area is that of units below."""

# One statement. LATERAL with OFFSET 0 keeps the planner on the keys (``without_basis_lookup`` has
# the reason). Only the lowest known units are compared with the point: an area above them consists
# of theirs. Areas of other days are all compared, for ``known_since``.
COVERING_UNITS = f"""
WITH RECURSIVE {MOMENT_CTE}, {_POINT},
candidate AS MATERIALIZED (
    SELECT a.version_id, a.unit_id, a.accuracy_m, {in_force_sql("a")} AS in_force
    FROM moment CROSS JOIN point
    JOIN area_version a ON a.geom && point.geom AND a.recorded @> moment.known_at
),
tested AS MATERIALIZED (
    SELECT a.* FROM moment, candidate a WHERE NOT a.in_force OR {_IS_LOWEST}
),
related AS MATERIALIZED (
    SELECT t.*, CASE
        WHEN ST_DWithin(ST_Boundary(a.geom), point.geom, {EXACT_TEST_DISTANCE})
            THEN ST_Relate(a.geom, point.geom)
        WHEN ST_Covers(a.geom, point.geom) THEN 'T' ELSE 'F' END AS relation
    FROM point CROSS JOIN tested t
    JOIN LATERAL (SELECT geom FROM area_version WHERE version_id = t.version_id OFFSET 0) a ON true
),
upwards AS (
    SELECT j.version_id, j.accuracy_m, j.relation LIKE '___0%%' AS on_boundary,
        s.unit_id, s.code, s.name, s.level, s.parent_id, {_DEPTH} AS depth
    FROM moment CROSS JOIN related j
    JOIN LATERAL (SELECT * FROM unit_state WHERE unit_id = j.unit_id OFFSET 0) s
    ON {in_force_sql("s")}
    WHERE j.in_force AND j.relation ~ {_INSIDE}
    UNION
    SELECT a.version_id, a.accuracy_m, low.on_boundary,
        s.unit_id, s.code, s.name, s.level, s.parent_id, {_DEPTH}
    FROM upwards low CROSS JOIN moment
    JOIN LATERAL (SELECT * FROM unit_state WHERE unit_id = low.parent_id OFFSET 0) s
    ON {in_force_sql("s")} AND {_DEPTH} < low.depth
    LEFT JOIN LATERAL (
        SELECT a.* FROM area_version a WHERE a.unit_id = s.unit_id AND {in_force_sql("a")} LIMIT 1
    ) a ON true
),
link AS MATERIALIZED (
    SELECT version_id, accuracy_m, unit_id, code, name, level, depth,
        bool_or(on_boundary) AS on_boundary
    FROM upwards WHERE version_id IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7
)
SELECT moment.known_at,
    (SELECT json_agg(json_build_object('level', level, 'unit_id', unit_id, 'code', code,
        'name', name) ORDER BY depth, code) FROM link)::text AS chain,
    coalesce((SELECT bool_or(on_boundary) FROM link), false) AS on_boundary,
    (SELECT array_agg(version_id) FROM related WHERE NOT in_force AND relation ~ {_INSIDE})
        AS other_times,
    low.accuracy_m, {_build_metres_sql("border.metres")} AS metres,
    (SELECT json_agg(nearest) FROM ({_NAMES}) nearest)::text AS nearest_names,
    EXISTS (SELECT FROM jurisdiction_version j WHERE j.geom && point.geom) AS has_overrides
FROM moment CROSS JOIN point
LEFT JOIN LATERAL (SELECT * FROM link ORDER BY depth DESC, code LIMIT 1) low ON true
LEFT JOIN LATERAL ({_BORDER}) border ON border.degrees < %(reach)s
"""

# The units beyond the border: those that do not cover the point but are nearer than the limit.
_NEIGHBOURS = _build_nearest_sql("near.geom", "near.version_id").format(
    rows="""
                FROM point CROSS JOIN near"""
)
NEARBY_UNITS = f"""
WITH {MOMENT_CTE}, {_POINT},
near AS MATERIALIZED (
    SELECT a.* FROM moment, area_version a
    WHERE a.geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490)
    AND {in_force_sql("a")} AND ({_IS_LOWEST})
)
SELECT s.unit_id, s.code, s.name, s.level, s.parent_id, measured.metres AS distance_m
FROM moment CROSS JOIN (
    SELECT of AS version_id, {_build_metres_sql("metres")} AS metres FROM ({_NEIGHBOURS}) nearest
) measured
JOIN near a USING (version_id)
JOIN LATERAL (SELECT * FROM unit_state WHERE unit_id = a.unit_id OFFSET 0) s ON {in_force_sql("s")}
WHERE measured.metres <= greatest(%(limit_m)s, least(a.accuracy_m, {MAX_OWN_ACCURACY_M}))
AND s.unit_id <> ALL (%(chain)s::uuid[])
ORDER BY measured.metres, {_DEPTH} DESC, s.code
"""

JURISDICTION_OVERRIDES = f"""
WITH {MOMENT_CTE}, {_POINT}
SELECT json_build_object('unit_id', g.unit_id, 'code', g.code, 'name', g.name) AS grantor,
    json_build_object('unit_id', h.unit_id, 'code', h.code, 'name', h.name) AS holder,
    act.body AS act, j.remark,
    json_build_object('from', lower(j.valid), 'to', upper(j.valid)) AS valid
FROM moment CROSS JOIN point
JOIN jurisdiction_version j ON {in_force_sql("j")} AND ST_Intersects(j.geom, point.geom)
LEFT JOIN unit_state g ON g.unit_id = j.grantor_unit AND {in_force_sql("g")}
LEFT JOIN unit_state h ON h.unit_id = j.holder_unit AND {in_force_sql("h")}
LEFT JOIN LATERAL (
    SELECT json_build_object('title', v.title, 'number', v.number, 'authority', v.authority,
        'approved_on', v.approved_on, 'effective_on', v.effective_on, 'source', v.source) AS body
    FROM act_version v WHERE v.record_id = j.act_id AND v.recorded @> moment.known_at LIMIT 1
) act ON true
ORDER BY lower(j.valid)
"""

OTHER_TIMES = f"""
WITH {MOMENT_CTE}
SELECT s.level, min(lower(a.valid)) AS since
FROM moment, area_version a JOIN unit_state s USING (unit_id)
WHERE a.version_id = ANY(%(versions)s) AND lower(a.valid) > %(at)s
AND s.recorded @> moment.known_at AND s.valid && a.valid
GROUP BY s.level ORDER BY {_DEPTH}
"""

"""The boundary network: its edges, its nodes, and the whole line between each two units."""

from dataclasses import replace

from boundaries.features.division_source import PERIOD_PROPERTIES
from boundaries.features.feature_collection import (
    FeatureCollection,
    FeatureProperty,
    PropertyType,
    SourceContext,
)
from boundaries.schema.network_kinds import MissingSide
from gazetteer.records.levels import UNIT_LEVELS

_BORDER_LEVELS = UNIT_LEVELS[:4]
_RANK = f"array_position(ARRAY{_BORDER_LEVELS}, {{level}})"
_SIDE_PROPERTIES = (
    FeatureProperty("left_code"),
    FeatureProperty("left_name"),
    FeatureProperty("left_level", values=tuple(_BORDER_LEVELS)),
    FeatureProperty("right_code"),
    FeatureProperty("right_name"),
    FeatureProperty("right_level", values=tuple(_BORDER_LEVELS)),
    FeatureProperty("beyond", values=tuple(MissingSide)),
    FeatureProperty("length_m", PropertyType.NUMBER),
    FeatureProperty("accuracy_m", PropertyType.NUMBER),
)


def _build_edge_clauses(context: SourceContext) -> str:
    """The edges in force, and of each unit beside one the unit at each level that it is in.

    ``holder`` has ``at_1`` (province) to ``at_4``: the lowest of the unit and those above it that
    is not below the level.
    """
    period = context.period
    levels = ", ".join(
        f"(array_agg(up.holder ORDER BY up.rank DESC) FILTER (WHERE up.rank <= {rank}))[1]"
        f" AS at_{rank}"
        for rank in range(1, len(_BORDER_LEVELS) + 1)
    )
    return f"""
base AS MATERIALIZED (
    SELECT DISTINCT ON (e.record_id) e.*, {period.build_day_sql("e.valid")} AS day
    FROM moment, known_edge e
    WHERE {period.select_in_force("e")} {context.limit_to_box("e.geom")}
    ORDER BY e.record_id, lower(e.valid) DESC NULLS LAST
),
side AS (
    SELECT left_unit AS unit, day FROM base WHERE left_unit IS NOT NULL
    UNION SELECT right_unit, day FROM base WHERE right_unit IS NOT NULL
),
up AS (
    SELECT side.unit, side.day, s.unit_id AS holder, s.parent_id,
        {_RANK.format(level="s.level")} AS rank
    FROM moment CROSS JOIN side JOIN unit_state s
        ON s.unit_id = side.unit AND {period.select_in_force_with("s", "side")}
    UNION ALL
    SELECT up.unit, up.day, s.unit_id, s.parent_id, {_RANK.format(level="s.level")}
    FROM moment CROSS JOIN up JOIN unit_state s
        ON s.unit_id = up.parent_id AND {period.select_in_force_with("s", "up")}
),
holder AS MATERIALIZED (SELECT up.unit, up.day, {levels} FROM up GROUP BY up.unit, up.day)"""


def build_edge_source(context: SourceContext) -> str:
    """One row for each edge, with the lowest known unit on each side."""
    period = context.period
    level = " ".join(
        f"WHEN l.at_{rank} IS DISTINCT FROM r.at_{rank} THEN '{name}'"
        for rank, name in enumerate(_BORDER_LEVELS, 1)
    )
    return f"""{_build_edge_clauses(context)},
feature AS (
    SELECT b.record_id AS id, b.geom,
        CASE WHEN b.beyond = 'unknown' THEN NULL {level} END AS level,
        ls.code AS left_code, ls.name AS left_name, ls.level AS left_level,
        rs.code AS right_code, rs.name AS right_name, rs.level AS right_level,
        b.beyond, ST_Length(b.geom::geography) AS length_m, b.accuracy_m, b.source,
        lower(b.valid) AS valid_from, upper(b.valid) AS valid_to,
        b.start_node::text AS start_node, b.end_node::text AS end_node
    FROM moment CROSS JOIN base b
    LEFT JOIN holder l ON l.unit = b.left_unit AND l.day = b.day
    LEFT JOIN holder r ON r.unit = b.right_unit AND r.day = b.day
    LEFT JOIN unit_state ls
        ON ls.unit_id = b.left_unit AND {period.select_in_force_with("ls", "b")}
    LEFT JOIN unit_state rs
        ON rs.unit_id = b.right_unit AND {period.select_in_force_with("rs", "b")}
)"""


def build_line_source(context: SourceContext) -> str:
    """One row for each pair of units of a level with a common border, at every level.

    The unit with the smaller code is on the left; a coast or an outer limit has its unit there.
    """
    whole = replace(context, has_box=False)  # a line is not cut at the box of a request
    return f"{_build_edge_clauses(whole)},{_build_pair_clauses(context)},{_build_lines(context)}"


def _build_pair_clauses(context: SourceContext) -> str:
    """The pairs of units with a common border, each with its edges along and against it."""
    period = context.period
    by_level = "\nUNION ALL\n".join(
        f"""SELECT {rank} AS rank, b.version_id, b.day, b.beyond, l.at_{rank} AS one,
        r.at_{rank} AS other FROM base b
    LEFT JOIN holder l ON l.unit = b.left_unit AND l.day = b.day
    LEFT JOIN holder r ON r.unit = b.right_unit AND r.day = b.day
    WHERE l.at_{rank} IS DISTINCT FROM r.at_{rank}"""
        for rank in range(1, len(_BORDER_LEVELS) + 1)
    )
    return f"""
part AS ({by_level}),
sided AS (
    SELECT part.*, s.code AS one_code, o.code AS other_code,
        coalesce(o.code, '~') < coalesce(s.code, '~') AS swapped
    FROM moment CROSS JOIN part
    LEFT JOIN unit_state s ON s.unit_id = part.one AND {period.select_in_force_with("s", "part")}
    LEFT JOIN unit_state o ON o.unit_id = part.other
        AND {period.select_in_force_with("o", "part")}
),
line AS (
    SELECT rank, beyond, CASE WHEN swapped THEN other ELSE one END AS left_unit,
        CASE WHEN swapped THEN one ELSE other END AS right_unit,
        CASE WHEN swapped THEN other_code ELSE one_code END AS left_code,
        CASE WHEN swapped THEN one_code ELSE other_code END AS right_code,
        array_agg(version_id) FILTER (WHERE NOT swapped) AS along,
        array_agg(version_id) FILTER (WHERE swapped) AS against, max(day) AS day
    FROM sided GROUP BY 1, 2, 3, 4, 5, 6
)"""


def _build_lines(context: SourceContext) -> str:
    period = context.period
    return f"""
feature AS (
    SELECT (ARRAY{_BORDER_LEVELS})[n.rank] || ':' || coalesce(n.left_code, n.left_unit::text)
            || ':' || coalesce(n.right_code, n.right_unit::text, n.beyond) AS id,
        merged.geom, (ARRAY{_BORDER_LEVELS})[n.rank] AS level,
        n.left_code, ls.name AS left_name, ls.level AS left_level,
        n.right_code, rs.name AS right_name, rs.level AS right_level, n.beyond,
        ST_Length(merged.geom::geography) AS length_m, own.accuracy_m, own.edges, own.source,
        own.valid_from, own.valid_to
    FROM moment CROSS JOIN line n
    LEFT JOIN unit_state ls
        ON ls.unit_id = n.left_unit AND {period.select_in_force_with("ls", "n")}
    LEFT JOIN unit_state rs
        ON rs.unit_id = n.right_unit AND {period.select_in_force_with("rs", "n")}
    CROSS JOIN LATERAL (
        SELECT count(*) AS edges, max(b.accuracy_m) AS accuracy_m,
            string_agg(DISTINCT b.source, '; ') AS source,
            nullif(max(coalesce(lower(b.valid), '-infinity')), '-infinity') AS valid_from,
            nullif(min(coalesce(upper(b.valid), 'infinity')), 'infinity') AS valid_to
        FROM base b WHERE b.version_id = ANY(n.along || n.against)
    ) own
    CROSS JOIN LATERAL (
        SELECT ST_Multi(ST_LineMerge(ST_Collect(
            CASE WHEN b.version_id = ANY(n.against) THEN ST_Reverse(b.geom) ELSE b.geom END
        ), true)) AS geom
        FROM base b WHERE b.version_id = ANY(n.along || n.against)
    ) merged
)"""


def build_node_source(context: SourceContext) -> str:
    """One row for each node, with the lowest known units that meet there."""
    period = context.period
    return f"""
base AS MATERIALIZED (
    SELECT DISTINCT ON (n.record_id) n.*, {period.build_day_sql("n.valid")} AS day
    FROM moment, known_node n
    WHERE {period.select_in_force("n")} {context.limit_to_box("n.location")}
    ORDER BY n.record_id, lower(n.valid) DESC NULLS LAST
),
{_build_meeting_clauses(context)},
feature AS (
    SELECT b.record_id AS id, b.location AS geom, coalesce(ends.edges, 0) AS edges,
        coalesce(named.units, 0) AS units, coalesce(named.codes, '') AS codes,
        coalesce(named.names, '') AS names, b.source, lower(b.valid) AS valid_from,
        upper(b.valid) AS valid_to
    FROM base b
    LEFT JOIN (SELECT node, count(*)::int AS edges FROM met GROUP BY node) ends
        ON ends.node = b.record_id
    LEFT JOIN named ON named.node = b.record_id
)"""


def _build_meeting_clauses(context: SourceContext) -> str:
    """The edges that end at each node, and the units that meet there."""
    period = context.period
    return f"""
ending AS (
    SELECT e.start_node AS node, e.valid, e.recorded, e.started_by, e.ended_by, e.left_unit,
        e.right_unit
    FROM known_edge e
    UNION ALL
    SELECT e.end_node, e.valid, e.recorded, e.started_by, e.ended_by, e.left_unit, e.right_unit
    FROM known_edge e
),
met AS MATERIALIZED (
    SELECT b.record_id AS node, b.day, e.left_unit, e.right_unit
    FROM moment CROSS JOIN base b JOIN ending e
        ON e.node = b.record_id AND {period.select_in_force_with("e", "b")}
),
beside AS (
    SELECT node, day, left_unit AS unit FROM met UNION SELECT node, day, right_unit FROM met
),
named AS (
    SELECT beside.node, count(*)::int AS units, string_agg(s.code, ' ' ORDER BY s.code) AS codes,
        string_agg(s.name, ' ' ORDER BY s.code) AS names
    FROM moment CROSS JOIN beside JOIN unit_state s
        ON s.unit_id = beside.unit AND {period.select_in_force_with("s", "beside")}
    GROUP BY beside.node
)"""


EDGES = FeatureCollection(
    "edges",
    "geometry-linestring",
    (
        FeatureProperty("level", values=tuple(_BORDER_LEVELS)),
        *_SIDE_PROPERTIES,
        FeatureProperty("source"),
        *PERIOD_PROPERTIES,
        FeatureProperty("start_node"),
        FeatureProperty("end_node"),
    ),
    build_edge_source,
    ("unit_state", "known_edge"),
)
NODES = FeatureCollection(
    "nodes",
    "geometry-point",
    (
        FeatureProperty("edges", PropertyType.INTEGER),
        FeatureProperty("units", PropertyType.INTEGER),
        FeatureProperty("codes"),
        FeatureProperty("names"),
        FeatureProperty("source"),
        *PERIOD_PROPERTIES,
    ),
    build_node_source,
    ("unit_state", "known_edge", "known_node"),
)
LINES = FeatureCollection(
    "lines",
    "geometry-multilinestring",
    (
        FeatureProperty("level", values=tuple(_BORDER_LEVELS)),
        *_SIDE_PROPERTIES,
        FeatureProperty("edges", PropertyType.INTEGER),
        FeatureProperty("source"),
        *PERIOD_PROPERTIES,
    ),
    build_line_source,
    ("unit_state", "known_edge"),
    page_key_type="text",
)

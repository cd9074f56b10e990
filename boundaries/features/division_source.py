"""Divisions: the units of all levels whose territory is known."""

from boundaries.features.feature_collection import (
    FeatureCollection,
    FeatureProperty,
    PropertyType,
    SourceContext,
)
from gazetteer.records.levels import UNIT_LEVELS

PERIOD_PROPERTIES = (
    FeatureProperty("valid_from", PropertyType.DATE),
    FeatureProperty("valid_to", PropertyType.DATE),
)


def build_division_source(context: SourceContext) -> str:
    """One row for each unit in force with a known area."""
    period = context.period
    valid = "s.valid * a.valid"
    return f"""
feature AS (
    SELECT DISTINCT ON (a.unit_id) a.unit_id AS id, a.geom, s.code, s.name, s.romanized_name,
        s.level, s.unit_type, p.code AS parent_code, p.name AS parent_name,
        a.area_m2 / 1e6 AS area_km2, a.accuracy_m, a.source, lower(t.valid) AS valid_from,
        upper(t.valid) AS valid_to
    FROM moment CROSS JOIN known_area a JOIN unit_state s ON s.unit_id = a.unit_id
    CROSS JOIN LATERAL (
        SELECT {valid} AS valid, {period.build_day_sql(valid)} AS day
    ) t
    LEFT JOIN unit_state p
        ON p.unit_id = s.parent_id AND {period.select_in_force_with("p", "t")}
    WHERE {period.select_in_force("a")} AND {period.select_in_force("s")}
        {period.build_overlap_sql("t.valid")} {context.limit_to_box("a.geom")}
    ORDER BY a.unit_id, lower(t.valid) DESC NULLS LAST
)"""


DIVISIONS = FeatureCollection(
    "divisions",
    "geometry-multipolygon",
    (
        FeatureProperty("code"),
        FeatureProperty("name"),
        FeatureProperty("romanized_name"),
        FeatureProperty("level", values=tuple(UNIT_LEVELS[:4])),
        FeatureProperty("unit_type"),
        FeatureProperty("parent_code"),
        FeatureProperty("parent_name"),
        FeatureProperty("area_km2", PropertyType.NUMBER),
        FeatureProperty("accuracy_m", PropertyType.NUMBER),
        FeatureProperty("source"),
        *PERIOD_PROPERTIES,
    ),
    build_division_source,
    ("unit_state", "known_area"),
    code_property="code",
)

"""Places: all that have a name, units, settlements and others."""

from boundaries.features.division_source import PERIOD_PROPERTIES
from boundaries.features.feature_collection import (
    FeatureCollection,
    FeatureProperty,
    SourceContext,
)
from gazetteer.records.levels import LEVELS


def build_place_source(context: SourceContext) -> str:
    """One row for each place in force, with its standard name in Chinese.

    Those with a position are on the first pages: QGIS takes a layer whose first ten features have
    no geometry for a table without any.
    """
    period = context.period
    near = context.limit_to_box("p.location", is_optional=True)
    return f"""
base AS NOT MATERIALIZED (
    SELECT {"" if period.is_day else "DISTINCT ON (p.record_id)"} p.*,
        {period.build_day_sql("p.valid")} AS day, page_of_place(p.version_id, p.location) AS page
    FROM moment, known_place p
    WHERE {period.select_in_force("p")} {near}
    {"" if period.is_day else "ORDER BY p.record_id, lower(p.valid) DESC NULLS LAST"}
),
feature AS (
    SELECT b.record_id AS id, b.page, b.location AS geom, named.name, named.romanized_name,
        named.other_names, b.level, b.legal_class, b.class_code, unit.code,
        inside.code AS within_code, inside.name AS within_name, b.source,
        lower(b.valid) AS valid_from, upper(b.valid) AS valid_to
    FROM moment CROSS JOIN base b
    LEFT JOIN unit_state unit
        ON unit.unit_id = b.unit_id AND {period.select_in_force_with("unit", "b")}
    LEFT JOIN unit_state inside
        ON inside.unit_id = b.within AND {period.select_in_force_with("inside", "b")}
    LEFT JOIN LATERAL (
        SELECT min(n.text) FILTER (WHERE n.name_kind = 'standard') AS name,
            string_agg(n.text, '; ' ORDER BY n.name_kind, n.text)
                FILTER (WHERE n.name_kind <> 'standard') AS other_names,
            min(spelt.text) FILTER (WHERE n.name_kind = 'standard') AS romanized_name
        FROM known_name n LEFT JOIN LATERAL (
            SELECT min(s.text) AS text FROM known_spelling s
            WHERE s.name_id = n.record_id AND s.system = 'pinyin'
                AND {period.select_in_force_with("s", "b")}
        ) spelt ON true
        WHERE n.place_id = b.record_id AND {period.select_in_force_with("n", "b")}
    ) named ON true
    WHERE b.unit_id IS NULL OR unit.unit_id IS NOT NULL
)"""


PLACES = FeatureCollection(
    "places",
    "geometry-point",
    (
        FeatureProperty("name"),
        FeatureProperty("romanized_name"),
        FeatureProperty("other_names"),
        FeatureProperty("level", values=tuple(LEVELS)),
        FeatureProperty("legal_class"),
        FeatureProperty("class_code"),
        FeatureProperty("code"),
        FeatureProperty("within_code"),
        FeatureProperty("within_name"),
        FeatureProperty("source"),
        *PERIOD_PROPERTIES,
    ),
    build_place_source,
    ("unit_state", "known_place", "known_name", "known_spelling"),
    page_key="page",
    page_key_type="bigint",
    geometry_optional=True,
)

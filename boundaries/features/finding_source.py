"""Findings: what a draft adds to them, with their places."""

from boundaries.features.feature_collection import (
    FeatureCollection,
    FeatureProperty,
    PropertyType,
    SourceContext,
)


def build_finding_source(context: SourceContext) -> str:
    """One row for each finding that a draft adds."""
    return f"""
feature AS (
    SELECT d.id, ST_SetSRID(d.geom, 4490) AS geom, d.rule, d.severity, d.message, d.codes, d.state,
        d.day AS valid_from, NULL::date AS valid_to
    FROM jsonb_to_recordset(%(finding_rows)s) AS d(id text, geom geometry, rule text,
        severity text, message text, codes text, state text, day date)
    WHERE true {context.limit_to_box("d.geom")}
)"""


FINDINGS = FeatureCollection(
    "findings",
    "geometry-any",
    (
        FeatureProperty("rule"),
        FeatureProperty("severity", values=("error", "warning", "info")),
        FeatureProperty("message"),
        FeatureProperty("codes"),
        FeatureProperty("state", values=("open", "excepted")),
        FeatureProperty("valid_from", PropertyType.DATE),
        FeatureProperty("valid_to", PropertyType.DATE),
    ),
    build_finding_source,
    page_key_type="text",
    geometry_optional=True,
)

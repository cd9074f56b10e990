"""A report as plain values in one language: the rows and members that all formats share."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import shapely

from boundaries.layers.polygon_layer import Layer
from boundaries.rules.common.spatial_finding import SpatialFinding, assign_finding_ids
from boundaries.rules.coverage.gaps import Hole
from boundaries.validation.validation_report import ValidationReport
from gazetteer.messages import Lang, message
from gazetteer.rules.finding import SEVERITIES
from gazetteer.rules.rule_catalogue import read_catalogue

FIELDS = (
    *("id", "rule", "severity", "kind", "title", "message", "features"),
    *("measured", "limit", "unit", "area_m2"),
)
"""The properties of a finding, in this order."""


def serialize_finding(finding: SpatialFinding, layer: Layer, lang: Lang) -> dict[str, Any]:
    """A finding by :data:`FIELDS`; ``features`` are names, not indexes."""
    return {
        "id": finding.id,
        "rule": finding.rule,
        "severity": finding.severity,
        "kind": finding.kind,
        "title": find_rule_title(finding.rule, lang),
        "message": finding.text(lang),
        "features": [layer.names[feature] for feature in finding.features],
        "measured": finding.measured,
        "limit": finding.limit,
        "unit": finding.unit,
        "area_m2": finding.area_m2,
    }


def find_rule_title(rule: str, lang: Lang) -> str:
    """What a rule demands, in a few words."""
    catalogue_rule = read_catalogue().get(rule)
    return catalogue_rule.title.text(lang) if catalogue_rule else rule


def serialize_hole(hole: Hole, layer: Layer) -> dict[str, Any]:
    """A hole that is not treated as a gap, with the names of the features around it."""
    return {
        "features": [layer.names[feature] for feature in hole.features],
        "width_m": hole.width_m,
        "area_m2": hole.area_m2,
    }


def build_hole_finding(hole: Hole, report: ValidationReport) -> SpatialFinding:
    """A hole that is not treated as a gap as a finding, for tables with nothing but findings."""
    names = serialize_hole(hole, report.layer)["features"]
    where = "between" if len(names) > 1 else "within"
    limit = report.tolerances.gap_width_m
    finding = SpatialFinding(
        "TOP-COV-02",
        "open_hole",
        "info",
        message(
            f"finding.TOP-COV-02.open_hole_{where}", units=names, width=hole.width_m, limit=limit
        ),
        features=hole.features,
        geometry=hole.shape,
        measured=hole.width_m,
        limit=limit,
        unit="m",
        area_m2=hole.area_m2,
    )
    return next(assign_finding_ids([finding], report.layer.names, report.layer.planar))


def count_findings(report: ValidationReport) -> dict[str, Any]:
    """The number of findings, in total, by severity and by rule."""
    of_severity = Counter(finding.severity for finding in report.findings)
    of_rule = Counter(finding.rule for finding in report.findings)
    return {
        "total": len(report.findings),
        "by_severity": {severity: of_severity[severity] for severity in SEVERITIES},
        "by_rule": dict(sorted(of_rule.items())),
    }


def serialize_summary(report: ValidationReport, lang: Lang) -> dict[str, Any]:
    """The layer, the limits and the counts of a report; without open holes."""
    layer = report.layer
    return {
        "source": layer.source,
        "crs": layer.crs,
        "declared_crs": layer.declared_crs,
        "levels": list(report.levels),
        "features": len(layer),
        "vertices": count_vertices(layer),
        "columns": dict(layer.columns),
        "blocking": report.is_blocking,
        "findings": count_findings(report),
        "tolerances": serialize_tolerances(report),
        "remarks": [
            {"rule": remark.rule, "message": remark.text(lang)} for remark in report.remarks
        ],
    }


def serialize_tolerances(report: ValidationReport) -> Mapping[str, float]:
    """The limits of a report by the names of :class:`Tolerances`."""
    return asdict(report.tolerances)


def count_vertices(layer: Layer) -> int:
    """The number of positions of the polygons of a layer, closing ones included."""
    return int(shapely.get_num_coordinates(layer.geometries).sum())

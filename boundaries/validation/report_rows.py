"""A report as plain values in one language: the rows and members of every format it is told in."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import shapely

from boundaries.layers.polygon_layer import Layer, Severity
from boundaries.rules.common.layer_finding import Finding, assign_finding_ids
from boundaries.rules.coverage.gaps import Hole
from boundaries.rules.rule_registry import read_catalogue
from boundaries.validation.validation_report import ValidationReport

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")

FIELDS = (
    *("id", "rule", "severity", "kind", "title", "message", "features"),
    *("measured", "limit", "unit", "area_m2"),
)
"""The properties of a finding, in this order."""


def serialize_finding(finding: Finding, layer: Layer, lang: str) -> dict[str, Any]:
    """A finding by :data:`FIELDS`; ``features`` are names, not numbers."""
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


def find_rule_title(rule: str, lang: str) -> str:
    """What a rule demands, in a few words."""
    catalogue_rule = read_catalogue().get(rule)
    return catalogue_rule.title[lang] if catalogue_rule else rule


def serialize_hole(hole: Hole, layer: Layer) -> dict[str, Any]:
    """Ground left open, with the names of the features around it."""
    return {
        "features": [layer.names[feature] for feature in hole.features],
        "width_m": hole.width_m,
        "area_m2": hole.area_m2,
    }


def build_hole_finding(hole: Hole, report: ValidationReport) -> Finding:
    """Ground left open as a row among findings, for tables that have no other place for it."""
    names = serialize_hole(hole, report.layer)["features"]
    width, limit = hole.width_m, report.tolerances.gap_width_m
    zh, en = "、".join(names), ", ".join(names)
    where = (f"{zh} 之间", f"between {en}") if len(names) > 1 else (f"{zh} 之内", f"in {en}")
    findings = assign_finding_ids(
        [
            Finding(
                "TOP-COV-02",
                "open_hole",
                "info",
                hole.features,
                hole.shape,
                f"{where[0]}的洞宽 {width:.3f} 米，超过 {limit:g} 米，未作空隙。",
                f"the hole {where[1]} is {width:.3f} m wide, over {limit:g} m: left open",
                width,
                limit,
                "m",
                hole.area_m2,
            )
        ],
        report.layer.names,
        report.layer.planar,
    )
    return next(findings)


def count_findings(report: ValidationReport) -> dict[str, Any]:
    """How many findings there are of each severity and of each rule."""
    of_severity = Counter(finding.severity for finding in report.findings)
    of_rule = Counter(finding.rule for finding in report.findings)
    return {
        "total": len(report.findings),
        "by_severity": {severity: of_severity[severity] for severity in SEVERITIES},
        "by_rule": dict(sorted(of_rule.items())),
    }


def serialize_summary(report: ValidationReport, lang: str) -> dict[str, Any]:
    """What was judged, by which limits, and the outcome in figures; without open holes."""
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
    """The limits by which was judged, by the names of :class:`Tolerances`."""
    return asdict(report.tolerances)


def count_vertices(layer: Layer) -> int:
    """How many positions the polygons of a layer have, closing ones included."""
    return int(shapely.get_num_coordinates(layer.geometries).sum())

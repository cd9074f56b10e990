"""TOP-COV-07 and -08: what is excluded from the coverage: zones, overrides, disputed areas."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import shapely
from shapely import STRtree

from boundaries.layers.polygon_layer import Layer
from boundaries.rules.common.spatial_finding import SpatialFinding, build_finding
from boundaries.rules.coverage.coverage_context import make_valid_copies
from boundaries.rules.hierarchy.feature_levels import FeatureLevels
from gazetteer.messages import message
from gazetteer.rules.rule_catalogue import get_severity
from gazetteer.rules.rule_registry import rule_check


@rule_check("TOP-COV-08")
def find_excluded_features(layer: Layer, feature_levels: FeatureLevels) -> Iterator[SpatialFinding]:
    """One finding for each feature that takes no part in the coverage."""
    for feature, reason in sorted(feature_levels.excluded.items()):
        yield build_finding(
            "TOP-COV-08",
            reason,
            {"feature": layer.names[feature]},
            features=(feature,),
            geometry=layer.geometries[feature],
        )


@rule_check("TOP-COV-07")
def relabel_disputed_overlaps(
    findings: list[SpatialFinding], layer: Layer, feature_levels: FeatureLevels
) -> Iterator[SpatialFinding]:
    """The findings, with overlaps within a declared disputed area reported as TOP-COV-07."""
    disputes = [f for f, why in feature_levels.excluded.items() if why == "dispute"]
    areas = make_valid_copies(layer.geometries[disputes])
    tree = STRtree(areas[~shapely.is_missing(areas)])
    for finding in findings:
        if finding.rule == "TOP-COV-01" and _is_within_dispute(finding, tree):
            yield _relabel_overlap(finding)
        else:
            yield finding


def _relabel_overlap(overlap: SpatialFinding) -> SpatialFinding:
    rule = "TOP-COV-07"
    return replace(
        overlap,
        rule=rule,
        kind="declared",
        severity=get_severity(rule),
        message=message(f"finding.{rule}.declared", overlap=overlap.message),
    )


def _is_within_dispute(finding: SpatialFinding, tree: STRtree) -> bool:
    return bool(np.size(tree.query(finding.geometry, predicate="covered_by")))

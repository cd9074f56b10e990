"""TOP-COV-07 and -08: what stands beside the coverage: zones, overrides, disputed areas."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import shapely
from shapely import STRtree

from boundaries.layers.polygon_layer import Layer
from boundaries.rules.common.layer_finding import Finding
from boundaries.rules.coverage.coverage_context import make_valid_copies
from boundaries.rules.hierarchy.feature_levels import FeatureLevels
from boundaries.rules.rule_registry import get_severity, rule_check

_EXCLUSION_TEXTS = {
    "functional_area": ("功能区，不是行政区划", "a zone and no division"),
    "jurisdiction": ("另定管辖权的区域，不改变界线", "ground under another side's jurisdiction"),
    "dispute": ("申报的争议区", "a declared disputed area"),
}


@rule_check("TOP-COV-08")
def find_excluded_features(layer: Layer, feature_levels: FeatureLevels) -> Iterator[Finding]:
    """The features that take no part in the coverage."""
    for feature, why in sorted(feature_levels.excluded.items()):
        zh, en = _EXCLUSION_TEXTS[why]
        name = layer.names[feature]
        yield Finding(
            "TOP-COV-08",
            why,
            get_severity("TOP-COV-08"),
            (feature,),
            layer.geometries[feature],
            f"{name} 是{zh}，不参与覆盖判断。",
            f"{name} is {en} and stays out of the coverage",
        )


@rule_check("TOP-COV-07")
def relabel_disputed_overlaps(
    findings: list[Finding], layer: Layer, feature_levels: FeatureLevels
) -> Iterator[Finding]:
    """The findings, but overlaps that lie within a declared disputed area as TOP-COV-07."""
    disputes = [f for f, why in feature_levels.excluded.items() if why == "dispute"]
    areas = make_valid_copies(layer.geometries[disputes])
    tree = STRtree(areas[~shapely.is_missing(areas)])
    for finding in findings:
        declared = finding.rule == "TOP-COV-01" and _is_within_dispute(finding, tree)
        yield (
            replace(
                finding, rule="TOP-COV-07", kind="declared", severity=get_severity("TOP-COV-07")
            )
            if declared
            else finding
        )


def _is_within_dispute(finding: Finding, tree: STRtree) -> bool:
    return bool(np.size(tree.query(finding.geometry, predicate="covered_by")))

"""TOP-COV-07 and -08: what stands beside the coverage: zones, overrides, disputed areas."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import shapely
from shapely import STRtree

from boundaries.layers.layer import Layer
from boundaries.rules.coverage.evidence import mended
from boundaries.rules.finding import Finding
from boundaries.rules.hierarchy.standing import Standing
from boundaries.rules.registry import judges, severity

_WORDS = {
    "functional_area": ("功能区，不是行政区划", "a zone and no division"),
    "jurisdiction": ("另定管辖权的区域，不改变界线", "ground under another side's jurisdiction"),
    "dispute": ("申报的争议区", "a declared disputed area"),
}


@judges("TOP-COV-08")
def left_out(layer: Layer, standing: Standing) -> Iterator[Finding]:
    """The features that take no part in the coverage."""
    for feature, why in sorted(standing.aside.items()):
        zh, en = _WORDS[why]
        name = layer.names[feature]
        yield Finding(
            "TOP-COV-08",
            why,
            severity("TOP-COV-08"),
            (feature,),
            layer.geometries[feature],
            f"{name} 是{zh}，不参与覆盖判断。",
            f"{name} is {en} and stays out of the coverage",
        )


@judges("TOP-COV-07")
def disputed(findings: list[Finding], layer: Layer, standing: Standing) -> Iterator[Finding]:
    """The findings, but overlaps that lie within a declared disputed area as TOP-COV-07."""
    disputes = [f for f, why in standing.aside.items() if why == "dispute"]
    areas = mended(layer.geometries[disputes])
    tree = STRtree(areas[~shapely.is_missing(areas)])
    for finding in findings:
        declared = finding.rule == "TOP-COV-01" and _within(finding, tree)
        yield (
            replace(finding, rule="TOP-COV-07", kind="declared", severity=severity("TOP-COV-07"))
            if declared
            else finding
        )


def _within(finding: Finding, tree: STRtree) -> bool:
    return bool(np.size(tree.query(finding.geometry, predicate="covered_by")))

"""The remarks of the layer reader as findings: TOP-FIL, TOP-CRS, TOP-GEO-02."""

from collections.abc import Iterable, Iterator

import shapely

from boundaries.layers.polygon_layer import Remark
from boundaries.rules.common.spatial_finding import SpatialFinding
from gazetteer.messages import message
from gazetteer.rules.rule_catalogue import read_catalogue
from gazetteer.rules.rule_registry import rule_check

_DUPLICATE_RULE = "TOP-FIL-03"


def convert_remarks(remarks: Iterable[Remark], names: tuple[str, ...]) -> Iterator[SpatialFinding]:
    """Each remark as a finding on one feature, or on none where it concerns the whole layer.

    Duplicate codes are told once for each code, by levels: see
    :mod:`boundaries.rules.hierarchy.duplicate_codes`.
    """
    for remark in remarks:
        if remark.rule == _DUPLICATE_RULE:
            continue
        features = () if remark.feature is None else (remark.feature,)
        words = (
            remark.message
            if remark.feature is None
            else message("finding.on_feature", feature=names[remark.feature], remark=remark.message)
        )
        yield SpatialFinding(
            remark.rule,
            "read",
            remark.severity,
            words,
            remark.measured,
            remark.limit,
            remark.unit,
            features=features,
            geometry=None if remark.place is None else shapely.Point(remark.place),
        )


for _rule in read_catalogue().values():
    if _rule.group in ("FIL", "CRS") and _rule.scope == "layer" and _rule.id != _DUPLICATE_RULE:
        rule_check(_rule.id)(convert_remarks)
rule_check("TOP-GEO-02")(convert_remarks)

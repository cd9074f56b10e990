"""What was noticed while a file was read, as findings: TOP-FIL, TOP-CRS, TOP-GEO-02."""

from collections.abc import Iterable, Iterator

import shapely

from boundaries.layers.polygon_layer import Remark
from boundaries.rules.common.layer_finding import Finding
from boundaries.rules.rule_registry import read_catalogue, rule_check


def convert_remarks(remarks: Iterable[Remark], names: tuple[str, ...]) -> Iterator[Finding]:
    """Each remark as a finding: of one feature, or of none when it is of the whole layer."""
    for remark in remarks:
        features = () if remark.feature is None else (remark.feature,)
        name = "" if remark.feature is None else f"{names[remark.feature]} "
        yield Finding(
            remark.rule,
            "read",
            remark.severity,
            features,
            None if remark.place is None else shapely.Point(remark.place),
            f"{name}{remark.zh}",
            f"{name}{remark.en}",
            measured=remark.measured,
            limit=remark.limit,
            unit=remark.unit,
        )


for _rule in read_catalogue().values():
    if _rule.group in ("FIL", "CRS") and _rule.scope == "layer":
        rule_check(_rule.id)(convert_remarks)
rule_check("TOP-GEO-02")(convert_remarks)

"""TOP-COV-04: no narrow gaps that are open to the outside: gores, inlets, channels."""

from collections.abc import Iterator

from boundaries.rules.common.spatial_finding import SpatialFinding, build_finding
from boundaries.rules.coverage.coverage_context import CoverageContext
from boundaries.rules.coverage.open_gaps import OpenGap
from gazetteer.rules.rule_registry import rule_check

_MAX_EXAMPLES = 3


@rule_check("TOP-COV-04")
def find_gores(context: CoverageContext) -> Iterator[SpatialFinding]:
    """Open gaps between units, up to the maximum gap width, and far deeper than wide."""
    for gap in context.open_gaps:
        kind, params = _describe_gap(context, gap)
        yield build_finding(
            "TOP-COV-04",
            kind,
            params,
            features=gap.features,
            geometry=gap.shape,
            measured=gap.width_m,
            limit=context.tolerances.overlap_m,
            unit="m",
            area_m2=gap.area_m2,
        )


def _describe_gap(context: CoverageContext, gap: OpenGap) -> tuple[str, dict[str, object]]:
    """The kind of the finding and its parameters."""
    if gap.is_net:
        units = context.list_names(gap.features[:_MAX_EXAMPLES])
        n = len(gap.features)
        return "net", {"n": n, "units": units, "width": gap.width_m, "length": gap.depth_m}
    return "open", {
        "units": context.list_names(gap.features),
        "width": gap.width_m,
        "depth": gap.depth_m,
        "area": gap.area_m2,
    }

"""Territory that units had and nobody has after a change: gaps, however wide they are.

A layer by itself does not show whether a wide hole is a gap or a lake; a change does.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import shapely

from boundaries.rules.common.measures import Metric
from boundaries.rules.common.spatial_finding import SpatialFinding
from boundaries.rules.common.tolerances import Tolerances
from boundaries.rules.coverage.coverage_context import Shapes
from boundaries.rules.coverage.gaps import Hole, build_gap_finding

_METRIC = Metric()
_TOUCH_DEGREES = 1e-9


def find_lost_territory(
    before: Shapes,
    after: Shapes,
    changed: Sequence[int],
    names: Sequence[str],
    tolerances: Tolerances,
) -> Iterator[SpatialFinding]:
    """The gaps of a change that are wider than those that the rules of a layer find.

    Args:
        before: the polygons (n) round the change before it, in degrees; None: there is none.
        after: the same after it.
        changed: the numbers of those that change.
        names: what they are called.
        tolerances: narrower gaps are left to the rules of a layer.
    """
    former = shapely.union_all(shapely.make_valid(before[list(changed)]))
    present = shapely.union_all(shapely.make_valid(after))
    lost = shapely.get_parts(shapely.difference(former, present))
    parts = lost[shapely.get_type_id(lost) == shapely.GeometryType.POLYGON]
    if not len(parts):
        return
    widths = _METRIC.measure_widths(parts, least=tolerances.gap_width_m)
    areas = _METRIC.measure_areas(parts)
    for part, width, area in zip(parts, widths.tolist(), areas.tolist(), strict=True):
        if width > tolerances.gap_width_m:
            beside = np.flatnonzero(shapely.dwithin(after, part, _TOUCH_DEGREES)).tolist()
            features = tuple(sorted({*beside} or {*changed}))
            hole = Hole(part, features, width, area)
            yield build_gap_finding(hole, [names[number] for number in features], tolerances)

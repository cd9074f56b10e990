"""Random polygons, valid or not: validation never fails, and no overlap is missed."""

from itertools import combinations

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from boundaries.rules.common.tolerances import Tolerances
from boundaries.rules.layer_validation import validate_layer
from tests.boundaries.rules.generated_layers import make_layer, place_near_guangzhou
from tests.boundaries.rules.wording import assert_worded

CORNERS = st.tuples(st.integers(0, 5), st.integers(0, 5))
"""Few places, so that vertices, segments and whole rings coincide often."""
POLYGONS = st.lists(CORNERS, min_size=3, max_size=8).map(
    lambda ring: shapely.Polygon(np.array(ring) * 10.0)
)
SHAPES = st.one_of(
    POLYGONS,
    POLYGONS,
    st.none(),
    st.lists(POLYGONS, min_size=2, max_size=2).map(shapely.MultiPolygon),
)
LIMITS = Tolerances(gap_width_m=5.0)
PROFILE = settings(derandomize=True, deadline=None, max_examples=80)


def is_wide(common: BaseGeometry) -> bool:
    parts = [part for part in shapely.get_parts(common) if part.area > 0]
    return any(not part.buffer(-LIMITS.overlap_m).is_empty for part in parts)


@PROFILE
@given(st.lists(SHAPES, max_size=7), st.booleans())
def test_no_layer_is_too_bad_to_be_validated(shapes: list, planar: bool) -> None:
    placed = [shape if planar or shape is None else place_near_guangzhou(shape) for shape in shapes]
    findings = validate_layer(make_layer(placed, planar), LIMITS).findings
    assert_worded(findings)
    assert all(0 <= feature < len(shapes) for f in findings for feature in f.features)


@PROFILE
@given(st.lists(POLYGONS.filter(lambda shape: shape.is_valid), max_size=7))
def test_overlaps_are_those_of_all_pairs(shapes: list) -> None:
    reported = {
        f.features
        for f in validate_layer(make_layer(shapes), LIMITS).findings
        if f.rule == "TOP-COV-01"
    }
    pairs = [
        ((a, b), shapely.intersection(shapes[a], shapes[b]))
        for a, b in combinations(range(len(shapes)), 2)
    ]
    assert {pair for pair, common in pairs if is_wide(common)} <= reported
    assert reported <= {pair for pair, common in pairs if common.area > 0}

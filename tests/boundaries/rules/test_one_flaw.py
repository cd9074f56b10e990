"""Random coverages: sound ones have no finding, flawed ones exactly the flaw that was made."""

from collections.abc import Callable

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from boundaries.rules.common.measures import Metric
from boundaries.rules.common.spatial_finding import SpatialFinding
from boundaries.rules.common.tolerances import Tolerances
from boundaries.rules.layer_validation import validate_layer
from tests.boundaries.rules.flaws import KINDS, ExpectedFinding, FlawedLayer
from tests.boundaries.rules.generated_layers import (
    Grid,
    make_grid,
    make_hexagon,
    make_layer,
    make_voronoi_cells,
    place_near_guangzhou,
)
from tests.boundaries.rules.wording import assert_worded

GRIDS = st.builds(
    make_grid, st.integers(2, 4), st.integers(2, 4), st.integers(1, 5), st.integers(0, 2**32 - 1)
)
PROFILE = settings(derandomize=True, deadline=None, max_examples=15)
MAX_GAP_WIDTH_M = 30.0
"""The maximum gap width; the flaws are smaller."""
NEAR = 1e-6


def validate_shapes(shapes: list, planar: bool) -> tuple[SpatialFinding, ...]:
    if not planar:
        shapes = [shape and place_near_guangzhou(shape) for shape in shapes]
    limits = Tolerances(gap_width_m=MAX_GAP_WIDTH_M)
    return validate_layer(make_layer(shapes, planar), limits).findings


def list_findings(findings: tuple[SpatialFinding, ...]) -> list[tuple[str, str, tuple[int, ...]]]:
    return sorted((f.rule, f.kind, f.features) for f in findings)


def assert_matches(finding: SpatialFinding, expected: ExpectedFinding, planar: bool) -> None:
    place = expected.place if planar else place_near_guangzhou(expected.place)
    metric = Metric(planar)
    assert metric.measure_length(shapely.shortest_line(finding.geometry, place)) <= 0.01
    if place.area and finding.rule in ("TOP-COV-01", "TOP-COV-02", "TOP-COV-04"):
        area = float(metric.measure_areas(np.array([place], dtype=object))[0])
        # An open gap ends at its mouth, straight across or aslant.
        mouth = finding.measured**2 if finding.rule == "TOP-COV-04" else 0.0
        assert finding.area_m2 == pytest.approx(area, rel=0.01, abs=mouth)
    if expected.width_m is not None:
        width = float(metric.measure_widths(np.array([place], dtype=object))[0])
        assert width == pytest.approx(expected.width_m, rel=0.02)
        assert finding.measured == pytest.approx(expected.width_m, rel=0.02)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@PROFILE
@given(GRIDS, st.floats(0.5, MAX_GAP_WIDTH_M * 0.9), st.booleans())
def test_one_flaw_is_reported_and_nothing_else(
    kind: Callable[[Grid, float], FlawedLayer], grid: Grid, size: float, planar: bool
) -> None:
    made = kind(grid, size)
    findings = validate_shapes(made.shapes, planar)
    assert list_findings(findings) == sorted((t.rule, t.kind, t.features) for t in made.expected)
    assert_worded(findings)
    for expected in made.expected:
        same = [f for f in findings if (f.rule, f.features) == (expected.rule, expected.features)]
        assert_matches(same[0], expected, planar)


@PROFILE
@given(GRIDS, st.booleans())
def test_winding_borders_have_no_flaw(grid: Grid, planar: bool) -> None:
    assert list_findings(validate_shapes(grid.shapes(), planar)) == []


@PROFILE
@given(st.integers(4, 40), st.integers(0, 2**32 - 1), st.booleans())
def test_cells_within_an_outline_have_no_flaw(count: int, seed: int, planar: bool) -> None:
    assert list_findings(validate_shapes(make_voronoi_cells(count, seed), planar)) == []


@PROFILE
@given(GRIDS, st.booleans(), st.sampled_from(["island", "open", "filled", "touching"]))
def test_islands_enclaves_and_holes_that_touch_the_shell_are_no_flaws(
    grid: Grid, planar: bool, what: str
) -> None:
    shapes = grid.shapes()
    ring = make_hexagon(grid.middle(0, 0), 100)
    if what == "island":
        far = shapely.Polygon(make_hexagon(grid.middle(0, 0) - 20_000, 300))
        shapes[0] = shapely.MultiPolygon([shapes[0], far])
    else:
        if what == "touching":
            ring = np.vstack([ring[0], ring[2], grid.across[0, 0][0], ring[0]])
        shapes[0] = shapely.Polygon(shapes[0].exterior, [ring])
    if what in ("filled", "touching"):
        shapes.append(shapely.Polygon(ring))
    assert shapely.is_valid([*shapes]).all()
    assert list_findings(validate_shapes(shapes, planar)) == []


@PROFILE
@given(GRIDS, st.booleans())
def test_a_part_among_others_is_an_exclave(grid: Grid, planar: bool) -> None:
    shapes = grid.shapes()
    ring = make_hexagon(grid.middle(0, 0), 100)
    shapes[0] = shapely.Polygon(shapes[0].exterior, [ring])
    last = len(shapes) - 1
    shapes[last] = shapely.MultiPolygon([shapes[last], shapely.Polygon(ring)])
    assert list_findings(validate_shapes(shapes, planar)) == [("TOP-HIE-08", "exclave", (0, last))]

"""Random coverages: sound ones have no finding, flawed ones exactly the flaw that was made."""

from collections.abc import Callable

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from boundaries.rules.common.layer_finding import Finding
from boundaries.rules.common.measures import Metric
from boundaries.rules.common.tolerances import Tolerances
from boundaries.rules.layer_validation import validate_layer
from tests.boundaries.rules.flaws import KINDS, Flawed, Told
from tests.boundaries.rules.generated_layers import Grid, around, grid, hexagon, layer_of, voronoi

GRIDS = st.builds(
    grid, st.integers(2, 4), st.integers(2, 4), st.integers(1, 5), st.integers(0, 2**32 - 1)
)
PROFILE = settings(derandomize=True, deadline=None, max_examples=15)
ASKED_M = 30.0
"""The width up to which gaps are asked for; what is made is smaller."""
NEAR = 1e-6


def judged(shapes: list, planar: bool) -> tuple[Finding, ...]:
    if not planar:
        shapes = [shape and around(shape) for shape in shapes]
    limits = Tolerances(gap_width_m=ASKED_M)
    return validate_layer(layer_of(shapes, planar), limits).findings


def told(findings: tuple[Finding, ...]) -> list[tuple[str, str, tuple[int, ...]]]:
    return sorted((f.rule, f.kind, f.features) for f in findings)


def agrees(finding: Finding, expected: Told, planar: bool) -> None:
    place = expected.place if planar else around(expected.place)
    metric = Metric(planar)
    assert metric.measure_length(shapely.shortest_line(finding.geometry, place)) <= 0.01
    if place.area and finding.rule in ("TOP-COV-01", "TOP-COV-02", "TOP-COV-04"):
        area = float(metric.measure_areas(np.array([place], dtype=object))[0])
        # An open gap ends at its mouth, straight across or aslant: that is as far as it is told.
        mouth = finding.measured**2 if finding.rule == "TOP-COV-04" else 0.0
        assert finding.area_m2 == pytest.approx(area, rel=0.01, abs=mouth)
    if expected.width_m is not None:
        width = float(metric.measure_widths(np.array([place], dtype=object))[0])
        assert width == pytest.approx(expected.width_m, rel=0.02)
        assert finding.measured == pytest.approx(expected.width_m, rel=0.02)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@PROFILE
@given(GRIDS, st.floats(0.5, ASKED_M * 0.9), st.booleans())
def test_one_flaw_is_told_and_nothing_else(
    kind: Callable[[Grid, float], Flawed], ground: Grid, size: float, planar: bool
) -> None:
    made = kind(ground, size)
    findings = judged(made.shapes, planar)
    assert told(findings) == sorted((t.rule, t.kind, t.features) for t in made.told)
    for expected in made.told:
        same = [f for f in findings if (f.rule, f.features) == (expected.rule, expected.features)]
        agrees(same[0], expected, planar)


@PROFILE
@given(GRIDS, st.booleans())
def test_winding_borders_have_no_flaw(ground: Grid, planar: bool) -> None:
    assert told(judged(ground.shapes(), planar)) == []


@PROFILE
@given(st.integers(4, 40), st.integers(0, 2**32 - 1), st.booleans())
def test_cells_within_an_outline_have_no_flaw(count: int, seed: int, planar: bool) -> None:
    assert told(judged(voronoi(count, seed), planar)) == []


@PROFILE
@given(GRIDS, st.booleans(), st.sampled_from(["island", "open", "filled", "touching"]))
def test_islands_enclaves_and_holes_that_touch_the_shell_are_no_flaws(
    ground: Grid, planar: bool, what: str
) -> None:
    shapes = ground.shapes()
    ring = hexagon(ground.middle(0, 0), 100)
    if what == "island":
        far = shapely.Polygon(hexagon(ground.middle(0, 0) - 20_000, 300))
        shapes[0] = shapely.MultiPolygon([shapes[0], far])
    else:
        if what == "touching":
            ring = np.vstack([ring[0], ring[2], ground.across[0, 0][0], ring[0]])
        shapes[0] = shapely.Polygon(shapes[0].exterior, [ring])
    if what in ("filled", "touching"):
        shapes.append(shapely.Polygon(ring))
    assert shapely.is_valid([*shapes]).all()
    assert told(judged(shapes, planar)) == []


@PROFILE
@given(GRIDS, st.booleans())
def test_a_part_among_others_is_an_exclave(ground: Grid, planar: bool) -> None:
    shapes = ground.shapes()
    ring = hexagon(ground.middle(0, 0), 100)
    shapes[0] = shapely.Polygon(shapes[0].exterior, [ring])
    last = len(shapes) - 1
    shapes[last] = shapely.MultiPolygon([shapes[last], shapely.Polygon(ring)])
    assert told(judged(shapes, planar)) == [("TOP-HIE-08", "exclave", (0, last))]

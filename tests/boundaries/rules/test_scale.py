"""What would take the square of a number has a limit, and what is beyond it is reported."""

import random

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.rules.common.spatial_finding import SpatialFinding
from boundaries.rules.common.tolerances import Tolerances
from boundaries.rules.coverage.stacks import find_stacks
from boundaries.rules.geometry.validity_reasons import MAX_PLACES
from boundaries.rules.layer_validation import validate_layer
from tests.boundaries.rules.generated_layers import make_grid, make_layer
from tests.boundaries.rules.wording import assert_worded

GRID = make_grid(3, 3, 2, 5).shapes()


def find_all(shapes: list[BaseGeometry]) -> tuple[SpatialFinding, ...]:
    found = validate_layer(make_layer(shapes), Tolerances()).findings
    assert_worded(found)
    return found


def test_one_polygon_very_often_is_one_finding_with_all_its_units() -> None:
    (finding,) = find_all([shapely.box(0, 0, 1000, 1000)] * 800)
    assert (finding.rule, finding.kind, len(finding.features)) == ("TOP-COV-01", "stack", 800)


def test_states_of_many_dates_are_one_finding_for_each_unit() -> None:
    moved = [shapely.transform(s, lambda xy, k=k: xy + 3 * k) for k in range(20) for s in GRID]
    stacks = [f for f in find_all(moved) if f.kind == "stack"]
    assert sorted(f.features for f in stacks) == [tuple(range(i, 180, 9)) for i in range(9)]
    assert find_stacks(np.array([*GRID, None, *GRID, *GRID], dtype=object)) == []


def test_of_units_that_all_lie_on_each_other_only_some_are_compared() -> None:
    rng = random.Random(1)
    crosses: list[BaseGeometry] = []
    for _ in range(300):
        x, y = rng.random() * 1e5, rng.random() * 1e5
        crosses += [shapely.box(x, 0, x + 1, 1e5), shapely.box(0, y, 1e5, y + 1)]
    found = find_all(crosses)
    (thinned,) = (f for f in found if f.kind == "thinned")
    assert thinned.measured == thinned.message.params["left_out"]
    assert len(found) < 3000


def test_a_tangle_is_reported_and_not_compared() -> None:
    steps = np.repeat(np.arange(150.0), 2)
    turns = np.tile([0.0, 200.0, 200.0, 0.0], 75)
    ring = [*np.column_stack([turns, steps + 10]), *np.column_stack([steps + 10, turns])]
    found = find_all([shapely.Polygon(ring), *(shapely.box(x, 300, x + 9, 309) for x in (0, 9))])
    assert [(f.rule, f.kind) for f in found] == [
        ("TOP-GEO-01", "crossing"),
        ("TOP-GEO-01", "left_out"),
    ]
    assert found[0].measured == MAX_PLACES


def test_units_that_nowhere_touch_are_one_finding() -> None:
    cells = [shapely.box(x, y, x + 999.8, y + 999.8)
             for x in range(0, 15_000, 1000) for y in range(0, 15_000, 1000)]  # fmt: skip
    apart, net = find_all(list(cells))
    assert (apart.rule, apart.kind, len(apart.features)) == ("TOP-COV-03", "nowhere", 225)
    assert (net.rule, net.kind, len(net.features)) == ("TOP-COV-04", "net", 225)
    assert round(net.measured or 0, 3) == 0.2
    (only,) = find_all([shapely.buffer(cell, -1, join_style="mitre") for cell in cells[:20]])
    assert only.kind == "nowhere"

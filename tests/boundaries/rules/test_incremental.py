"""Validation near an edit finds the same as validation of everything."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from boundaries.rules.common.measures import Metric
from boundaries.rules.common.spatial_finding import SpatialFinding
from boundaries.rules.common.tolerances import Tolerances
from boundaries.rules.edit_extent import find_changed_box
from boundaries.rules.incremental import ValidatedLevel, revalidate_edit, validate_level
from tests.boundaries.rules.flaws import KINDS, gap
from tests.boundaries.rules.generated_layers import (
    Grid,
    make_grid,
    make_hexagon,
    move_vertex,
    place_near_guangzhou,
)

LIMITS = Tolerances(gap_width_m=30.0)


def validate(shapes: list, planar: bool) -> ValidatedLevel:
    placed = [shape if planar or shape is None else place_near_guangzhou(shape) for shape in shapes]
    names = tuple(map(str, range(len(placed))))
    return validate_level(
        np.array([*placed, None], dtype=object)[:-1], names, Metric(planar), LIMITS
    )


def build_keys(findings: tuple[SpatialFinding, ...]) -> list[tuple]:
    return sorted(
        (f.rule, f.kind, f.features, *(round(at, 6) for at in f.geometry.bounds)) for f in findings
    )


def assert_equals_full_validation(state: ValidatedLevel) -> None:
    again = validate_level(state.shapes, state.names, state.metric, state.tolerances)
    assert build_keys(state.findings) == build_keys(again.findings)
    assert len(state.holes) == len(again.holes)


@settings(derandomize=True, deadline=None, max_examples=30)
@given(
    st.builds(make_grid, st.just(3), st.just(3), st.integers(1, 4), st.integers(0, 2**32 - 1)),
    st.booleans(),
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 30), st.floats(-40, 40)), max_size=5),
)
def test_moving_vertices_about(grid: Grid, planar: bool, moves: list) -> None:
    state = validate(grid.shapes(), planar)
    for feature, at, far in moves:
        shape = state.shapes[feature]
        xy = shapely.get_coordinates(shape)
        old = xy[at % len(xy)]
        new = old + (far if planar else far / 111_000) * np.array([1.0, 0.6])
        change = revalidate_edit(state, {feature: move_vertex(shape, old, new)})
        stood = [f for f in state.findings if f not in change.removed]
        assert build_keys((*stood, *change.added)) == build_keys(change.level.findings)
        state = change.level
    assert_equals_full_validation(state)


def test_every_flaw_comes_with_the_edit_that_makes_it_and_goes_with_its_undoing() -> None:
    grid = make_grid(3, 3, 3, 7)
    for kind in KINDS:
        flawed = kind(grid, 12.0).shapes
        sound: list = grid.shapes()
        if len(flawed) < len(sound):
            continue  # a layer of its own
        sound += [None] * (len(flawed) - len(sound))
        state = validate(sound, True)
        assert state.findings == ()
        new = {f: s for f, s in enumerate(flawed) if find_changed_box(sound[f], s)}
        change = revalidate_edit(state, new)
        assert build_keys(change.added) == build_keys(validate(flawed, True).findings) != [], (
            kind.__name__
        )
        back = revalidate_edit(change.level, {f: sound[f] for f in new})
        assert (build_keys(back.removed), back.added) == (build_keys(change.added), ())
        assert back.level.findings == ()


def test_a_gap_far_away_is_not_reported_again() -> None:
    grid = make_grid(4, 2, 3, 5)
    flawed = gap(grid, 12.0)
    state = validate(flawed.shapes, True)
    far = grid.feature(3, 0)
    corner = grid.across[3, 0][-1]
    change = revalidate_edit(state, {far: move_vertex(state.shapes[far], corner, corner + 5)})
    assert change.removed == change.added == ()
    assert change.level.findings == state.findings


def test_an_enclave_that_is_taken_away_leaves_a_hole_that_may_stay_open() -> None:
    shapes = make_grid(2, 2, 2, 3).shapes()
    ring = make_hexagon(make_grid(2, 2, 2, 3).middle(0, 0), 200)
    shapes[0] = shapely.Polygon(shapes[0].exterior, [ring])
    state = validate([*shapes, shapely.Polygon(ring)], True)
    assert (state.findings, state.holes) == ((), ())
    change = revalidate_edit(state, {len(shapes): None})
    assert (change.added, len(change.level.holes)) == ((), 1)
    assert_equals_full_validation(change.level)


def test_what_did_not_change_is_not_validated() -> None:
    shapes = make_grid(2, 2, 2, 3).shapes()
    state = validate(shapes, True)
    assert revalidate_edit(state, {0: shapely.from_wkb(shapely.to_wkb(shapes[0]))}).level is state
    assert find_changed_box(None, None) is None

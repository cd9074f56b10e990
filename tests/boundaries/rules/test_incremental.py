"""An edit judged near its place is told as if everything had been judged again."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from boundaries.rules.common.layer_finding import Finding
from boundaries.rules.common.measures import Metric
from boundaries.rules.common.tolerances import Tolerances
from boundaries.rules.edit_extent import find_changed_box
from boundaries.rules.incremental import ValidatedLevel, revalidate_edit, validate_level
from tests.boundaries.rules.flaws import KINDS, gap
from tests.boundaries.rules.generated_layers import Grid, around, grid, hexagon, moved

LIMITS = Tolerances(gap_width_m=30.0)


def first(shapes: list, planar: bool) -> ValidatedLevel:
    given_ = [shape if planar or shape is None else around(shape) for shape in shapes]
    names = tuple(map(str, range(len(given_))))
    return validate_level(
        np.array([*given_, None], dtype=object)[:-1], names, Metric(planar), LIMITS
    )


def keys(findings: tuple[Finding, ...]) -> list[tuple]:
    return sorted(
        (f.rule, f.kind, f.features, *(round(at, 6) for at in f.geometry.bounds)) for f in findings
    )


def same_as_all_again(state: ValidatedLevel) -> None:
    again = validate_level(state.shapes, state.names, state.metric, state.tolerances)
    assert keys(state.findings) == keys(again.findings)
    assert len(state.holes) == len(again.holes)


@settings(derandomize=True, deadline=None, max_examples=30)
@given(
    st.builds(grid, st.just(3), st.just(3), st.integers(1, 4), st.integers(0, 2**32 - 1)),
    st.booleans(),
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 30), st.floats(-40, 40)), max_size=5),
)
def test_moving_vertices_about(ground: Grid, planar: bool, moves: list) -> None:
    state = first(ground.shapes(), planar)
    for feature, at, far in moves:
        shape = state.shapes[feature]
        xy = shapely.get_coordinates(shape)
        old = xy[at % len(xy)]
        new = old + (far if planar else far / 111_000) * np.array([1.0, 0.6])
        change = revalidate_edit(state, {feature: moved(shape, old, new)})
        stood = [f for f in state.findings if f not in change.removed]
        assert keys((*stood, *change.added)) == keys(change.level.findings)
        state = change.level
    same_as_all_again(state)


def test_every_flaw_comes_with_the_edit_that_makes_it_and_goes_with_its_undoing() -> None:
    ground = grid(3, 3, 3, 7)
    for kind in KINDS:
        flawed = kind(ground, 12.0).shapes
        sound: list = ground.shapes()
        if len(flawed) < len(sound):
            continue  # a layer of its own
        sound += [None] * (len(flawed) - len(sound))
        state = first(sound, True)
        assert state.findings == ()
        new = {f: s for f, s in enumerate(flawed) if find_changed_box(sound[f], s)}
        change = revalidate_edit(state, new)
        assert keys(change.added) == keys(first(flawed, True).findings) != [], kind.__name__
        back = revalidate_edit(change.level, {f: sound[f] for f in new})
        assert (keys(back.removed), back.added) == (keys(change.added), ())
        assert back.level.findings == ()


def test_a_gap_far_away_is_not_told_again() -> None:
    ground = grid(4, 2, 3, 5)
    flawed = gap(ground, 12.0)
    state = first(flawed.shapes, True)
    far = ground.feature(3, 0)
    corner = ground.across[3, 0][-1]
    change = revalidate_edit(state, {far: moved(state.shapes[far], corner, corner + 5)})
    assert change.removed == change.added == ()
    assert change.level.findings == state.findings


def test_an_enclave_that_is_taken_away_leaves_a_hole_that_may_stay_open() -> None:
    shapes = grid(2, 2, 2, 3).shapes()
    ring = hexagon(grid(2, 2, 2, 3).middle(0, 0), 200)
    shapes[0] = shapely.Polygon(shapes[0].exterior, [ring])
    state = first([*shapes, shapely.Polygon(ring)], True)
    assert (state.findings, state.holes) == ((), ())
    change = revalidate_edit(state, {len(shapes): None})
    assert (change.added, len(change.level.holes)) == ((), 1)
    same_as_all_again(change.level)


def test_what_did_not_change_is_not_judged() -> None:
    shapes = grid(2, 2, 2, 3).shapes()
    state = first(shapes, True)
    assert revalidate_edit(state, {0: shapely.from_wkb(shapely.to_wkb(shapes[0]))}).level is state
    assert find_changed_box(None, None) is None

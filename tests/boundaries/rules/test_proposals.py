"""Proposals resolve a finding, cause no other, and leave fixed vertices alone."""

from collections.abc import Callable

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from boundaries.rules.common.measures import Metric
from boundaries.rules.common.tolerances import Tolerances
from boundaries.rules.incremental import ValidatedLevel, revalidate_edit, validate_level
from boundaries.rules.proposals import Proposal, propose_repairs
from tests.boundaries.rules import flaws
from tests.boundaries.rules.flaws import FlawedLayer
from tests.boundaries.rules.generated_layers import Grid, make_grid, place_near_guangzhou

LIMITS = Tolerances(gap_width_m=30.0)
WAYS: list[tuple[Callable[[Grid, float], FlawedLayer], set[str]]] = [
    (flaws.overlap, {"trim"}),
    (flaws.gap, {"fill"}),
    (flaws.gap_of_three, {"fill"}),
    (flaws.lone_vertex, {"snap"}),
    (flaws.other_vertices, {"snap"}),
    (flaws.outer_junction, {"snap"}),
    (flaws.inside, {"trim"}),
]


def validate(made: FlawedLayer, planar: bool = True) -> ValidatedLevel:
    shapes = [s if planar or s is None else place_near_guangzhou(s) for s in made.shapes]
    names = tuple(map(str, range(len(shapes))))
    return validate_level(
        np.array([*shapes, None], dtype=object)[:-1], names, Metric(planar), LIMITS
    )


def propose(
    made: FlawedLayer, fixed: np.ndarray | None = None
) -> tuple[ValidatedLevel, list[Proposal]]:
    state = validate(made)
    (finding,) = state.findings
    return state, propose_repairs(state, finding, fixed)


@pytest.mark.parametrize(("kind", "ways"), WAYS, ids=lambda value: getattr(value, "__name__", ""))
@settings(derandomize=True, deadline=None, max_examples=6)
@given(
    st.builds(make_grid, st.just(3), st.just(2), st.integers(1, 4), st.integers(0, 2**32 - 1)),
    st.floats(0.5, 25),
    st.booleans(),
)
def test_an_accepted_proposal_leaves_nothing_to_be_found(
    kind: Callable, ways: set[str], grid: Grid, size: float, planar: bool
) -> None:
    state = validate(kind(grid, size), planar)
    found = propose_repairs(state, state.findings[0])
    assert ways <= {proposal.way for proposal in found}
    for proposal in found:
        after = revalidate_edit(state, proposal.shapes).level
        again = validate_level(after.shapes, after.names, after.metric, after.tolerances)
        assert again.findings == ()


def test_who_fills_a_gap_wins_it_and_nobody_loses() -> None:
    made = flaws.gap(make_grid(3, 2, 3, 4), 12.0)
    state, found = propose(made)
    area = state.findings[0].area_m2
    below, above = state.findings[0].features
    fills = {p.feature: p for p in found if p.way == "fill"}
    assert set(fills) == {below, above}
    for feature, proposal in fills.items():
        assert proposal.gain_m2[feature] == pytest.approx(area)
        assert sum(proposal.gain_m2.values()) == pytest.approx(area)
    (move,) = fills[below].moves
    assert move.distance_m == pytest.approx(12.0)


def test_who_is_trimmed_loses_the_overlap() -> None:
    state, found = propose(flaws.overlap(make_grid(3, 2, 3, 4), 12.0))
    area = state.findings[0].area_m2
    trims = {p.feature: p for p in found if p.way == "trim"}
    assert set(trims) == set(state.findings[0].features)
    for feature, proposal in trims.items():
        assert proposal.gain_m2[feature] == pytest.approx(-area)


def test_a_vertex_inserted_on_the_line_moves_nothing() -> None:
    _, found = propose(flaws.lone_vertex(make_grid(3, 2, 3, 4), 1.0))
    snap = next(p for p in found if p.way == "snap")
    assert snap.furthest_m == pytest.approx(0.0, abs=1e-6)
    assert sum(snap.gain_m2.values()) == pytest.approx(0.0, abs=1e-3)


def test_either_line_may_stay() -> None:
    grid = make_grid(3, 2, 3, 4)
    made = flaws.outer_junction(grid, 1.0)
    state, found = propose(made)
    snaps = {p.feature: p for p in found if p.way == "snap"}
    assert set(snaps) == set(state.findings[0].features)
    for feature, proposal in snaps.items():
        moved = {move.feature for move in proposal.moves if move.distance_m > 1e-6}
        assert moved == set(snaps) - {feature}


def test_a_surveyed_vertex_does_not_move() -> None:
    grid = make_grid(3, 2, 3, 4)
    made = flaws.gap(grid, 12.0)
    below, above = grid.feature(1, 0), grid.feature(1, 1)
    theirs = grid.across[1, 1][1]
    ours = shapely.get_coordinates(made.shapes[below])
    lone = ours[~(ours[:, None] == shapely.get_coordinates(grid.shapes()[below])).all(2).any(1)]
    for fixed, filler in ((theirs[None], below), (lone[:1], above)):
        _, found = propose(made, fixed)
        assert [p.feature for p in found if p.way == "fill"] == [filler]
        for proposal in found:
            for move in proposal.moves:
                assert move.old != tuple(fixed[0])


def test_the_same_area_twice_is_for_people_to_decide() -> None:
    assert propose(flaws.duplicate(make_grid(2, 2, 2, 4), 1.0))[1] == []


def test_what_has_no_place_has_no_proposal() -> None:
    state, _ = propose(flaws.gap(make_grid(3, 2, 3, 4), 12.0))
    spike = validate(flaws.spike(make_grid(3, 2, 3, 4), 1.0))
    assert propose_repairs(spike, spike.findings[0]) == []
    assert state.findings

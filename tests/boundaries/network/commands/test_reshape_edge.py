"""A stretch of a border between two vertices that stay."""

import pytest

from boundaries.network.commands.reshape_edge import RESHAPE_EDGE
from gazetteer.problems import InvalidValue, NotFound, Problem
from tests.boundaries.network.commands.four_squares import (
    CENTRE,
    SOUTH,
    SW,
    assert_is_coverage,
    build_squares,
    edge_id,
    find_faces,
    list_changed_edges,
    read_line,
)
from tests.gazetteer.records.commands.small_register import apply_command, run_command

SQUARES = build_squares()
FIRST, MIDDLE, LAST = (114.0, 23.75), (114.0, 23.5), (114.0, 23.25)
DETOUR = [(114.25, 23.75), (114.25, 23.25)]


def reshape(at: object, until: object, through: object) -> dict[str, object]:
    return {"edge": str(edge_id("to_south")), "at": at, "until": until, "through": through}


def test_a_stretch_runs_through_other_vertices() -> None:
    after = apply_command(SQUARES, RESHAPE_EDGE, reshape(FIRST, LAST, DETOUR))
    assert read_line(after, "to_south") == [CENTRE, FIRST, *DETOUR, LAST, SOUTH]
    assert list_changed_edges(SQUARES, after) == {edge_id("to_south")}
    assert find_faces(after)[SW].area == 1.0 + 0.25 * 0.5
    assert_is_coverage(after)


def test_a_stretch_may_be_named_from_its_other_end() -> None:
    forward = run_command(SQUARES, RESHAPE_EDGE, reshape(FIRST, LAST, DETOUR))
    assert run_command(SQUARES, RESHAPE_EDGE, reshape(LAST, FIRST, DETOUR[::-1])) == forward


def test_a_whole_edge_runs_otherwise_between_its_nodes() -> None:
    after = apply_command(SQUARES, RESHAPE_EDGE, reshape(CENTRE, SOUTH, DETOUR))
    assert read_line(after, "to_south") == [CENTRE, *DETOUR, SOUTH]
    assert_is_coverage(after)


def test_without_vertices_a_stretch_is_straight() -> None:
    after = apply_command(SQUARES, RESHAPE_EDGE, reshape(FIRST, LAST, []))
    assert read_line(after, "to_south") == [CENTRE, FIRST, LAST, SOUTH]
    assert_is_coverage(after)


def test_between_neighbours_vertices_are_only_added() -> None:
    after = apply_command(SQUARES, RESHAPE_EDGE, reshape(FIRST, MIDDLE, [(114.1, 23.6)]))
    assert read_line(after, "to_south") == [CENTRE, FIRST, (114.1, 23.6), MIDDLE, LAST, SOUTH]


@pytest.mark.parametrize(
    ("at", "until", "problem", "field"),
    [
        ((114.0, 23.7), LAST, NotFound, "at"),
        (FIRST, (114.0, 23.7), InvalidValue, "until"),
        (FIRST, FIRST, InvalidValue, "until"),
        (FIRST, (115.0, 24.0), InvalidValue, "until"),
    ],
)
def test_what_is_no_stretch_is_refused_with_the_field(
    at: object, until: object, problem: type[Problem], field: str
) -> None:
    with pytest.raises(problem) as caught:
        run_command(SQUARES, RESHAPE_EDGE, reshape(at, until, DETOUR))
    assert caught.value.field == field

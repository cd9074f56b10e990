"""Vertices that moved, came and went between two courses of a line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boundaries.areas.distance import measure_geodesic
from boundaries.differences.vertex_changes import Point, list_vertex_changes

LINE: list[Point] = [(113 + number / 1000, 23 + (number % 3) / 1000) for number in range(10)]
ASIDE: Point = (113.0041, 23.0013)
BEYOND: Point = (113.0052, 23.0022)


def describe(
    before: list[Point], after: list[Point]
) -> list[tuple[str, Point | None, Point | None]]:
    return [(one.kind.value, one.before, one.after) for one in list_vertex_changes(before, after)]


def test_equal_lines_have_no_changes() -> None:
    assert list_vertex_changes(LINE, list(LINE)) == []


def test_one_moved_vertex_is_one_change_with_its_distance() -> None:
    (change,) = list_vertex_changes(LINE, [*LINE[:4], ASIDE, *LINE[5:]])
    assert (change.kind, change.before, change.after) == ("moved", LINE[4], ASIDE)
    assert change.distance_m == measure_geodesic(*LINE[4], *ASIDE) > 10


def test_a_change_of_the_last_bit_is_a_move() -> None:
    lon, lat = LINE[4]
    moved = (lon + 2e-14, lat)
    assert moved != LINE[4]
    assert describe(LINE, [*LINE[:4], moved, *LINE[5:]]) == [("moved", LINE[4], moved)]


def test_inserted_and_deleted_vertices_have_one_place() -> None:
    longer = [*LINE[:4], ASIDE, *LINE[4:]]
    assert describe(LINE, longer) == [("inserted", None, ASIDE)]
    assert describe(longer, LINE) == [("deleted", ASIDE, None)]


def test_what_moved_is_what_lies_nearest() -> None:
    """Of three new vertices in place of two, the one in the middle is new."""
    middle = (113.0045, 23.02)
    after = [*LINE[:4], ASIDE, middle, BEYOND, *LINE[6:]]
    moves = [("moved", LINE[4], ASIDE), ("moved", LINE[5], BEYOND)]
    assert describe(LINE, after) == [moves[0], ("inserted", None, middle), moves[1]]
    back = [("moved", ASIDE, LINE[4]), ("deleted", middle, None), ("moved", BEYOND, LINE[5])]
    assert describe(after, LINE) == back


def test_moved_ends_are_changes() -> None:
    end = (113.02, 23.0)
    assert describe(LINE, [ASIDE, *LINE[1:-1], end]) == [
        ("moved", LINE[0], ASIDE),
        ("moved", LINE[-1], end),
    ]


def test_a_line_that_runs_the_other_way_is_the_same_line() -> None:
    assert list_vertex_changes(LINE, LINE[::-1]) == []
    after = [*LINE[:4], ASIDE, *LINE[5:]]
    assert describe(LINE, after[::-1]) == [("moved", LINE[4], ASIDE)]


def test_a_line_redrawn_from_end_to_end_is_not_paired() -> None:
    old = [(113 + n * 1e-4, 23.0) for n in range(2100)]
    new = [(113 + n * 1e-4, 23.5) for n in range(2000)]
    kinds = {kind for kind, _, _ in describe(old, new)}
    assert kinds == {"deleted", "inserted"}


DEGREES = st.integers(0, 6).map(lambda number: number / 9)
POINTS = st.lists(
    st.tuples(DEGREES.map(lambda x: 113 + x), DEGREES.map(lambda y: 23 + y)),
    min_size=2,
    max_size=12,
)


@pytest.mark.parametrize("side", ["before", "after"])
@given(before=POINTS, after=POINTS)
def test_changes_account_for_every_vertex(
    side: str, before: list[Point], after: list[Point]
) -> None:
    """Without the changed ones, both sides are left with the same vertices."""
    if before[0] == after[-1] and before[-1] == after[0]:
        after = after[::-1]
    changes = list_vertex_changes(before, after)
    whole = {"before": before, "after": after}
    left = {}
    for name, line in whole.items():
        rest = list(line)
        for change in changes:
            point = getattr(change, name)
            if point is not None:
                rest.remove(point)
        left[name] = sorted(rest)
    assert left["before"] == left["after"]
    order = [getattr(change, side) for change in changes if getattr(change, side)]
    line = iter(whole[side])
    assert all(point in line for point in order), "changes follow the line"

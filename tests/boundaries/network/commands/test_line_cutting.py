"""Lines laid over edges: both are cut wherever they meet."""

from uuid import UUID

import numpy as np
import pytest

from boundaries.network.commands.day_edges import DayEdge
from boundaries.network.commands.line_cutting import LinePart, cut_lines
from boundaries.network.edge_versions import encode_line

Place = tuple[float, float]


def edge(number: int, *places: Place) -> DayEdge:
    line = np.array(places, dtype=float)
    return DayEdge(UUID(int=number), {"geom": encode_line(line)}, line)


def list_parts(edges: list[DayEdge], *drawn: list[Place]) -> list[tuple[int | None, list[Place]]]:
    """The parts, each with the number of its edge."""
    parts = cut_lines(edges, [np.array(line, dtype=float) for line in drawn])
    return sorted((name_part(part) for part in parts), key=str)


def name_part(part: LinePart) -> tuple[int | None, list[Place]]:
    places = [(x, y) for x, y in part.line.tolist()]
    return (part.edge.edge.int if part.edge else None), places


LEVEL = edge(1, (0, 0), (4, 0))


def test_edges_that_no_line_meets_stay_whole() -> None:
    assert list_parts([LEVEL]) == [(1, [(0, 0), (4, 0)])]
    assert list_parts([LEVEL], [(0, 1), (4, 1)]) == [
        (1, [(0, 0), (4, 0)]),
        (None, [(0, 1), (4, 1)]),
    ]


def test_a_line_across_cuts_both() -> None:
    assert list_parts([LEVEL], [(2, -1), (2, 1)]) == [
        (1, [(0, 0), (2, 0)]),
        (1, [(2, 0), (4, 0)]),
        (None, [(2, -1), (2, 0)]),
        (None, [(2, 0), (2, 1)]),
    ]


def test_a_line_that_ends_on_an_edge_cuts_the_edge() -> None:
    assert list_parts([LEVEL], [(2, 0), (2, 1)]) == [
        (1, [(0, 0), (2, 0)]),
        (1, [(2, 0), (4, 0)]),
        (None, [(2, 0), (2, 1)]),
    ]


def test_a_vertex_within_a_tenth_of_a_millimetre_is_the_place() -> None:
    bent = edge(1, (0, 0), (2, 1e-10), (4, 0))
    parts = list_parts([bent], [(2 + 1e-10, -1), (2 + 1e-10, 1)])
    assert [place for _, places in parts for place in places].count((2, 1e-10)) == 4


def test_where_a_line_runs_along_an_edge_only_the_edge_remains() -> None:
    assert list_parts([LEVEL], [(0, 1), (1, 0), (3, 0), (4, 1)]) == [
        (1, [(0, 0), (1, 0)]),
        (1, [(1, 0), (3, 0)]),
        (1, [(3, 0), (4, 0)]),
        (None, [(0, 1), (1, 0)]),
        (None, [(3, 0), (4, 1)]),
    ]


@pytest.mark.parametrize("drawn", [[(1, 0), (3, 0)], [(1, 0), (2.5, 0), (3, 0)]])
def test_vertices_between_do_not_make_a_second_line_along_an_edge(drawn: list[Place]) -> None:
    fine = edge(1, (0, 0), (2, 0), (4, 0))
    parts = list_parts([fine], [(0, 1), *drawn, (4, 1)])
    assert [number for number, _ in parts].count(None) == 2


def test_lines_cut_each_other() -> None:
    parts = list_parts([], [(0, 0), (2, 2)], [(0, 2), (2, 0)])
    assert len(parts) == 4
    assert all((1, 1) in places for _, places in parts)


def test_a_ring_that_meets_nothing_stays_one_line() -> None:
    ring: list[Place] = [(0, 1), (1, 1), (1, 2), (0, 1)]
    assert list_parts([LEVEL], ring) == [(1, [(0, 0), (4, 0)]), (None, ring)]


def test_vertices_that_are_drawn_twice_count_once() -> None:
    assert list_parts([LEVEL], [(2, 0), (2, 0), (2, 1), (2, 1)]) == [
        (1, [(0, 0), (2, 0)]),
        (1, [(2, 0), (4, 0)]),
        (None, [(2, 0), (2, 1)]),
    ]


def test_an_edge_that_has_a_vertex_twice_is_cut_where_the_line_meets_it() -> None:
    doubled = edge(1, (0, 0), (1, 0), (1, 0), (4, 0))
    parts = [places for number, places in list_parts([doubled], [(3, -1), (3, 1)]) if number == 1]
    assert [[x for x, _ in places] for places in parts] in (
        [[0, 1, 1, 3], [3, 4]],
        [[0, 1, 3], [3, 4]],
    )


def test_a_line_along_several_edges_leaves_all_of_them() -> None:
    parts = list_parts([LEVEL, edge(2, (4, 0), (4, 4))], [(1, 0), (4, 0), (4, 3)])
    assert [number for number, _ in parts].count(None) == 0

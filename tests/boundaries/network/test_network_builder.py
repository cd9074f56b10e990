"""Polygons become shared borders, and come back from them vertex for vertex."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon, box

from boundaries.network.network_builder import OUTSIDE, Network, NotACoverage, build_network
from boundaries.network.polygonize import derive_areas
from boundaries.network.segments import build_segments
from tests.boundaries.network.network_samples import (
    FOUR,
    HOLE_AT_SHELL,
    IN_THE_HOLE,
    LAKE,
    WITH_HOLE,
    array,
    counties,
    features,
    lines,
    multi,
)


def of(*shapes: shapely.Geometry) -> Network:
    return build_network(build_segments(array(*shapes)))


def same(net: Network, *shapes: shapely.Geometry) -> bool:
    back = derive_areas(net)
    return all(
        shapely.equals_exact(multi(back[face]), multi(shape), tolerance=0.0)
        for face, shape in enumerate(shapes)
    )


def test_two_neighbours_have_one_border_and_a_coast_each() -> None:
    net = of(*FOUR[:2])
    assert len(net) == 3 and len(net.nodes) == 2
    assert sorted(zip(net.left.tolist(), net.right.tolist(), strict=True)) in (
        [(0, OUTSIDE), (0, 1), (1, OUTSIDE)],
        [(0, OUTSIDE), (1, OUTSIDE), (1, 0)],
    )


def test_four_units_meet_in_one_node() -> None:
    net = of(*FOUR)
    middle = np.flatnonzero((net.nodes == [100, 100]).all(axis=1))
    assert np.count_nonzero((net.start == middle) | (net.end == middle)) == 4


@pytest.mark.parametrize(
    "shapes",
    [
        FOUR,
        [WITH_HOLE],
        [WITH_HOLE, Polygon(LAKE)],
        [HOLE_AT_SHELL],
        [HOLE_AT_SHELL, IN_THE_HOLE],
        [shapely.MultiPolygon([box(0, 0, 1, 1), box(1, 1, 2, 2)]), box(1, 0, 2, 1)],
        [shapely.MultiPolygon([FOUR[0], box(500, 500, 600, 600)]), FOUR[1]],
        [Polygon([(0, 0), (0, 100), (100, 100), (100, 0)]), FOUR[1]],
    ],
    ids=[
        "four round a point",
        "a hole",
        "an enclave",
        "a hole that touches its shell",
        "an enclave that touches the outside",
        "two parts that touch in a point",
        "an island",
        "clockwise",
    ],
)
def test_every_polygon_comes_back_vertex_for_vertex(shapes: list[shapely.Geometry]) -> None:
    assert same(of(*shapes), *shapes)


def test_the_real_counties_come_back_vertex_for_vertex() -> None:
    shapes = counties()
    assert same(build_network(build_segments(shapes)), *shapes)


def test_a_border_round_an_enclave_is_cut_in_the_same_place_whoever_comes_first() -> None:
    one, other = of(WITH_HOLE, Polygon(LAKE)), of(Polygon(LAKE), WITH_HOLE)
    assert {tuple(node) for node in one.nodes} == {tuple(node) for node in other.nodes}
    assert (40.0, 40.0) in {tuple(node) for node in one.nodes}


def test_repeated_vertices_are_left_out() -> None:
    doubled = Polygon([(0, 0), (100, 0), (100, 0), (100, 100), (0, 100)])
    assert same(of(doubled, FOUR[1]), FOUR[0], FOUR[1])


def test_a_polygon_that_runs_along_a_segment_twice_is_refused() -> None:
    spike = Polygon([(0, 0), (100, 0), (100, 50), (150, 50), (100, 50), (100, 100), (0, 100)])
    with pytest.raises(NotACoverage, match="Feature 1 "):
        of(spike)


def test_upper_levels_are_bounded_by_the_very_edges_of_the_lower() -> None:
    shown = [properties for properties, _ in features()]
    lowest = [n for n, p in enumerate(shown) if p["level"] == "county" and p["code"][:2] == "44"]
    net = build_network(build_segments(array(*(features()[n][1] for n in lowest))))
    codes = sorted({shown[n]["code"][:4] for n in lowest})
    labels = np.array([codes.index(shown[n]["code"][:4]) for n in lowest])
    shipped = {p["code"]: shape for p, shape in features() if p["level"] == "prefecture"}
    for number, area in derive_areas(net, labels).items():
        prefecture = shipped.get(codes[number] + "00")
        if prefecture is not None:
            assert shapely.equals_exact(multi(area), multi(prefecture), tolerance=0.0)


def test_the_line_between_two_prefectures_is_made_of_county_edges() -> None:
    net = of(*FOUR)
    both = np.array([0, 1, 0, 1])
    (line,) = [edges for pair, edges in lines(net, both).items() if OUTSIDE not in pair]
    assert line == sorted(set(lines(net)[0, 1]) | set(lines(net)[2, 3]))


@given(
    columns=st.integers(1, 4),
    rows=st.integers(1, 4),
    seed=st.integers(0, 2**32 - 1),
    missing=st.sets(st.integers(0, 15), max_size=4),
)
@settings(max_examples=60)
def test_random_coverages_come_back(columns: int, rows: int, seed: int, missing: set[int]) -> None:
    shapes = [s for n, s in enumerate(quilt(columns, rows, seed)) if n not in missing]
    if shapes:
        assert same(of(*shapes), *shapes)


def quilt(columns: int, rows: int, seed: int) -> list[shapely.Geometry]:
    """A grid of cells whose common borders wander between their corners."""
    random = np.random.default_rng(seed)

    def border(a: tuple[float, float], b: tuple[float, float]) -> list[tuple[float, float]]:
        count = int(random.integers(0, 4))
        steps = np.linspace(0, 1, count + 2)[:, None]
        way = np.array(a) + steps * (np.array(b) - np.array(a))
        way[1:-1] += random.uniform(-8, 8, (count, 2))
        return [(x, y) for x, y in way.tolist()]

    flat = {
        (x, y): border((x * 100, y * 100), (x * 100 + 100, y * 100))
        for x in range(columns)
        for y in range(rows + 1)
    }
    steep = {
        (x, y): border((x * 100, y * 100), (x * 100, y * 100 + 100))
        for x in range(columns + 1)
        for y in range(rows)
    }
    return [
        Polygon(flat[x, y][:-1] + steep[x + 1, y][:-1] + flat[x, y + 1][:0:-1] + steep[x, y][:0:-1])
        for y in range(rows)
        for x in range(columns)
    ]

"""Rules on random networks: sound ones have no finding, flawed ones only that of the flaw."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import Polygon

from boundaries.network.network_builder import OUTSIDE
from boundaries.rules.common.measures import Metric
from tests.boundaries.rules.generated_layers import make_voronoi_cells, place_near_guangzhou
from tests.boundaries.rules.network.register_samples import (
    Sample,
    get_unit_id,
    make_sample,
    rebuild_network,
    remove_edge,
    select_edges,
)

PROFILE = settings(derandomize=True, deadline=None, max_examples=12)
PREFECTURES = ("4401", "4402", "4501")


def make_register(count: int, seed: int) -> Sample:
    """Counties of two provinces and three prefectures, in no order; all their nodes are sound."""
    cells = [place_near_guangzhou(cell) for cell in make_voronoi_cells(count, seed)]
    codes = [f"{PREFECTURES[k % 3]}{k + 1:02d}" for k in range(len(cells))]
    return make_sample(cells, codes)


REGISTERS = st.builds(make_register, st.integers(6, 25), st.integers(0, 2**32 - 1))


def pick_inner_edge(made: Sample, seed: int) -> int:
    """Any edge between two units that is long enough to have a middle vertex or two."""
    net = made.known.net
    there = np.flatnonzero((net.left != OUTSIDE) & (net.right != OUTSIDE))
    assume(len(there) > 0)
    return int(there[seed % len(there)])


def halve_first_segment(made: Sample, edge: int) -> np.ndarray:
    """The vertices of an edge with one more in the middle of its first segment."""
    xy = made.known.net.get_vertices(edge)
    return np.vstack([xy[:1], (xy[:1] + xy[1:2]) / 2, xy[1:]])


def list_findings(made: Sample) -> list[tuple[str, str, tuple[str, ...]]]:
    """The findings but those on several paths, which come as the coverage has it."""
    return [reported for reported in made.list_findings() if reported[1] != "several_paths"]


@PROFILE
@given(REGISTERS)
def test_a_sound_network_has_no_finding(made: Sample) -> None:
    assert list_findings(made) == []


@PROFILE
@given(REGISTERS, st.integers(0, 10**6))
def test_swapped_sides_are_reported_as_swapped(made: Sample, seed: int) -> None:
    edge, net = pick_inner_edge(made, seed), made.known.net
    left, right = net.left.copy(), net.right.copy()
    left[edge], right[edge] = right[edge], left[edge]
    flawed = made.with_net(left=left, right=right)
    assert list_findings(flawed) == [("TOP-LIN-02", "turned", made.codes(edge))]


@PROFILE
@given(REGISTERS, st.integers(0, 10**6))
def test_another_unit_on_a_side_is_reported_once_with_the_true_one(made: Sample, seed: int) -> None:
    edge, net = pick_inner_edge(made, seed), made.known.net
    others = set(range(len(made.known.faces))) - {int(net.left[edge]), int(net.right[edge])}
    other = sorted(others)[seed % len(others)]
    left = net.left.copy()
    left[edge] = other
    (reported,) = [t for t in list_findings(made.with_net(left=left)) if t[0] != "TOP-LIN-01"]
    expected = tuple(sorted({*made.codes(edge), made.code(other)}))
    assert reported == ("TOP-LIN-02", "other_unit", expected)


@PROFILE
@given(REGISTERS, st.integers(0, 10**6))
def test_a_missing_edge_is_reported_at_both_ends_and_as_the_stretch_itself(
    made: Sample, seed: int
) -> None:
    edge = pick_inner_edge(made, seed)
    pair = made.codes(edge)
    flawed = remove_edge(made, edge)
    reported = sorted(list_findings(flawed))
    assert reported == sorted(
        [
            *(("TOP-COV-05", "differs", (code,)) for code in pair),
            *(("TOP-NOD-02", "unfinished", pair) for _ in range(2)),
        ]
    )
    line = shapely.LineString(made.known.net.get_vertices(edge))
    for found in flawed.findings():
        if found.rule == "TOP-COV-05":
            assert shapely.equals(found.geometry, line)
            assert found.measured == pytest.approx(Metric().measure_length(line), rel=1e-3)
        elif found.rule == "TOP-NOD-02":
            assert line.boundary.covers(found.geometry)


@PROFILE
@given(REGISTERS, st.integers(0, 10**6))
def test_a_node_in_the_middle_of_a_border_is_one_too_many(made: Sample, seed: int) -> None:
    edge = pick_inner_edge(made, seed)
    xy = halve_first_segment(made, edge)
    runs = [(k, made.known.net.get_vertices(k)) for k in range(len(made.known.net)) if k != edge]
    flawed = rebuild_network(made, [*runs, (edge, xy[:2]), (edge, xy[1:])])
    areas = {unit: insert_vertex(shape, xy[:3]) for unit, shape in made.areas.items()}
    flawed = replace(flawed, areas=areas)
    assert list_findings(flawed) == [("TOP-LIN-09", "pseudo", made.codes(edge))]
    (found,) = [f for f in flawed.findings() if f.rule == "TOP-LIN-09"]
    assert shapely.get_coordinates(found.geometry).tolist() == [xy[1].tolist()]
    node = flawed.known.nodes[-1]
    met = replace(flawed, degree_ever={**flawed.degree_ever, node: 3})
    (found,) = [f for f in met.findings() if f.rule == "TOP-LIN-09"]
    assert (found.kind, found.severity) == ("met_on_other_days", "info")


def insert_vertex(shape: shapely.Geometry, three: np.ndarray) -> shapely.Geometry:
    """The area with the middle one of three vertices put between the other two, where they are."""

    def ring(xy: np.ndarray) -> np.ndarray:
        for k in range(len(xy) - 1):
            piece = xy[k : k + 2].tolist()
            if piece in (three[[0, 2]].tolist(), three[[2, 0]].tolist()):
                return np.vstack([xy[: k + 1], three[1], xy[k + 1 :]])
        return xy

    parts = [
        Polygon(
            ring(shapely.get_coordinates(part.exterior)),
            [ring(shapely.get_coordinates(hole)) for hole in part.interiors],
        )
        for part in shapely.get_parts(shape)
    ]
    return shapely.MultiPolygon(parts)


@PROFILE
@given(REGISTERS, st.integers(0, 10**6))
def test_a_border_that_breaks_off_dangles_on_both_sides_of_the_hole(
    made: Sample, seed: int
) -> None:
    edge = pick_inner_edge(made, seed)
    first, last = made.known.net.get_vertices(edge)[[0, -1]]
    assume(len(made.known.net.get_vertices(edge)) == 2)
    thirds = [first, first + (last - first) / 3, first + (last - first) * 2 / 3, last]
    runs = [(k, made.known.net.get_vertices(k)) for k in range(len(made.known.net)) if k != edge]
    ends = [(edge, np.array(thirds[:2])), (edge, np.array(thirds[2:]))]
    flawed = replace(rebuild_network(made, [*runs, *ends]), areas={})
    reported = [t for t in list_findings(flawed) if t[:2] != ("TOP-COV-05", "no_area")]
    assert reported == [("TOP-LIN-01", "dangle", made.codes(edge))] * 2


@PROFILE
@given(REGISTERS, st.integers(0, 10**6))
def test_a_border_stored_twice_is_an_overlap_of_its_whole_length(made: Sample, seed: int) -> None:
    edge = pick_inner_edge(made, seed)
    flawed = select_edges(made, [*range(len(made.known.net)), edge])
    assert list_findings(flawed) == [("TOP-LIN-05", "overlap", made.codes(edge))]
    (found,) = [f for f in flawed.findings() if f.rule == "TOP-LIN-05"]
    line = shapely.LineString(made.known.net.get_vertices(edge))
    assert shapely.equals(found.geometry, line)


@PROFILE
@given(REGISTERS, st.integers(0, 10**6))
def test_an_edge_from_east_to_west_runs_backwards(made: Sample, seed: int) -> None:
    edge, net = pick_inner_edge(made, seed), made.known.net
    runs = [(k, net.get_vertices(k)) for k in range(len(net))]
    runs[edge] = (edge, net.get_vertices(edge)[::-1])
    turned = rebuild_network(made, runs)
    left, right = turned.known.net.left.copy(), turned.known.net.right.copy()
    left[edge], right[edge] = right[edge], left[edge]
    first, last = net.get_vertices(edge)[[0, -1]]
    backwards = last[0] - first[0] >= 0 and first[1] >= last[1]
    reported = list_findings(turned.with_net(left=left, right=right))
    assert reported == ([("TOP-LIN-03", "direction", made.codes(edge))] if backwards else [])


@PROFILE
@given(REGISTERS, st.integers(0, 10**6), st.floats(1e-12, 1e-7))
def test_an_area_with_one_vertex_elsewhere_is_not_what_its_edges_bound(
    made: Sample, seed: int, far: float
) -> None:
    code = made.code(seed % len(made.known.faces))
    shape = shapely.from_wkb(shapely.to_wkb(made.areas[get_unit_id(code)]))
    xy = shapely.get_coordinates(shape)
    moved = xy[1] + far
    assume((moved != xy[1]).any())
    xy[(xy == xy[1]).all(axis=1)] = moved
    flawed = made.with_area(code, shapely.set_coordinates(shape, xy))
    assert list_findings(flawed) == [("TOP-COV-05", "differs", (code,))]


@PROFILE
@given(REGISTERS)
def test_an_upper_unit_of_its_own_making_is_reported_at_its_level_only(made: Sample) -> None:
    whole = made.areas[get_unit_id("440000")]
    xy = shapely.get_coordinates(whole)
    spot = xy[(xy[:, 0]).argmin()]
    moved = shapely.transform(
        whole, lambda xy: np.where((xy == spot).all(axis=1)[:, None], spot - 1e-7, xy)
    )
    assert list_findings(made.with_area("440000", moved)) == [
        ("TOP-HIE-06", "differs", ("440000",))
    ]


@PROFILE
@given(REGISTERS, st.integers(0, 10**6))
def test_a_unit_with_edges_and_no_area_is_reported(made: Sample, seed: int) -> None:
    code = made.code(seed % len(made.known.faces))
    areas = {unit: shape for unit, shape in made.areas.items() if unit != get_unit_id(code)}
    reported = [t for t in list_findings(replace(made, areas=areas)) if t[0] != "TOP-LIN-02"]
    assert reported == [("TOP-COV-05", "no_area", (code,))]

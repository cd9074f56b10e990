"""Networks of random coverages: sound ones have no finding, flawed ones just that of the flaw."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import Polygon, box

from boundaries.network.boundary_lines import BoundaryLines
from boundaries.network.network_builder import OUTSIDE
from boundaries.rules.common.measures import Metric
from tests.boundaries.rules.generated_layers import around, voronoi
from tests.boundaries.rules.network.register_samples import (
    Sample,
    province,
    rebuilt,
    sample,
    unit_of,
    with_edges,
    without_edge,
)

PROFILE = settings(derandomize=True, deadline=None, max_examples=12)
PREFECTURES = ("4401", "4402", "4501")


def register(count: int, seed: int) -> Sample:
    """Counties of two provinces and three prefectures, in no order; all their nodes are sound."""
    cells = [around(cell) for cell in voronoi(count, seed)]
    codes = [f"{PREFECTURES[k % 3]}{k + 1:02d}" for k in range(len(cells))]
    return sample(cells, codes)


REGISTERS = st.builds(register, st.integers(6, 25), st.integers(0, 2**32 - 1))


def inner(made: Sample, seed: int) -> int:
    """Any edge between two units that is long enough to have a middle vertex or two."""
    net = made.known.net
    there = np.flatnonzero((net.left != OUTSIDE) & (net.right != OUTSIDE))
    assume(len(there) > 0)
    return int(there[seed % len(there)])


def halfway(made: Sample, edge: int) -> np.ndarray:
    """The vertices of an edge with one more in the middle of its first piece."""
    xy = made.known.net.get_vertices(edge)
    return np.vstack([xy[:1], (xy[:1] + xy[1:2]) / 2, xy[1:]])


def grave(made: Sample) -> list[tuple[str, str, tuple[str, ...]]]:
    """The findings but those on several paths, which come as the coverage has it."""
    return [told for told in made.told() if told[1] != "several_paths"]


@PROFILE
@given(REGISTERS)
def test_a_sound_network_has_no_finding(made: Sample) -> None:
    assert grave(made) == []


@PROFILE
@given(REGISTERS, st.integers(0, 10**6))
def test_swapped_sides_are_told_as_swapped(made: Sample, seed: int) -> None:
    edge, net = inner(made, seed), made.known.net
    left, right = net.left.copy(), net.right.copy()
    left[edge], right[edge] = right[edge], left[edge]
    flawed = made.with_net(left=left, right=right)
    assert grave(flawed) == [("TOP-LIN-02", "turned", made.codes(edge))]


@PROFILE
@given(REGISTERS, st.integers(0, 10**6))
def test_another_unit_on_a_side_is_told_once_with_the_true_one(made: Sample, seed: int) -> None:
    edge, net = inner(made, seed), made.known.net
    others = set(range(len(made.known.faces))) - {int(net.left[edge]), int(net.right[edge])}
    other = sorted(others)[seed % len(others)]
    left = net.left.copy()
    left[edge] = other
    (told,) = [t for t in grave(made.with_net(left=left)) if t[0] != "TOP-LIN-01"]
    expected = tuple(sorted({*made.codes(edge), made.code(other)}))
    assert told == ("TOP-LIN-02", "other_unit", expected)


@PROFILE
@given(REGISTERS, st.integers(0, 10**6))
def test_a_missing_edge_is_told_at_both_ends_and_as_the_stretch_itself(
    made: Sample, seed: int
) -> None:
    edge = inner(made, seed)
    pair = made.codes(edge)
    flawed = without_edge(made, edge)
    told = sorted(grave(flawed))
    assert told == sorted(
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
    edge = inner(made, seed)
    xy = halfway(made, edge)
    runs = [(k, made.known.net.get_vertices(k)) for k in range(len(made.known.net)) if k != edge]
    flawed = rebuilt(made, [*runs, (edge, xy[:2]), (edge, xy[1:])])
    areas = {unit: halved(shape, xy[:3]) for unit, shape in made.areas.items()}
    flawed = replace(flawed, areas=areas)
    assert grave(flawed) == [("TOP-LIN-09", "pseudo", made.codes(edge))]
    (found,) = [f for f in flawed.findings() if f.rule == "TOP-LIN-09"]
    assert shapely.get_coordinates(found.geometry).tolist() == [xy[1].tolist()]
    node = flawed.known.nodes[-1]
    met = replace(flawed, ways={**flawed.ways, node: 3})
    (found,) = [f for f in met.findings() if f.rule == "TOP-LIN-09"]
    assert (found.kind, found.severity) == ("met_on_other_days", "info")


def halved(shape: shapely.Geometry, three: np.ndarray) -> shapely.Geometry:
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
    edge = inner(made, seed)
    first, last = made.known.net.get_vertices(edge)[[0, -1]]
    assume(len(made.known.net.get_vertices(edge)) == 2)
    thirds = [first, first + (last - first) / 3, first + (last - first) * 2 / 3, last]
    runs = [(k, made.known.net.get_vertices(k)) for k in range(len(made.known.net)) if k != edge]
    ends = [(edge, np.array(thirds[:2])), (edge, np.array(thirds[2:]))]
    flawed = replace(rebuilt(made, [*runs, *ends]), areas={})
    told = [t for t in grave(flawed) if t[:2] != ("TOP-COV-05", "no_area")]
    assert told == [("TOP-LIN-01", "dangle", made.codes(edge))] * 2


@PROFILE
@given(REGISTERS, st.integers(0, 10**6))
def test_a_border_stored_twice_is_an_overlap_of_its_whole_length(made: Sample, seed: int) -> None:
    edge = inner(made, seed)
    flawed = with_edges(made, [*range(len(made.known.net)), edge])
    assert grave(flawed) == [("TOP-LIN-05", "overlap", made.codes(edge))]
    (found,) = [f for f in flawed.findings() if f.rule == "TOP-LIN-05"]
    line = shapely.LineString(made.known.net.get_vertices(edge))
    assert shapely.equals(found.geometry, line)


@PROFILE
@given(REGISTERS, st.integers(0, 10**6))
def test_an_edge_from_east_to_west_runs_backwards(made: Sample, seed: int) -> None:
    edge, net = inner(made, seed), made.known.net
    runs = [(k, net.get_vertices(k)) for k in range(len(net))]
    runs[edge] = (edge, net.get_vertices(edge)[::-1])
    turned = rebuilt(made, runs)
    left, right = turned.known.net.left.copy(), turned.known.net.right.copy()
    left[edge], right[edge] = right[edge], left[edge]
    first, last = net.get_vertices(edge)[[0, -1]]
    backwards = last[0] - first[0] >= 0 and first[1] >= last[1]
    told = grave(turned.with_net(left=left, right=right))
    assert told == ([("TOP-LIN-03", "direction", made.codes(edge))] if backwards else [])


@PROFILE
@given(REGISTERS, st.integers(0, 10**6), st.floats(1e-12, 1e-7))
def test_an_area_with_one_vertex_elsewhere_is_not_what_its_edges_bound(
    made: Sample, seed: int, far: float
) -> None:
    code = made.code(seed % len(made.known.faces))
    shape = shapely.from_wkb(shapely.to_wkb(made.areas[unit_of(code)]))
    xy = shapely.get_coordinates(shape)
    moved = xy[1] + far
    assume((moved != xy[1]).any())
    xy[(xy == xy[1]).all(axis=1)] = moved
    flawed = made.with_area(code, shapely.set_coordinates(shape, xy))
    assert grave(flawed) == [("TOP-COV-05", "differs", (code,))]


@PROFILE
@given(REGISTERS)
def test_an_upper_unit_of_its_own_making_is_told_at_its_level_only(made: Sample) -> None:
    whole = made.areas[unit_of("440000")]
    xy = shapely.get_coordinates(whole)
    spot = xy[(xy[:, 0]).argmin()]
    moved = shapely.transform(
        whole, lambda xy: np.where((xy == spot).all(axis=1)[:, None], spot - 1e-7, xy)
    )
    assert grave(made.with_area("440000", moved)) == [("TOP-HIE-06", "differs", ("440000",))]


@PROFILE
@given(REGISTERS, st.integers(0, 10**6))
def test_a_unit_with_edges_and_no_area_is_told(made: Sample, seed: int) -> None:
    code = made.code(seed % len(made.known.faces))
    areas = {unit: shape for unit, shape in made.areas.items() if unit != unit_of(code)}
    told = [t for t in grave(replace(made, areas=areas)) if t[0] != "TOP-LIN-02"]
    assert told == [("TOP-COV-05", "no_area", (code,))]


def test_an_area_without_any_edge_is_told() -> None:
    made = sample([box(113, 23, 113.1, 23.1)], ["440101"])
    there = made.with_area("999999", box(114, 23, 114.1, 23.1))
    (found,) = there.findings()
    assert (found.rule, found.kind) == ("TOP-HIE-06", "no_edges")


WEST, EAST = box(113, 23, 113.1, 23.2), box(113.1, 23, 113.2, 23.2)


def test_two_units_with_a_third_one_in_between_have_a_line_of_two_paths() -> None:
    between = Polygon([(113.1, 23.05), (113.12, 23.1), (113.1, 23.15), (113.08, 23.1)])
    west, east = (shapely.difference(shape, between) for shape in (WEST, EAST))
    made = sample([west, east, between], ["440101", "440102", "440103"])
    (found,) = made.findings()
    assert (found.rule, found.kind, found.severity) == ("TOP-LIN-01", "several_paths", "warning")
    assert (found.measured, found.limit) == (2, 1)
    ends = {(113.1, 23.0), (113.1, 23.05), (113.1, 23.15), (113.1, 23.2)}
    assert set(map(tuple, shapely.get_coordinates(found.geometry).tolist())) == ends


def test_an_enclave_has_one_node_and_no_finding() -> None:
    hole = box(113.04, 23.05, 113.06, 23.06)
    made = sample([WEST.difference(hole), EAST, hole], ["440101", "440102", "440103"])
    assert made.findings() == []


def test_an_island_turned_inside_out_is_told() -> None:
    """At its only node left and right agree whichever way round; the ground itself decides."""
    made = sample([WEST, box(114, 23, 114.1, 23.1)], ["440101", "440102"])
    net = made.known.net
    edge = made.known.faces.index(unit_of("440102"))
    ring = int(np.flatnonzero((net.left == edge) | (net.right == edge))[0])
    left, right = net.left.copy(), net.right.copy()
    left[ring], right[ring] = right[ring], left[ring]
    assert made.with_net(left=left, right=right).told() == [("TOP-LIN-02", "turned", ("440102",))]


def test_an_overlap_of_areas_is_no_mistake_in_the_sides_of_edges() -> None:
    """TOP-COV-01 tells it; every edge has the sides that the two polygons give it."""
    made = sample([WEST, box(113.09, 23, 113.2, 23.2)], ["440101", "440102"])
    assert [told for told in made.told() if told[0] == "TOP-LIN-02"] == []


def test_two_units_like_a_chessboard_branch_in_the_middle() -> None:
    squares = [box(x, y, x + 0.1, y + 0.1) for x in (113, 113.1) for y in (23, 23.1)]
    one, other = (shapely.MultiPolygon([squares[k] for k in pair]) for pair in ((0, 3), (1, 2)))
    made = sample([one, other], ["440101", "440102"])
    assert made.told() == [("TOP-LIN-01", "branch", ("440101", "440102"))]
    (found,) = made.findings()
    assert (found.measured, found.severity) == (4, "error")


def test_four_units_in_a_point_are_rare_and_said_so() -> None:
    squares = [box(x, y, x + 0.1, y + 0.1) for x in (113, 113.1) for y in (23, 23.1)]
    codes = ["440101", "440102", "440103", "440104"]
    (found,) = sample(squares, codes).findings()
    assert (found.rule, found.kind, found.severity) == ("TOP-NOD-01", "many_units", "warning")
    assert (found.measured, found.limit, found.unit) == (4, 3, "lines")
    three = shapely.MultiPolygon([squares[0], squares[3]])
    (found,) = sample([three, squares[1], squares[2]], codes[:3]).findings()
    assert (found.rule, found.kind) == ("TOP-NOD-01", "touching")


@pytest.mark.parametrize(("metres", "told"), [(0.02, True), (0.2, False)])
def test_two_tripoints_a_hand_apart_are_one(metres: float, told: bool) -> None:
    off = 113.1 + metres / 102_000  # a degree of longitude at 23.1°
    shapes = [
        Polygon([(113, 23), (113.1, 23), (113.1, 23.1), (113, 23.1)]),
        Polygon([(113.1, 23), (113.2, 23), (113.2, 23.1), (off, 23.1), (113.1, 23.1)]),
        Polygon([(113, 23.1), (113.1, 23.1), (off, 23.1), (off, 23.2), (113, 23.2)]),
        Polygon([(off, 23.1), (113.2, 23.1), (113.2, 23.2), (off, 23.2)]),
    ]
    codes = ["440101", "440102", "440103", "440104"]
    found = sample(shapes, codes).findings()
    assert [(f.rule, f.kind) for f in found] == [("TOP-NOD-01", "side_by_side")] * told
    if told:
        assert found[0].measured == pytest.approx(metres, rel=0.01)
        assert (found[0].limit, len(found[0].features)) == (0.05, 4)


def test_lines_that_end_in_one_point_of_the_coast_are_told() -> None:
    coast = (113.1, 23.0)
    fan = [
        Polygon([coast, (113, 23), (113, 23.1), (113.05, 23.1)]),
        Polygon([coast, (113.05, 23.1), (113.15, 23.1)]),
        Polygon([coast, (113.15, 23.1), (113.2, 23.1), (113.2, 23)]),
    ]
    (found,) = sample(fan, ["440101", "440102", "440103"]).findings()
    assert (found.rule, found.kind, found.severity) == ("TOP-NOD-02", "shared_at_coast", "warning")


def test_a_line_that_ends_at_an_unknown_territory_says_so() -> None:
    made = sample([WEST, EAST], ["440101", "440102"])
    outside = tuple("unknown" if beyond else None for beyond in made.known.beyond)
    unknown = replace(made, known=replace(made.known, beyond=outside))
    assert unknown.told() == [("TOP-NOD-02", "unknown_beyond", ("440101", "440102"))] * 2


def test_a_border_that_crosses_itself_is_told_with_the_crossing() -> None:
    made = sample([WEST, EAST], ["440101", "440102"])
    net = made.known.net
    shared = int(np.flatnonzero((net.left != OUTSIDE) & (net.right != OUTSIDE))[0])
    first, last = net.get_vertices(shared)[[0, -1]]
    loop = np.array([first, (113.1, 23.08), (113.13, 23.1), (113.07, 23.1), (113.1, 23.08), last])
    runs = [(k, loop if k == shared else net.get_vertices(k)) for k in range(len(net))]
    crossed = [f for f in rebuilt(made, runs).findings() if f.rule == "TOP-GEO-03"]
    assert [f.kind for f in crossed] == ["crossing"]
    places = sorted(shapely.get_coordinates(crossed[0].geometry).tolist())
    assert places == [[113.1, 23.08], [113.1, 23.1]]


def test_units_without_a_parent_in_force_have_lines_of_no_level() -> None:
    made = sample([WEST, EAST], ["440101", "440102"])
    orphan = {unit: own for unit, own in made.known.units.items() if own.code != "440100"}
    flawed = replace(made, known=replace(made.known, units=orphan))
    told = [t for t in flawed.told() if t[0] == "TOP-LIN-04"]
    assert told == [("TOP-LIN-04", "no_level", ("440101", "440102"))]


def test_where_a_province_is_known_in_parts_the_limit_is_no_line() -> None:
    rest = province("440000", box(113, 23, 113.4, 23.2))
    made = sample([WEST, EAST], ["440101", "440201"], upper=[rest])
    (found,) = made.findings()
    assert (found.rule, found.kind, found.severity) == ("TOP-LIN-04", "known_in_parts", "info")
    assert found.measured == pytest.approx(22_150, rel=0.01)  # the eastern side of 440201
    levels = {(line.level, len(line.edges)) for line in BoundaryLines(made.known).lines}
    assert levels == {("prefecture", 1)}


def test_the_level_of_a_line_is_the_highest_at_which_its_sides_differ() -> None:
    at = [113.0, 113.1, 113.2, 113.3, 113.4]
    strips = [box(west, 23, east, 23.1) for west, east in pairwise(at)]
    made = sample(strips, ["440101", "440102", "440201", "450101"])
    known = made.known
    told = {
        tuple(sorted(str(known.units[unit].code) for unit in line.units)): line.level
        for line in BoundaryLines(known).lines
    }
    assert told == {
        ("440101", "440102"): "county",
        ("440100", "440200"): "prefecture",
        ("440000", "450000"): "province",
    }

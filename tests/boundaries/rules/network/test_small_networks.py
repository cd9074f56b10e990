"""Rules on networks of a few units, each made for one case."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import shapely
from shapely import Polygon, box

from boundaries.network.boundary_lines import BoundaryLines
from boundaries.network.network_builder import OUTSIDE
from tests.boundaries.rules.network.register_samples import (
    get_unit_id,
    make_province,
    make_sample,
    rebuild_network,
)


def test_an_area_without_any_edge_is_reported() -> None:
    made = make_sample([box(113, 23, 113.1, 23.1)], ["440101"])
    there = made.with_area("999999", box(114, 23, 114.1, 23.1))
    (found,) = there.findings()
    assert (found.rule, found.kind) == ("TOP-HIE-06", "no_edges")


WEST, EAST = box(113, 23, 113.1, 23.2), box(113.1, 23, 113.2, 23.2)


def test_two_units_with_a_third_one_in_between_have_a_line_of_two_paths() -> None:
    between = Polygon([(113.1, 23.05), (113.12, 23.1), (113.1, 23.15), (113.08, 23.1)])
    west, east = (shapely.difference(shape, between) for shape in (WEST, EAST))
    made = make_sample([west, east, between], ["440101", "440102", "440103"])
    (found,) = made.findings()
    assert (found.rule, found.kind, found.severity) == ("TOP-LIN-01", "several_paths", "warning")
    assert (found.measured, found.limit) == (2, 1)
    ends = {(113.1, 23.0), (113.1, 23.05), (113.1, 23.15), (113.1, 23.2)}
    assert set(map(tuple, shapely.get_coordinates(found.geometry).tolist())) == ends


def test_an_enclave_has_one_node_and_no_finding() -> None:
    hole = box(113.04, 23.05, 113.06, 23.06)
    made = make_sample([WEST.difference(hole), EAST, hole], ["440101", "440102", "440103"])
    assert made.findings() == []


def test_an_island_turned_inside_out_is_reported() -> None:
    """At its only node left and right agree whichever way round; the areas decide."""
    made = make_sample([WEST, box(114, 23, 114.1, 23.1)], ["440101", "440102"])
    net = made.known.net
    edge = made.known.faces.index(get_unit_id("440102"))
    ring = int(np.flatnonzero((net.left == edge) | (net.right == edge))[0])
    left, right = net.left.copy(), net.right.copy()
    left[ring], right[ring] = right[ring], left[ring]
    assert made.with_net(left=left, right=right).list_findings() == [
        ("TOP-LIN-02", "turned", ("440102",))
    ]


def test_an_overlap_of_areas_is_no_mistake_in_the_sides_of_edges() -> None:
    """That is TOP-COV-01; every edge has the sides that the two polygons give it."""
    made = make_sample([WEST, box(113.09, 23, 113.2, 23.2)], ["440101", "440102"])
    assert [reported for reported in made.list_findings() if reported[0] == "TOP-LIN-02"] == []


def test_two_units_like_a_chessboard_branch_in_the_middle() -> None:
    squares = [box(x, y, x + 0.1, y + 0.1) for x in (113, 113.1) for y in (23, 23.1)]
    one, other = (shapely.MultiPolygon([squares[k] for k in pair]) for pair in ((0, 3), (1, 2)))
    made = make_sample([one, other], ["440101", "440102"])
    assert made.list_findings() == [("TOP-LIN-01", "branch", ("440101", "440102"))]
    (found,) = made.findings()
    assert (found.measured, found.severity) == (4, "error")


def test_four_units_in_a_point_are_rare_and_reported_so() -> None:
    squares = [box(x, y, x + 0.1, y + 0.1) for x in (113, 113.1) for y in (23, 23.1)]
    codes = ["440101", "440102", "440103", "440104"]
    (found,) = make_sample(squares, codes).findings()
    assert (found.rule, found.kind, found.severity) == ("TOP-NOD-01", "many_units", "warning")
    assert (found.measured, found.limit, found.unit) == (4, 3, "lines")
    three = shapely.MultiPolygon([squares[0], squares[3]])
    (found,) = make_sample([three, squares[1], squares[2]], codes[:3]).findings()
    assert (found.rule, found.kind) == ("TOP-NOD-01", "touching")


@pytest.mark.parametrize(("metres", "reported"), [(0.02, True), (0.2, False)])
def test_two_tripoints_a_hand_apart_are_one(metres: float, reported: bool) -> None:
    off = 113.1 + metres / 102_000  # a degree of longitude at 23.1°
    shapes = [
        Polygon([(113, 23), (113.1, 23), (113.1, 23.1), (113, 23.1)]),
        Polygon([(113.1, 23), (113.2, 23), (113.2, 23.1), (off, 23.1), (113.1, 23.1)]),
        Polygon([(113, 23.1), (113.1, 23.1), (off, 23.1), (off, 23.2), (113, 23.2)]),
        Polygon([(off, 23.1), (113.2, 23.1), (113.2, 23.2), (off, 23.2)]),
    ]
    codes = ["440101", "440102", "440103", "440104"]
    found = make_sample(shapes, codes).findings()
    assert [(f.rule, f.kind) for f in found] == [("TOP-NOD-01", "side_by_side")] * reported
    if reported:
        assert found[0].measured == pytest.approx(metres, rel=0.01)
        assert (found[0].limit, len(found[0].features)) == (0.05, 4)


def test_lines_that_end_in_one_point_of_the_coast_are_reported() -> None:
    coast = (113.1, 23.0)
    fan = [
        Polygon([coast, (113, 23), (113, 23.1), (113.05, 23.1)]),
        Polygon([coast, (113.05, 23.1), (113.15, 23.1)]),
        Polygon([coast, (113.15, 23.1), (113.2, 23.1), (113.2, 23)]),
    ]
    (found,) = make_sample(fan, ["440101", "440102", "440103"]).findings()
    assert (found.rule, found.kind, found.severity) == ("TOP-NOD-02", "shared_at_coast", "warning")


def test_a_line_that_ends_at_an_unknown_territory_says_so() -> None:
    made = make_sample([WEST, EAST], ["440101", "440102"])
    outside = tuple("unknown" if beyond else None for beyond in made.known.beyond)
    unknown = replace(made, known=replace(made.known, beyond=outside))
    assert unknown.list_findings() == [("TOP-NOD-02", "unknown_beyond", ("440101", "440102"))] * 2


def test_a_border_that_crosses_itself_is_reported_with_the_crossing() -> None:
    made = make_sample([WEST, EAST], ["440101", "440102"])
    net = made.known.net
    shared = int(np.flatnonzero((net.left != OUTSIDE) & (net.right != OUTSIDE))[0])
    first, last = net.get_vertices(shared)[[0, -1]]
    loop = np.array([first, (113.1, 23.08), (113.13, 23.1), (113.07, 23.1), (113.1, 23.08), last])
    runs = [(k, loop if k == shared else net.get_vertices(k)) for k in range(len(net))]
    crossed = [f for f in rebuild_network(made, runs).findings() if f.rule == "TOP-GEO-03"]
    assert [f.kind for f in crossed] == ["crossing"]
    places = sorted(shapely.get_coordinates(crossed[0].geometry).tolist())
    assert places == [[113.1, 23.08], [113.1, 23.1]]


def test_units_without_a_parent_in_force_have_lines_of_no_level() -> None:
    made = make_sample([WEST, EAST], ["440101", "440102"])
    orphan = {unit: own for unit, own in made.known.units.items() if own.code != "440100"}
    flawed = replace(made, known=replace(made.known, units=orphan))
    reported = [t for t in flawed.list_findings() if t[0] == "TOP-LIN-04"]
    assert reported == [("TOP-LIN-04", "no_level", ("440101", "440102"))]


def test_where_a_province_is_known_in_parts_the_limit_is_no_line() -> None:
    rest = make_province("440000", box(113, 23, 113.4, 23.2))
    made = make_sample([WEST, EAST], ["440101", "440201"], upper=[rest])
    (found,) = made.findings()
    assert (found.rule, found.kind, found.severity) == ("TOP-LIN-04", "known_in_parts", "info")
    assert found.measured == pytest.approx(22_150, rel=0.01)  # the eastern side of 440201
    levels = {(line.level, len(line.edges)) for line in BoundaryLines(made.known).lines}
    assert levels == {("prefecture", 1)}


def test_the_level_of_a_line_is_the_highest_at_which_its_sides_differ() -> None:
    at = [113.0, 113.1, 113.2, 113.3, 113.4]
    strips = [box(west, 23, east, 23.1) for west, east in pairwise(at)]
    made = make_sample(strips, ["440101", "440102", "440201", "450101"])
    known = made.known
    reported = {
        tuple(sorted(str(known.units[unit].code) for unit in line.units)): line.level
        for line in BoundaryLines(known).lines
    }
    assert reported == {
        ("440101", "440102"): "county",
        ("440100", "440200"): "prefecture",
        ("440000", "450000"): "province",
    }

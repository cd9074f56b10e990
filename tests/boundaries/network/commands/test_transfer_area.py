"""What a polygon cuts off one unit goes to another."""

import pytest
from pydantic import ValidationError

from boundaries.network.commands.transfer_area import TRANSFER_AREA
from gazetteer.problems import Conflict, InvalidValue, NotFound, Problem
from tests.boundaries.network.commands.four_squares import (
    CENTRE,
    NE,
    NW,
    SE,
    SOUTHEAST,
    SOUTHWEST,
    SW,
    TOWNSHIP,
    Place,
    assert_is_coverage,
    build_polygon,
    build_squares,
    edge_id,
    find_faces,
    list_changed_edges,
    list_edges,
    list_edges_between,
    read_line,
)
from tests.gazetteer.records.commands.small_register import apply_command, read_day, run_command

SQUARES = build_squares()
BEFORE = find_faces(SQUARES)


def transfer(*places: Place) -> dict[str, object]:
    return {"unit": SOUTHWEST, "into": SOUTHEAST, "area": build_polygon(*places)}


def square(west: float, south: float, east: float, north: float) -> tuple[Place, ...]:
    return (west, south), (east, south), (east, north), (west, north)


def test_what_lies_in_the_giver_passes_and_nothing_else() -> None:
    after = apply_command(SQUARES, TRANSFER_AREA, transfer(*square(113.6, 23.3, 114.3, 23.6)))
    faces = find_faces(after)
    assert faces[SW].area == pytest.approx(1.0 - 0.4 * 0.3)
    assert faces[SE].area == pytest.approx(1.0 + 0.4 * 0.3)
    assert (faces[NW], faces[NE]) == (BEFORE[NW], BEFORE[NE])
    assert_is_coverage(after)


def test_the_border_stays_one_edge_round_the_part() -> None:
    after = apply_command(SQUARES, TRANSFER_AREA, transfer(*square(113.6, 23.3, 114.3, 23.6)))
    (border,) = list_edges_between(after, SW, SE)
    assert border.edge == edge_id("to_south")
    assert list_changed_edges(SQUARES, after) == {edge_id("to_south")}
    line = read_line(after, "to_south")
    assert {(113.6, 23.3), (113.6, 23.6), (114.0, 23.3), (114.0, 23.6)} <= set(line)
    assert (114.0, 23.5) not in line


def test_a_polygon_along_a_border_with_a_third_unit_moves_the_node() -> None:
    after = apply_command(SQUARES, TRANSFER_AREA, transfer(*square(113.5, 23.5, 114.0, 24.0)))
    assert find_faces(after)[SE].area == pytest.approx(1.25)
    assert len(list_edges_between(after, SE, NW)) == 1
    assert len(list_edges_between(after, SW, NW)) == 1
    assert find_faces(after)[NW].equals(BEFORE[NW])
    assert_is_coverage(after)


def test_a_polygon_with_vertices_of_its_own_along_a_border_leaves_one_border() -> None:
    along = ((114.0, 23.5), (114.0, 23.625), (114.0, 23.75))
    after = apply_command(SQUARES, TRANSFER_AREA, transfer((113.5, 23.75), (113.5, 23.5), *along))
    assert find_faces(after)[SE].area == pytest.approx(1.125)
    assert len(list_edges_between(after, SW, SE)) == 1
    assert_is_coverage(after)


def test_a_polygon_at_the_coast_takes_the_coast_too() -> None:
    after = apply_command(SQUARES, TRANSFER_AREA, transfer(*square(113.5, 22.5, 114.5, 23.5)))
    assert find_faces(after)[SE].area == pytest.approx(1.25)
    assert {edge.attributes["beyond"] for edge in list_edges_between(after, SE, None)} == {
        "outside"
    }
    assert_is_coverage(after)


def test_a_polygon_inside_makes_an_exclave() -> None:
    after = apply_command(SQUARES, TRANSFER_AREA, transfer(*square(113.25, 23.25, 113.5, 23.5)))
    assert len(find_faces(after)[SE].geoms) == 2
    assert len(list_edges_between(after, SW, SE)) == 2
    assert_is_coverage(after)


def test_a_ring_round_a_part_that_stays_makes_an_enclave() -> None:
    outer, inner = square(113.2, 23.2, 113.8, 23.8), square(113.4, 23.4, 113.6, 23.6)
    area = {
        "type": "MultiPolygon",
        "coordinates": [[[*outer, outer[0]], [*inner, inner[0]]]],
    }
    arguments = {"unit": SOUTHWEST, "into": SOUTHEAST, "area": area}
    after = apply_command(SQUARES, TRANSFER_AREA, arguments)
    assert find_faces(after)[SE].area == pytest.approx(1.0 + 0.36 - 0.04)
    assert_is_coverage(after)


def test_the_succession_has_the_shares_of_both() -> None:
    after = apply_command(SQUARES, TRANSFER_AREA, transfer(*square(113.5, 23.5, 114.0, 24.0)))
    (link,) = read_day(after).select_records("succession", "from_unit", SW).values()
    assert (link["to_unit"], link["link_kind"]) == (SE, "split_off")
    assert link["share_from"] == pytest.approx(0.25, abs=0.005)
    assert link["share_to"] == pytest.approx(0.2, abs=0.005)


def test_given_back_the_territories_are_as_before() -> None:
    places = square(113.6, 23.3, 114.0, 23.6)
    moved = apply_command(SQUARES, TRANSFER_AREA, transfer(*places))
    back = {"unit": SOUTHEAST, "into": SOUTHWEST, "area": build_polygon(*places)}
    after = apply_command(moved, TRANSFER_AREA, back)
    for unit, face in find_faces(after).items():
        assert face.equals(BEFORE[unit])
    assert list_edges(after).keys() == list_edges(SQUARES).keys()


BOW = ((113.2, 23.2), (113.8, 23.8), (113.8, 23.2), (113.2, 23.8))


@pytest.mark.parametrize(
    ("arguments", "problem", "field"),
    [
        (transfer(*BOW), InvalidValue, "area"),
        (transfer(*square(114.2, 23.2, 114.4, 23.4)), Conflict, "area"),
        (transfer(*square(112.0, 22.0, 116.0, 26.0)), Conflict, "area"),
        ({**transfer(*square(113.0, 23.0, 113.5, 23.5)), "into": SOUTHWEST}, InvalidValue, "into"),
        ({**transfer(*square(113.0, 23.0, 113.5, 23.5)), "into": "440199"}, NotFound, "into"),
        ({**transfer(*square(113.0, 23.0, 113.5, 23.5)), "unit": TOWNSHIP}, Conflict, "unit"),
    ],
)
def test_what_cannot_pass_is_refused_with_the_field(
    arguments: dict[str, object], problem: type[Problem], field: str
) -> None:
    with pytest.raises(problem) as caught:
        run_command(SQUARES, TRANSFER_AREA, arguments)
    assert caught.value.field == field


def test_a_ring_that_is_not_closed_is_refused() -> None:
    ring = square(113.2, 23.2, 113.8, 23.8)
    area = {"type": "Polygon", "coordinates": [ring]}
    with pytest.raises(InvalidValue) as caught:
        run_command(SQUARES, TRANSFER_AREA, {"unit": SOUTHWEST, "into": SOUTHEAST, "area": area})
    assert caught.value.field == "area"


@pytest.mark.parametrize(
    "area",
    [
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[CENTRE, (113.0, 24.0), CENTRE]]},
        {"type": "Polygon", "coordinates": [[(200.0, 0.0), CENTRE, (1.0, 1.0), (200.0, 0.0)]]},
        {"type": "LineString", "coordinates": [CENTRE, (113.0, 24.0)]},
    ],
)
def test_what_is_no_polygon_is_no_argument(area: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        TRANSFER_AREA.arguments.model_validate({"unit": SOUTHWEST, "into": SOUTHEAST, "area": area})


def test_a_unit_without_territory_can_take_some() -> None:
    arguments = {**transfer(*square(113.0, 23.0, 113.5, 23.5)), "into": TOWNSHIP}
    after = apply_command(SQUARES, TRANSFER_AREA, arguments)
    assert len(find_faces(after)) == 5
    assert_is_coverage(after)

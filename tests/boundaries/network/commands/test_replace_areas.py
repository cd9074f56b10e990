"""The territories of several units as they were drawn, at once, and over borders that cross."""

import pytest

from boundaries.network.commands.replace_area import REPLACE_AREAS
from boundaries.network.commands.vertices import MOVE_VERTEX
from gazetteer.ledger.drafts.known_records import RecordOverlay
from gazetteer.problems import InvalidValue
from tests.boundaries.network.commands.four_squares import (
    NE,
    NORTHWEST,
    NW,
    SE,
    SOUTHEAST,
    SOUTHWEST,
    SW,
    Place,
    assert_is_coverage,
    build_polygon,
    build_squares,
    edge_id,
    find_faces,
    list_edges_between,
)
from tests.gazetteer.records.commands.small_register import apply_command

SQUARES = build_squares()
WEST_PART = ((113.0, 23.0), (113.8, 23.0), (113.8, 24.0), (113.0, 24.0))
EAST_PART = ((113.8, 23.0), (115.0, 23.0), (115.0, 24.0), (113.8, 24.0))
SOUTHWEST_PART = ((113.0, 23.0), (114.0, 23.0), (114.0, 24.0), (113.0, 24.0))


def draw(*drawn: tuple[str, tuple[Place, ...]]) -> dict[str, object]:
    return {"areas": [{"unit": unit, "area": build_polygon(*places)} for unit, places in drawn]}


def test_two_neighbours_are_drawn_at_once() -> None:
    drawing = draw((SOUTHWEST, WEST_PART), (SOUTHEAST, EAST_PART))
    faces = find_faces(after := apply_command(SQUARES, REPLACE_AREAS, drawing))
    assert (faces[SW].area, faces[SE].area) == (pytest.approx(0.8), pytest.approx(1.2))
    assert len(list_edges_between(after, SW, SE)) == 1
    assert_is_coverage(after)


def test_what_both_leave_goes_to_a_neighbour_that_was_not_drawn() -> None:
    low = ((113.0, 23.0), (114.0, 23.0), (114.0, 23.9), (113.0, 23.9))
    low_east = ((114.0, 23.0), (115.0, 23.0), (115.0, 23.9), (114.0, 23.9))
    after = apply_command(SQUARES, REPLACE_AREAS, draw((SOUTHWEST, low), (SOUTHEAST, low_east)))
    faces = find_faces(after)
    assert {unit: round(faces[unit].area, 9) for unit in (SW, SE, NW, NE)} == {
        SW: 0.9,
        SE: 0.9,
        NW: 1.1,
        NE: 1.1,
    }
    assert_is_coverage(after)


def test_borders_that_cross_are_put_in_order_by_drawings() -> None:
    """A vertex of the southern border lies in the northwest: two counties claim the same."""
    moved = {"edge": str(edge_id("to_south")), "at": [114.0, 23.75], "to": [113.6, 24.3]}
    crossing = RecordOverlay(SQUARES, apply_command(SQUARES, MOVE_VERTEX, moved).changed)
    before = find_faces(crossing)
    assert not all(face.is_valid for face in before.values())
    after = apply_command(crossing, REPLACE_AREAS, draw((SOUTHWEST, SOUTHWEST_PART)))
    faces = find_faces(after)
    assert faces[SW].area == pytest.approx(1.0)
    assert_is_coverage(after)


def test_drawings_that_overlap_are_refused_with_the_second_one() -> None:
    with pytest.raises(InvalidValue) as refused:
        apply_command(
            SQUARES, REPLACE_AREAS, draw((SOUTHWEST, SOUTHWEST_PART), (SOUTHEAST, EAST_PART))
        )
    assert refused.value.field == "areas.1.area"


def test_a_unit_is_drawn_once() -> None:
    with pytest.raises(InvalidValue) as refused:
        apply_command(SQUARES, REPLACE_AREAS, draw((NORTHWEST, WEST_PART), (NORTHWEST, WEST_PART)))
    assert refused.value.field == "areas.1.unit"

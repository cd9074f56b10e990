"""The territory of a unit as it was drawn; the neighbours follow."""

import pytest

from boundaries.network.commands.replace_area import REPLACE_AREA
from gazetteer.problems import Conflict, InvalidValue, NotFound, Problem
from tests.boundaries.network.commands.four_squares import (
    NE,
    NW,
    SE,
    SOUTHWEST,
    SW,
    TOWNSHIP,
    Place,
    assert_is_coverage,
    build_polygon,
    build_squares,
    find_faces,
    list_changed_edges,
    list_edges,
    list_edges_between,
)
from tests.gazetteer.records.commands.small_register import (
    apply_command,
    read_day,
    run_command,
)

SQUARES = build_squares()
BEFORE = find_faces(SQUARES)


def replace(*places: Place, **more: object) -> dict[str, object]:
    return {"unit": SOUTHWEST, "area": build_polygon(*places), **more}


AS_BEFORE = (
    (113.0, 23.0),
    (113.5, 23.0),
    (114.0, 23.0),
    (114.0, 23.25),
    (114.0, 23.5),
    (114.0, 23.75),
    (114.0, 24.0),
    (113.75, 24.0),
    (113.5, 24.0),
    (113.25, 24.0),
    (113.0, 24.0),
    (113.0, 23.5),
)
WIDER = ((113.0, 23.0), (114.2, 23.0), (114.2, 24.0), (113.0, 24.0))
NARROWER = ((113.0, 23.0), (113.8, 23.0), (113.8, 24.0), (113.0, 24.0))
SHIFTED = ((113.3, 23.2), (114.2, 23.2), (114.2, 24.2), (113.3, 24.2))


def test_what_is_drawn_as_it_is_changes_no_border() -> None:
    after = apply_command(SQUARES, REPLACE_AREA, replace(*AS_BEFORE))
    assert list_changed_edges(SQUARES, after) == set()


def test_what_the_drawing_gains_the_neighbour_loses() -> None:
    after = apply_command(SQUARES, REPLACE_AREA, replace(*WIDER))
    faces = find_faces(after)
    assert faces[SW].area == pytest.approx(1.2)
    assert faces[SE].area == pytest.approx(0.8)
    assert len(list_edges_between(after, SW, SE)) == 1
    assert len(list_edges_between(after, SW, NE)) == 1
    assert_is_coverage(after)


def test_what_the_drawing_leaves_goes_to_the_neighbour_with_the_longest_border() -> None:
    after = apply_command(SQUARES, REPLACE_AREA, replace(*NARROWER))
    faces = find_faces(after)
    assert faces[SW].area == pytest.approx(0.8)
    assert faces[SE].area == pytest.approx(1.2)
    assert faces[NW].equals(BEFORE[NW])
    assert_is_coverage(after)


def test_what_is_left_at_the_coast_beside_no_neighbour_goes_to_nobody() -> None:
    bay = ((113.0, 23.4), (113.2, 23.5), (113.0, 23.6))
    corners = (113.0, 23.0), (114.0, 23.0), (114.0, 24.0), (113.0, 24.0)
    after = apply_command(SQUARES, REPLACE_AREA, replace(*corners, *bay[::-1]))
    assert find_faces(after)[SW].area == pytest.approx(0.98)
    (coast,) = list_edges_between(after, SW, None)
    assert coast.attributes["beyond"] == "outside"
    assert_is_coverage(after, area=3.98)


def test_what_is_left_at_the_coast_goes_to_a_neighbour_that_it_touches() -> None:
    inland = ((113.25, 23.0), (114.0, 23.0), (114.0, 24.0), (113.25, 24.0))
    after = apply_command(SQUARES, REPLACE_AREA, replace(*inland))
    assert find_faces(after)[NW].area == pytest.approx(1.25)
    assert_is_coverage(after)


def test_a_drawing_that_gains_and_leaves_at_once_shares_out_everything() -> None:
    after = apply_command(SQUARES, REPLACE_AREA, replace(*SHIFTED))
    faces = find_faces(after)
    assert faces[SW].area == pytest.approx(0.9)
    assert faces[SW].bounds == pytest.approx((113.3, 23.2, 114.2, 24.2))
    assert set(faces) == {SW, SE, NW, NE}
    assert_is_coverage(after)


def test_what_reaches_over_the_coast_is_new_ground() -> None:
    out = ((112.5, 23.0), (114.0, 23.0), (114.0, 24.0), (112.5, 24.0))
    after = apply_command(SQUARES, REPLACE_AREA, replace(*out))
    assert find_faces(after)[SW].area == pytest.approx(1.5)
    (coast,) = list_edges_between(after, SW, None)
    assert coast.attributes["beyond"] == "outside"
    assert_is_coverage(after, area=4.5)


def test_a_source_stands_with_the_new_lines() -> None:
    after = apply_command(SQUARES, REPLACE_AREA, replace(*WIDER, source="survey of 2026"))
    border = list_edges_between(after, SW, SE) + list_edges_between(after, SW, NE)
    assert "survey of 2026" in {edge.attributes["source"] for edge in border}


def test_no_territory_passes_by_law() -> None:
    after = apply_command(SQUARES, REPLACE_AREA, replace(*WIDER))
    assert read_day(after).select_records("succession", "from_unit", SE) == {}


def test_drawn_back_the_territories_are_as_before() -> None:
    wider = apply_command(SQUARES, REPLACE_AREA, replace(*WIDER))
    after = apply_command(wider, REPLACE_AREA, replace(*AS_BEFORE))
    for unit, face in find_faces(after).items():
        assert face.equals(BEFORE[unit])
    assert len(list_edges(after)) == len(list_edges(SQUARES))
    assert_is_coverage(after)


@pytest.mark.parametrize(
    ("arguments", "problem", "field"),
    [
        (
            replace((113.2, 23.2), (113.8, 23.8), (113.8, 23.2), (113.2, 23.8)),
            InvalidValue,
            "area",
        ),
        (replace((112.0, 22.0), (116.0, 22.0), (116.0, 26.0), (112.0, 26.0)), Conflict, "area"),
        (replace((113.0, 23.0), (115.0, 23.0), (115.0, 24.0), (113.0, 24.0)), Conflict, "area"),
        ({**replace(*WIDER), "unit": "440199"}, NotFound, "unit"),
        ({**replace(*WIDER), "unit": TOWNSHIP}, Conflict, "unit"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_the_field(
    arguments: dict[str, object], problem: type[Problem], field: str
) -> None:
    with pytest.raises(problem) as caught:
        run_command(SQUARES, REPLACE_AREA, arguments)
    assert caught.value.field == field


def test_a_ring_that_is_not_closed_is_refused() -> None:
    area = {"type": "Polygon", "coordinates": [WIDER]}
    with pytest.raises(InvalidValue) as caught:
        run_command(SQUARES, REPLACE_AREA, {"unit": SOUTHWEST, "area": area})
    assert caught.value.field == "area"

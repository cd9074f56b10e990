"""A part of a unit, cut off by a line, becomes a unit of its own."""

import numpy as np
import pytest

from boundaries.layers.metres import geodesic_area
from boundaries.network.commands.split_unit import SPLIT_UNIT
from gazetteer.ledger.drafts.known_records import RecordOverlay
from gazetteer.problems import Conflict, InvalidValue, NotFound, Problem
from tests.boundaries.network.commands.four_squares import (
    NW,
    SE,
    SOUTHWEST,
    SW,
    TOWNSHIP,
    Place,
    assert_is_coverage,
    build_line,
    build_squares,
    edge_id,
    find_faces,
    list_changed_edges,
    list_edges_between,
    read_line,
)
from tests.gazetteer.records.commands.small_register import (
    CITY,
    STEP_START,
    apply_command,
    find_unit,
    get_attributes,
    identify,
    list_names,
    read_day,
    run_command,
)

SQUARES = build_squares()
NEW = {"code": "440114", "name": "花都区"}
ACROSS = ((112.5, 23.4), (114.5, 23.4))


def split(line: tuple[Place, ...], at: Place, **new: object) -> dict[str, object]:
    return {"unit": SOUTHWEST, "line": build_line(*line), "at": at, "new": {**NEW, **new}}


def split_in_two() -> RecordOverlay:
    return apply_command(SQUARES, SPLIT_UNIT, split(ACROSS, (113.5, 23.1)))


def test_the_part_round_the_point_becomes_the_new_unit() -> None:
    after = split_in_two()
    new = find_unit(after, "440114")
    assert new is not None
    faces = find_faces(after)
    assert faces[new].area == pytest.approx(0.4)
    assert faces[SW].area == pytest.approx(0.6)
    assert faces[new].bounds == pytest.approx((113.0, 23.0, 114.0, 23.4))
    assert_is_coverage(after)


def test_the_other_part_goes_if_the_point_lies_there() -> None:
    after = apply_command(SQUARES, SPLIT_UNIT, split(ACROSS, (113.5, 23.9)))
    new = find_unit(after, "440114")
    assert new is not None
    assert find_faces(after)[new].area == pytest.approx(0.6)


def test_neighbours_get_the_ends_of_the_line_as_vertices_and_the_unit_beyond() -> None:
    after = split_in_two()
    new = find_unit(after, "440114")
    places = {
        place
        for edge in list_edges_between(after, SE, new)
        for place in map(tuple, edge.line.tolist())
    }
    assert (114.0, 23.4) in places
    assert [len(list_edges_between(after, SW, other)) for other in (new, SE, NW, None)] == [1] * 4
    assert list_edges_between(after, NW, new) == []
    assert read_line(after, "to_west") == read_line(SQUARES, "to_west")
    coast = list_edges_between(after, None, new)
    assert {edge.attributes["beyond"] for edge in coast} == {"outside"}


def test_only_edges_that_were_cut_change() -> None:
    after = split_in_two()
    changed = list_changed_edges(SQUARES, after)
    assert {edge_id("to_south"), edge_id("coast_southwest")} < changed
    assert len(changed) == 5
    (line,) = list_edges_between(after, SW, find_unit(after, "440114"))
    assert line.attributes["source"] == "drawn in a draft"
    assert line.line.tolist() in ([[113.0, 23.4], [114.0, 23.4]], [[114.0, 23.4], [113.0, 23.4]])


def test_the_new_unit_has_the_level_and_the_parents_of_the_old_one() -> None:
    after = split_in_two()
    new = find_unit(after, "440114")
    assert new is not None
    unit = read_day(after).find_record("unit", new)
    assert unit is not None
    assert (unit["level"], unit["subordination_parent"]) == ("county", identify("unit", CITY))
    assert unit["unit_type"] == "市辖区"
    assert list_names(after, unit["place_id"]) == {
        "short": ["花都 = Huadu"],
        "standard": ["花都区 = Huadu Qu"],
    }
    assert get_attributes(after, "unit", SOUTHWEST) == get_attributes(SQUARES, "unit", SOUTHWEST)


def test_the_succession_says_which_share_passed() -> None:
    played = run_command(SQUARES, SPLIT_UNIT, split(ACROSS, (113.5, 23.1)))
    after = RecordOverlay(SQUARES, played.after)
    new = find_unit(after, "440114")
    (link,) = read_day(after).select_records("succession", "to_unit", new).values()
    assert (link["from_unit"], link["link_kind"], link["share_to"]) == (SW, "split_off", 1.0)
    assert link["share_from"] == pytest.approx(0.4, abs=0.005)
    faces = find_faces(after)
    assert new is not None
    assert link["area_m2"] == pytest.approx(
        float(geodesic_area(np.array([faces[new]], dtype=object))[0])
    )
    starts = {versions[-1].period.start for versions in played.after.values()}
    assert starts == {STEP_START}


def test_a_line_with_corners_inside_divides_too() -> None:
    line = ((113.2, 24.0), (113.2, 23.2), (113.8, 23.2), (113.8, 24.0))
    after = apply_command(SQUARES, SPLIT_UNIT, split(line, (113.5, 23.5)))
    new = find_unit(after, "440114")
    assert new is not None
    assert find_faces(after)[new].area == pytest.approx(0.6 * 0.8)
    assert len(list_edges_between(after, NW, new)) == 1
    assert len(list_edges_between(after, NW, SW)) == 2
    assert_is_coverage(after)


def test_a_ring_inside_makes_an_enclave() -> None:
    line = ((113.2, 23.2), (113.8, 23.2), (113.8, 23.8), (113.2, 23.8), (113.2, 23.2))
    after = apply_command(SQUARES, SPLIT_UNIT, split(line, (113.5, 23.5)))
    new = find_unit(after, "440114")
    assert new is not None
    assert find_faces(after)[new].area == pytest.approx(0.36)
    (ring,) = list_edges_between(after, SW, new)
    assert ring.attributes["start_node"] == ring.attributes["end_node"]
    assert_is_coverage(after)


def test_a_line_from_node_to_vertex_needs_no_new_vertex_there() -> None:
    line = ((113.0, 24.0), (113.6, 23.6), (114.0, 23.5))
    after = apply_command(SQUARES, SPLIT_UNIT, split(line, (113.2, 23.2)))
    assert_is_coverage(after)
    assert len(list_edges_between(after, SW, SE)) == 1
    assert len(list_edges_between(after, SE, find_unit(after, "440114"))) == 1
    assert_is_coverage(after)


@pytest.mark.parametrize(
    ("arguments", "problem", "field"),
    [
        (split(ACROSS, (114.5, 23.1)), Conflict, "at"),
        (split(((113.2, 23.4), (113.8, 23.4)), (113.5, 23.1)), Conflict, "line"),
        (split(((113.2, 25.4), (113.8, 25.4)), (113.5, 23.1)), Conflict, "line"),
        (split(((113.5, 23.5), (113.5, 23.5)), (113.5, 23.1)), Problem, "line"),
        (split(ACROSS, (113.5, 23.1), code="440112"), Conflict, "code"),
        (split(ACROSS, (113.5, 23.1), code="440114001"), InvalidValue, "code"),
        ({**split(ACROSS, (113.5, 23.1)), "unit": "440199"}, NotFound, "unit"),
        ({**split(ACROSS, (113.5, 23.1)), "unit": TOWNSHIP}, Conflict, "unit"),
        ({**split(ACROSS, (113.5, 23.1)), "unit": CITY}, Conflict, "unit"),
    ],
)
def test_what_cannot_be_split_is_refused_with_the_field(
    arguments: dict[str, object], problem: type[Problem], field: str
) -> None:
    with pytest.raises(problem) as caught:
        run_command(SQUARES, SPLIT_UNIT, arguments)
    assert caught.value.field == field

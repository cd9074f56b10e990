"""A county becomes a city or a district: another unit with the same territory."""

from uuid import UUID

import pytest

from boundaries.network.commands.convert_unit import CONVERT_UNIT
from gazetteer.ledger.drafts.known_records import RecordsInMemory
from gazetteer.problems import Conflict, InvalidValue, NotFound, Problem
from gazetteer.records.commands.move_seat import MOVE_SEAT
from gazetteer.records.commands.positions import encode_point
from tests.boundaries.network.commands.four_squares import (
    NE,
    NORTHEAST,
    NW,
    SE,
    SOUTHWEST,
    TOWNSHIP,
    assert_is_coverage,
    build_squares,
    edge_id,
    find_faces,
    list_changed_edges,
    list_edges,
    list_edges_between,
    read_line,
)
from tests.gazetteer.records.commands.small_register import (
    CITY,
    PROVINCE,
    STEP_START,
    apply_command,
    build_unit,
    find_last_bound,
    find_unit,
    get_attributes,
    identify,
    list_codes,
    list_names,
    read_day,
    run_command,
)

SQUARES = RecordsInMemory(
    {
        **build_squares().timelines,
        **build_unit("440121001003", "新城社区居委会", "village", TOWNSHIP),
    }
)
TO_DISTRICT = {"unit": NORTHEAST, "code": "440118", "name": "增城区"}
AFTER = apply_command(SQUARES, CONVERT_UNIT, TO_DISTRICT)


def find_new() -> UUID:
    new = find_unit(AFTER, "440118")
    assert new is not None
    return new


def test_the_borders_stay_and_only_their_sides_are_others() -> None:
    changed = {edge_id(name) for name in ("to_north", "to_east", "coast_northeast")}
    assert list_changed_edges(SQUARES, AFTER) == changed
    assert list_edges(AFTER).keys() == list_edges(SQUARES).keys()
    for name in ("to_north", "to_east", "coast_northeast"):
        assert read_line(AFTER, name) == read_line(SQUARES, name)
    assert list_edges_between(AFTER, NW, find_new())[0].edge == edge_id("to_north")
    assert list_edges_between(AFTER, SE, find_new())[0].edge == edge_id("to_east")
    assert find_faces(AFTER)[find_new()].equals(find_faces(SQUARES)[NE])
    assert_is_coverage(AFTER)


def test_the_new_unit_has_code_type_and_names_of_its_own() -> None:
    unit = read_day(AFTER).find_record("unit", find_new())
    assert unit is not None
    assert (unit["level"], unit["unit_type"]) == ("county", "市辖区")
    assert unit["subordination_parent"] == identify("unit", CITY)
    assert list_codes(AFTER, find_new()) == ["440118"]
    assert list_names(AFTER, unit["place_id"]) == {
        "short": ["增城 = Zengcheng"],
        "standard": ["增城区 = Zengcheng Qu"],
    }


def test_the_old_unit_ends_with_its_code_and_its_names() -> None:
    for kind in ("unit", "place", "code"):
        assert find_last_bound(AFTER, kind, identify(kind, NORTHEAST)) == STEP_START
    assert find_unit(AFTER, NORTHEAST) is None
    assert list_names(AFTER, identify("place", NORTHEAST)) == {}


def test_a_township_comes_under_the_new_unit_with_its_prefix() -> None:
    assert find_unit(AFTER, "440118001") == identify("unit", TOWNSHIP)
    assert find_unit(AFTER, TOWNSHIP) is None
    assert get_attributes(AFTER, "unit", TOWNSHIP)["subordination_parent"] == find_new()


def test_a_village_keeps_its_code() -> None:
    assert find_unit(AFTER, "440121001003") == identify("unit", "440121001003")


def test_a_code_that_was_ever_issued_is_not_issued_to_a_township() -> None:
    squares = RecordsInMemory(
        {**SQUARES.timelines, **build_unit("440118001", "旧街道", "township", SOUTHWEST)}
    )
    after = apply_command(squares, CONVERT_UNIT, TO_DISTRICT)
    assert find_unit(after, TOWNSHIP) == identify("unit", TOWNSHIP)
    assert find_unit(after, "440118001") == identify("unit", "440118001")


def test_the_succession_is_whole_on_both_sides() -> None:
    (link,) = read_day(AFTER).select_records("succession", "from_unit", NE).values()
    assert (link["to_unit"], link["link_kind"]) == (find_new(), "continues")
    assert (link["share_from"], link["share_to"]) == (1.0, 1.0)
    assert link["area_m2"] > 1e9


def test_the_seat_stays_unless_another_one_is_named() -> None:
    seated = apply_command(SQUARES, MOVE_SEAT, {"unit": NORTHEAST, "to": (114.5, 24.5)})
    kept = apply_command(seated, CONVERT_UNIT, TO_DISTRICT, step=UUID(int=1002))
    moved = apply_command(
        seated, CONVERT_UNIT, {**TO_DISTRICT, "seat": (114.6, 24.6)}, step=UUID(int=1002)
    )
    seats = []
    for known in (kept, moved):
        unit = read_day(known).find_record("unit", find_unit(known, "440118") or UUID(int=0))
        assert unit is not None
        seats.append(unit["seat"])
    assert seats == [encode_point((114.5, 24.5)), encode_point((114.6, 24.6))]


def test_the_new_unit_may_belong_to_another_parent() -> None:
    arguments = {**TO_DISTRICT, "name": "增城市", "parent": PROVINCE}
    after = apply_command(SQUARES, CONVERT_UNIT, arguments)
    unit = read_day(after).find_record("unit", find_unit(after, "440118") or UUID(int=0))
    assert unit is not None
    assert unit["subordination_parent"] == identify("unit", PROVINCE)
    assert unit["unit_type"] == "县级市"


def test_a_township_without_borders_is_converted_too() -> None:
    arguments = {"unit": TOWNSHIP, "code": "440121101", "name": "荔城镇"}
    after = apply_command(SQUARES, CONVERT_UNIT, arguments)
    new = find_unit(after, "440121101")
    (link,) = read_day(after).select_records("succession", "to_unit", new).values()
    assert (link["share_from"], link["share_to"], link["area_m2"]) == (1.0, 1.0, None)
    village = get_attributes(after, "unit", "440121001003")
    assert village["subordination_parent"] == new


@pytest.mark.parametrize(
    ("arguments", "problem", "field"),
    [
        ({**TO_DISTRICT, "code": SOUTHWEST}, Conflict, "code"),
        ({**TO_DISTRICT, "code": NORTHEAST}, Conflict, "code"),
        ({**TO_DISTRICT, "code": "440118001"}, InvalidValue, "code"),
        ({**TO_DISTRICT, "unit": "440199"}, NotFound, "unit"),
        ({**TO_DISTRICT, "parent": TOWNSHIP}, InvalidValue, "parent"),
        ({**TO_DISTRICT, "parent": "440199"}, NotFound, "parent"),
    ],
)
def test_what_cannot_be_converted_is_refused_with_the_field(
    arguments: dict[str, object], problem: type[Problem], field: str
) -> None:
    with pytest.raises(problem) as caught:
        run_command(SQUARES, CONVERT_UNIT, arguments)
    assert caught.value.field == field

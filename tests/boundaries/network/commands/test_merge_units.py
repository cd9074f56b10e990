"""A unit goes into another one; the borders that this leaves over disappear."""

from uuid import UUID

import pytest

from boundaries.network.commands.merge_units import MERGE_UNITS
from boundaries.network.commands.split_unit import SPLIT_UNIT
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.known_records import RecordOverlay, RecordsInMemory
from gazetteer.problems import InvalidValue, NotFound, Problem
from tests.boundaries.network.commands.four_squares import (
    NE,
    NORTHEAST,
    NORTHWEST,
    NW,
    SE,
    SOUTHEAST,
    SOUTHWEST,
    SW,
    TOWNSHIP,
    assert_is_coverage,
    build_line,
    build_squares,
    edge_id,
    find_faces,
    list_changed_edges,
    list_edges,
    list_edges_between,
    node_id,
    read_line,
)
from tests.gazetteer.records.commands.small_register import (
    CITY,
    DAY,
    STEP_START,
    apply_command,
    build_unit,
    find_last_bound,
    find_unit,
    get_attributes,
    identify,
    read_day,
    run_command,
)

SQUARES = build_squares()
SPLIT = {
    "unit": SOUTHWEST,
    "line": build_line((112.5, 23.4), (114.5, 23.4)),
    "at": (113.5, 23.1),
    "new": {"code": "440114", "name": "花都区"},
}
MERGE = {"unit": NORTHEAST, "into": SOUTHEAST}


def test_the_territory_of_both_is_that_of_one() -> None:
    after = apply_command(SQUARES, MERGE_UNITS, MERGE)
    faces = find_faces(after)
    assert set(faces) == {SW, SE, NW}
    assert faces[SE].area == 2.0
    assert faces[SE].bounds == (114.0, 23.0, 115.0, 25.0)
    assert_is_coverage(after)


def test_the_border_between_them_ends_and_those_on_both_sides_of_its_end_are_joined() -> None:
    after = apply_command(SQUARES, MERGE_UNITS, MERGE)
    assert edge_id("to_east") not in list_edges(after)
    assert len(list_edges_between(after, SE, None)) == 1
    assert len(list_edges_between(after, SE, NW)) == 1
    assert DayRecords(after, DAY).find_record("node", node_id("east")) is None
    assert DayRecords(after, DAY).find_record("node", node_id("centre")) is not None
    unchanged = {edge_id(name) for name in ("to_west", "coast_southwest", "coast_northwest")}
    assert not unchanged & list_changed_edges(SQUARES, after)


def test_the_unit_ends_with_all_that_belongs_to_it() -> None:
    after = apply_command(SQUARES, MERGE_UNITS, MERGE)
    for kind in ("unit", "place", "code"):
        assert find_last_bound(after, kind, identify(kind, NORTHEAST)) == STEP_START
    for kind in ("name", "spelling"):
        number = identify(kind, f"{NORTHEAST}/standard")
        assert find_last_bound(after, kind, number) == STEP_START
    assert find_unit(after, NORTHEAST) is None


def test_units_below_come_under_the_other_one_with_its_prefix() -> None:
    after = apply_command(SQUARES, MERGE_UNITS, MERGE)
    assert find_unit(after, "440112001") == identify("unit", TOWNSHIP)
    assert find_unit(after, TOWNSHIP) is None
    assert get_attributes(after, "unit", TOWNSHIP)["subordination_parent"] == SE


def test_the_succession_is_whole_on_one_side() -> None:
    after = apply_command(SQUARES, MERGE_UNITS, MERGE)
    (link,) = read_day(after).select_records("succession", "from_unit", NE).values()
    assert (link["to_unit"], link["link_kind"], link["share_from"]) == (SE, "absorbed", 1.0)
    assert link["share_to"] == pytest.approx(0.5, abs=0.005)


def test_a_unit_that_was_split_off_merges_back() -> None:
    divided = apply_command(SQUARES, SPLIT_UNIT, SPLIT)
    back = {"unit": "440114", "into": SOUTHWEST}
    after = apply_command(divided, MERGE_UNITS, back, step=UUID(int=1002))
    assert find_faces(after)[SW].area == 1.0
    assert [len(list_edges_between(after, SW, other)) for other in (SE, NW, None)] == [1, 1, 1]
    assert set(list_edges(after)) == set(list_edges(SQUARES))
    cut = [place for place in read_line(after, "to_south") if place != (114.0, 23.4)]
    assert cut == read_line(SQUARES, "to_south")
    assert_is_coverage(after)


def test_a_unit_that_begins_and_ends_on_one_day_leaves_no_trace() -> None:
    divided = apply_command(SQUARES, SPLIT_UNIT, SPLIT)
    new = find_unit(divided, "440114")
    assert new is not None
    back = {"unit": "440114", "into": SOUTHWEST}
    played = run_command(divided, MERGE_UNITS, back, step=UUID(int=1002))
    after = RecordOverlay(divided, played.after)
    assert after.load_versions(("unit", new)) == ()
    for side in ("from_unit", "to_unit"):
        assert read_day(after).select_records("succession", side, new) == {}


def test_units_that_do_not_touch_may_merge() -> None:
    after = apply_command(SQUARES, MERGE_UNITS, {"unit": NORTHWEST, "into": SOUTHEAST})
    assert find_faces(after)[SE].area == 2.0
    assert len(find_faces(after)[SE].geoms) == 2
    assert_is_coverage(after)


def test_units_without_territory_merge_too() -> None:
    squares = RecordsInMemory(
        {
            **SQUARES.timelines,
            **build_unit("440121002", "朱村街道", "township", NORTHEAST),
        }
    )
    after = apply_command(squares, MERGE_UNITS, {"unit": TOWNSHIP, "into": "440121002"})
    (link,) = (
        read_day(after)
        .select_records("succession", "to_unit", identify("unit", "440121002"))
        .values()
    )
    assert (link["from_unit"], link["area_m2"]) == (identify("unit", TOWNSHIP), None)
    assert list_changed_edges(squares, after) == set()


@pytest.mark.parametrize(
    ("arguments", "problem", "field"),
    [
        ({"unit": SOUTHWEST, "into": SOUTHWEST}, InvalidValue, "into"),
        ({"unit": TOWNSHIP, "into": SOUTHWEST}, InvalidValue, "into"),
        ({"unit": SOUTHWEST, "into": CITY}, InvalidValue, "into"),
        ({"unit": "440199", "into": CITY}, NotFound, "unit"),
        ({"unit": SOUTHWEST, "into": "440199"}, NotFound, "into"),
    ],
)
def test_what_cannot_be_merged_is_refused_with_the_field(
    arguments: dict[str, object], problem: type[Problem], field: str
) -> None:
    with pytest.raises(problem) as caught:
        run_command(SQUARES, MERGE_UNITS, arguments)
    assert caught.value.field == field

"""Edits of borders that are known to change later, or were otherwise before."""

from datetime import date
from uuid import UUID

import pytest

from boundaries.network.commands.split_unit import SPLIT_UNIT
from boundaries.network.commands.vertices import INSERT_VERTEX, MOVE_VERTEX
from gazetteer.ledger.drafts.known_records import KnownRecords, RecordsInMemory
from gazetteer.ledger.drafts.step_play import EffectiveDays, StepDoesNotFit, StepIds
from gazetteer.ledger.period import PeriodEnd, Precision
from gazetteer.records.commands.rename_unit import RENAME_UNIT
from tests.boundaries.network.commands.four_squares import (
    NORTHEAST,
    SOUTHWEST,
    SW,
    Place,
    assert_is_coverage,
    build_line,
    build_squares,
    edge_id,
    find_faces,
    read_line,
)
from tests.gazetteer.records.commands.small_register import (
    ACT,
    BY_ACT,
    CITY,
    SINCE,
    STEP,
    STEP_START,
    apply_command,
    find_unit,
    run_command,
)

LATER_ACT = UUID(int=1002)
LATER_DAY, EARLY_DAY = date(2030, 1, 1), date(1999, 1, 1)
LATER = PeriodEnd(LATER_DAY, LATER_ACT, Precision.DAY)
BY_LATER_ACT = EffectiveDays(date(2026, 1, 1), LATER_DAY, LATER_ACT)
FIRST, MIDDLE, LAST = (114.0, 23.75), (114.0, 23.5), (114.0, 23.25)
FIRST_MOVED, LAST_MOVED = (114.125, 23.75), (113.875, 23.25)
EDGE = "edge", edge_id("to_south")


def move(at: Place, to: Place) -> dict[str, object]:
    return {"edge": str(edge_id("to_south")), "at": at, "to": to}


def move_later(at: Place, to: Place) -> RecordsInMemory:
    """The squares, with a vertex that is known to move in 2030."""
    squares = build_squares()
    played = run_command(squares, MOVE_VERTEX, move(at, to), BY_LATER_ACT)
    return RecordsInMemory({**squares.timelines, **played.after})


def test_an_edit_elsewhere_on_the_edge_holds_together_with_the_later_one() -> None:
    known = move_later(LAST, LAST_MOVED)
    played = run_command(known, MOVE_VERTEX, move(FIRST, FIRST_MOVED))
    starts = [version.period.start for version in played.after[EDGE]]
    assert starts == [SINCE, STEP_START, LATER]
    after = apply_command(known, MOVE_VERTEX, move(FIRST, FIRST_MOVED))
    assert read_line(after, "to_south")[1:4] == [FIRST_MOVED, MIDDLE, LAST]
    assert read_line(after, "to_south", LATER_DAY)[1:4] == [FIRST_MOVED, MIDDLE, LAST_MOVED]
    assert read_line(after, "to_south", EARLY_DAY)[1:4] == [FIRST, MIDDLE, LAST]
    assert_is_coverage(after)


@pytest.mark.parametrize("at", [FIRST, MIDDLE])
def test_an_edit_at_or_beside_a_vertex_that_moves_later_does_not_fit(at: Place) -> None:
    known = move_later(FIRST, FIRST_MOVED)
    with pytest.raises(StepDoesNotFit) as caught:
        run_command(known, MOVE_VERTEX, move(at, (114.01, 23.6)))
    assert (caught.value.day, caught.value.bound) == (LATER_DAY, LATER)


def test_a_correction_of_a_vertex_holds_before_and_after_a_change_elsewhere() -> None:
    known = move_later(LAST, LAST_MOVED)
    days = EffectiveDays(date(2026, 1, 1))
    played = run_command(known, MOVE_VERTEX, move(FIRST, FIRST_MOVED), days)
    assert [version.period for version in played.after[EDGE]] == [
        version.period for version in known.load_versions(EDGE)
    ]
    assert played.left_out == ()
    after = apply_command(known, MOVE_VERTEX, move(FIRST, FIRST_MOVED), days)
    for day in (EARLY_DAY, LATER_DAY):
        assert FIRST_MOVED in read_line(after, "to_south", day)


def test_a_correction_stops_where_the_vertex_was_elsewhere() -> None:
    known = move_later(FIRST, FIRST_MOVED)
    days = EffectiveDays(date(2026, 1, 1))
    played = run_command(known, MOVE_VERTEX, move(FIRST, (114.01, 23.7)), days)
    assert played.left_out == ((LATER_DAY, date.max),)
    after = apply_command(known, MOVE_VERTEX, move(FIRST, (114.01, 23.7)), days)
    assert (114.01, 23.7) in read_line(after, "to_south", EARLY_DAY)
    assert read_line(after, "to_south", LATER_DAY) == read_line(known, "to_south", LATER_DAY)


def test_what_was_met_is_the_stretch_whatever_else_the_edge_does() -> None:
    squares = build_squares()
    insert = {**move(FIRST, (114.05, 23.6)), "next_at": MIDDLE}
    expected = run_command(squares, INSERT_VERTEX, insert).footprint
    assert expected.records == {}
    assert expected.stretches == ((MIDDLE, FIRST),)
    moved = apply_command(squares, MOVE_VERTEX, move(LAST, LAST_MOVED))
    assert run_command(moved, INSERT_VERTEX, insert).footprint == expected


def test_a_unit_is_split_before_another_one_is_renamed() -> None:
    squares = build_squares()
    renamed = run_command(squares, RENAME_UNIT, {"unit": NORTHEAST, "name": "荔城县"}, BY_LATER_ACT)
    known = RecordsInMemory({**squares.timelines, **renamed.after})
    assert_split_holds(known)


def test_a_unit_is_split_before_a_border_of_it_changes_elsewhere() -> None:
    squares = build_squares()
    to = {"edge": str(edge_id("to_west")), "at": (113.5, 24.0), "to": (113.5, 24.1)}
    moved = run_command(squares, MOVE_VERTEX, to, BY_LATER_ACT)
    after = assert_split_holds(RecordsInMemory({**squares.timelines, **moved.after}))
    faces = find_faces(after, LATER_DAY)
    assert faces[SW].area == pytest.approx(0.6 + 0.5 * 0.1 / 2)


def assert_split_holds(known: RecordsInMemory) -> KnownRecords:
    """Split off the south on the day of the act: it holds on the later day too."""
    arguments = {
        "unit": SOUTHWEST,
        "line": build_line((112.5, 23.4), (114.5, 23.4)),
        "at": (113.5, 23.1),
        "new": {"code": "440114", "name": "花都区"},
    }
    after = apply_command(known, SPLIT_UNIT, arguments)
    new = StepIds(STEP).create_id()
    assert find_unit(after, "440114") == find_unit(after, "440114", LATER_DAY) == new
    (version,) = after.load_versions(("unit", new))
    assert (version.period.start.act, version.period.end.on) == (ACT, None)
    for day in (STEP_START.on, LATER_DAY):
        assert day is not None
        assert find_faces(after, day)[new].area == pytest.approx(0.4)
    assert find_unit(after, CITY, LATER_DAY) is not None
    assert BY_ACT.act == ACT
    return after

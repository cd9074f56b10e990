"""A step is played on its day, and again wherever what it looked at is known to change."""

from datetime import date
from uuid import UUID, uuid5

import pytest

from gazetteer.ledger.drafts.day_records import DayRecords, Footprint
from gazetteer.ledger.drafts.known_records import RecordKey, RecordsInMemory
from gazetteer.ledger.drafts.step_play import (
    EffectiveDays,
    PlayCommand,
    PlayedStep,
    StepDoesNotFit,
    StepIds,
    play_step,
)
from gazetteer.ledger.period import UNBOUNDED, PeriodEnd, Precision
from gazetteer.ledger.versions import Version
from gazetteer.messages import message
from gazetteer.problems import Conflict, NotFound
from tests.gazetteer.ledger.drafts.small_timelines import (
    ACT,
    EARLIER_ACT,
    LATER_ACT,
    OTHER,
    STEP,
    UNIT,
    bound,
    create_beside,
    set_field,
    version,
)

DAY = date(2026, 1, 1)
BY_ACT = EffectiveDays(date(2025, 6, 1), DAY, ACT)
CORRECTED_SINCE = EffectiveDays(date(2025, 6, 1), DAY)
CORRECTED_ALWAYS = EffectiveDays(DAY)
FOUNDED = bound(2000, EARLIER_ACT, Precision.APPROVED)
STEP_START = PeriodEnd(DAY, ACT, Precision.DAY)
LATER = bound(2030, LATER_ACT)

CALLED_JIA = version(FOUNDED, name="甲", seat="a")
MOVED_LATER = (
    version(FOUNDED, LATER, name="甲", seat="a"),
    version(LATER, name="甲", seat="b"),
)
RENAMED_LATER = (
    version(FOUNDED, LATER, name="甲", seat="a"),
    version(LATER, name="丙", seat="a"),
)
ENDS_LATER = (version(FOUNDED, LATER, name="甲", seat="a"),)
RENAME = set_field(UNIT, "name", "乙")


def play(
    unit: tuple[Version, ...],
    days: EffectiveDays,
    command: PlayCommand = RENAME,
    other: tuple[Version, ...] = (),
    expected: Footprint | None = None,
) -> PlayedStep:
    known = RecordsInMemory({UNIT: unit, OTHER: other})
    return play_step(known, command, STEP, days, expected)


def meet_name(name: str) -> Footprint:
    return Footprint({UNIT: {"name": name}})


def test_an_act_opens_a_version_from_its_day_on() -> None:
    played = play((CALLED_JIA,), BY_ACT)
    assert played.before == {UNIT: (CALLED_JIA,)}
    assert played.after == {
        UNIT: (
            version(FOUNDED, STEP_START, name="甲", seat="a"),
            version(STEP_START, name="乙", seat="a"),
        )
    }
    assert played.footprint == meet_name("甲")
    assert played.left_out == ()


def test_where_a_record_changes_later_both_changes_hold() -> None:
    assert play(MOVED_LATER, BY_ACT).after[UNIT] == (
        version(FOUNDED, STEP_START, name="甲", seat="a"),
        version(STEP_START, LATER, name="乙", seat="a"),
        version(LATER, name="乙", seat="b"),
    )


def test_a_later_act_on_the_same_field_is_in_the_way_of_an_act() -> None:
    with pytest.raises(StepDoesNotFit) as caught:
        play(RENAMED_LATER, BY_ACT)
    assert (caught.value.day, caught.value.bound) == (date(2030, 1, 1), LATER)
    assert caught.value.problem is None


def test_a_step_that_cannot_be_played_later_carries_the_problem() -> None:
    def rename_beside(records: DayRecords, ids: StepIds) -> None:
        set_field(OTHER, "seen", "yes")(records, ids)
        RENAME(records, ids)

    ending = (version(FOUNDED, LATER, seen="no"),)
    with pytest.raises(StepDoesNotFit) as caught:
        play((CALLED_JIA,), BY_ACT, rename_beside, ending)
    assert caught.value.bound == LATER
    assert isinstance(caught.value.problem, NotFound)


def test_a_correction_from_a_day_on_leaves_out_the_days_that_it_does_not_fit() -> None:
    played = play(RENAMED_LATER, CORRECTED_SINCE)
    start = PeriodEnd(DAY)
    assert played.after[UNIT] == (
        version(FOUNDED, start, name="甲", seat="a"),
        version(start, LATER, name="乙", seat="a"),
        RENAMED_LATER[1],
    )
    assert played.left_out == ((date(2030, 1, 1), date.max),)


def test_a_correction_without_a_day_holds_for_the_whole_life_with_the_bounds_as_known() -> None:
    played = play(MOVED_LATER, CORRECTED_ALWAYS)
    assert played.after[UNIT] == (
        version(FOUNDED, LATER, name="乙", seat="a"),
        version(LATER, name="乙", seat="b"),
    )
    assert played.left_out == ()


def test_a_correction_without_a_day_holds_on_the_days_before_too() -> None:
    later_day = EffectiveDays(date(2035, 1, 1))
    assert play(MOVED_LATER, later_day).after == play(MOVED_LATER, CORRECTED_ALWAYS).after


def test_a_correction_without_a_day_leaves_out_days_before_that_it_does_not_fit() -> None:
    first = bound(1990, EARLIER_ACT, Precision.YEAR)
    known = (version(first, FOUNDED, name="丁", seat="a"), CALLED_JIA)
    played = play(known, CORRECTED_ALWAYS)
    assert played.after[UNIT] == (known[0], version(FOUNDED, name="乙", seat="a"))
    assert played.left_out == ((date(1990, 1, 1), date(2000, 1, 1)),)


def test_a_correction_of_a_record_without_a_beginning_reaches_back_for_ever() -> None:
    known = (version(UNBOUNDED, name="甲"),)
    assert play(known, CORRECTED_ALWAYS).after[UNIT] == (version(UNBOUNDED, name="乙"),)


def test_a_correction_goes_on_where_the_record_comes_into_force_again() -> None:
    known = (version(FOUNDED, bound(2010), name="甲"), version(bound(2020), name="甲"))
    assert play(known, CORRECTED_SINCE).after[UNIT][-1] == version(PeriodEnd(DAY), name="乙")
    resumed = (version(FOUNDED, LATER, name="甲"), version(bound(2040), name="甲"))
    assert play(resumed, BY_ACT).after[UNIT] == (
        version(FOUNDED, STEP_START, name="甲"),
        version(STEP_START, LATER, name="乙"),
        version(bound(2040), name="乙"),
    )


@pytest.mark.parametrize("days", [BY_ACT, CORRECTED_SINCE])
def test_a_step_on_a_record_that_ends_ends_there(days: EffectiveDays) -> None:
    played = play(ENDS_LATER, days)
    assert played.after[UNIT][-1].period.end == LATER
    assert played.after[UNIT][-1].attributes["name"] == "乙"
    assert played.left_out == ()


def test_an_act_on_the_first_day_of_a_version_is_the_act_of_that_day_then() -> None:
    known = (version(bound(2026), name="甲"),)
    assert play(known, BY_ACT).after[UNIT] == (version(STEP_START, name="乙"),)


def test_an_act_that_ends_a_record_is_the_end_of_its_last_version() -> None:
    def end_record(records: DayRecords, ids: StepIds) -> None:
        records.put_record(*UNIT, None)

    assert play((CALLED_JIA,), BY_ACT, end_record).after[UNIT] == (
        version(FOUNDED, STEP_START, name="甲", seat="a"),
    )


def test_a_step_that_changes_nothing_changes_no_timeline() -> None:
    played = play((CALLED_JIA,), BY_ACT, set_field(UNIT, "name", "甲"))
    assert (played.before, played.after) == ({}, {})


def test_a_record_that_a_step_creates_has_the_same_id_whenever_it_is_played() -> None:
    command = create_beside(UNIT, lambda unit: {"copy": unit["seat"]})
    played = play(MOVED_LATER, BY_ACT, command)
    created: RecordKey = ("unit", uuid5(STEP, "1"))
    assert played.after.keys() == {UNIT, created}
    assert played.after[created] == (
        version(STEP_START, LATER, copy="a"),
        version(LATER, copy="b"),
    )
    assert played.before[created] == ()
    assert play(MOVED_LATER, BY_ACT, command).after == played.after


def test_a_record_that_does_not_change_with_another_one_stays_one_version() -> None:
    played = play(MOVED_LATER, BY_ACT, create_beside(UNIT, lambda unit: {"copy": "same"}))
    assert played.after["unit", uuid5(STEP, "1")] == (version(STEP_START, copy="same"),)


def test_a_change_of_a_record_that_was_only_looked_at_is_met_too() -> None:
    def copy_seat(records: DayRecords, ids: StepIds) -> None:
        seen = records.find_record(*OTHER)
        assert seen is not None
        set_field(UNIT, "seat", seen["seat"])(records, ids)

    played = play((version(FOUNDED, name="甲", seat="c"),), BY_ACT, copy_seat, MOVED_LATER)
    assert played.after[UNIT][1:] == (
        version(STEP_START, LATER, name="甲", seat="a"),
        version(LATER, name="甲", seat="b"),
    )


def rename_by_other(records: DayRecords, ids: StepIds) -> None:
    """Rename; where the seat is ``b`` to what the other record says, which may refuse it."""
    unit = records.find_record(*UNIT)
    if unit is None or unit["seat"] != "b":
        set_field(UNIT, "name", "乙")(records, ids)
        return
    other = records.find_record(*OTHER)
    if other is None or other["name"] == "refused":
        raise Conflict(message("command.same_name", name=""), field="name")
    set_field(UNIT, "name", other["name"])(records, ids)


def test_days_are_left_out_only_until_what_refused_the_step_changes() -> None:
    until = bound(2040)
    other = (version(UNBOUNDED, until, name="refused"), version(until, name="乙"))
    played = play(MOVED_LATER, CORRECTED_SINCE, rename_by_other, other)
    assert played.left_out == ((date(2030, 1, 1), date(2040, 1, 1)),)
    assert played.after[UNIT][-1] == version(until, name="乙", seat="b")


def test_a_record_that_is_looked_at_on_an_earlier_day_only_divides_that_time() -> None:
    first, middle = bound(1990, EARLIER_ACT), bound(1995)
    known = (version(first, FOUNDED, name="甲", seat="b"), CALLED_JIA)
    other = (version(UNBOUNDED, middle, name="早"), version(middle, name="晚"))
    assert play(known, CORRECTED_ALWAYS, rename_by_other, other).after[UNIT] == (
        version(first, middle, name="早", seat="b"),
        version(middle, FOUNDED, name="晚", seat="b"),
        version(FOUNDED, name="乙", seat="a"),
    )


def test_ids_of_steps_differ_and_go_on() -> None:
    ids, again, others = StepIds(STEP), StepIds(STEP), StepIds(UUID(int=201))
    first = [ids.create_id(), ids.create_id()]
    assert first == [again.create_id(), again.create_id()]
    assert len({*first, others.create_id(), others.create_id()}) == 4


def test_a_step_that_meets_what_it_met_before_is_played_again() -> None:
    assert play(MOVED_LATER, BY_ACT, expected=meet_name("甲")) == play(MOVED_LATER, BY_ACT)


def test_a_step_that_meets_something_else_than_before_does_not_fit() -> None:
    with pytest.raises(StepDoesNotFit) as caught:
        play((CALLED_JIA,), BY_ACT, expected=meet_name("戊"))
    assert (caught.value.day, caught.value.bound, caught.value.problem) == (DAY, None, None)


def test_a_step_that_was_taken_and_cannot_be_any_more_does_not_fit() -> None:
    with pytest.raises(StepDoesNotFit) as caught:
        play((), CORRECTED_ALWAYS, expected=meet_name("甲"))
    assert (caught.value.day, caught.value.bound) == (DAY, None)
    assert isinstance(caught.value.problem, NotFound)


def test_a_step_that_cannot_be_taken_says_why() -> None:
    with pytest.raises(NotFound):
        play((), BY_ACT)


def test_days_of_effect_start_with_the_act_if_there_is_one() -> None:
    assert BY_ACT.start_bound == STEP_START
    assert CORRECTED_SINCE.start_bound == PeriodEnd(DAY)
    assert CORRECTED_ALWAYS.start_bound is None

"""Steps against a model so naive that it must be right: the command, played on every single day."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID

import pytest

from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.known_records import RecordKey, RecordOverlay, RecordsInMemory
from gazetteer.ledger.drafts.step_play import (
    EffectiveDays,
    PlayedStep,
    StepDoesNotFit,
    StepIds,
    play_step,
)
from gazetteer.ledger.period import UNBOUNDED, Period, PeriodEnd, Precision
from gazetteer.ledger.versions import Attributes, Version, sort_versions
from gazetteer.messages import message
from gazetteer.problems import Conflict, Problem
from tests.gazetteer.ledger.drafts.small_timelines import STEP

FIRST, LENGTH = date(2000, 1, 1), 12
DAYS = [FIRST + timedelta(days=number) for number in range(-1, LENGTH + 1)]
KEYS: list[RecordKey] = [("unit", UUID(int=number)) for number in (1, 2, 3)]
CREATED: RecordKey = ("unit", StepIds(STEP).create_id())
FIELDS = ("name", "seat")


def draw_timeline(draw: random.Random) -> tuple[Version, ...]:
    """Versions between random days; now and then nothing is known between two of them."""
    days = sorted(draw.sample(range(LENGTH), draw.randint(0, 4)))
    bounds = [PeriodEnd(FIRST + timedelta(days=d), UUID(int=900 + d), Precision.DAY) for d in days]
    ends = [UNBOUNDED, *bounds, UNBOUNDED]
    versions = [
        Version(Period(start, end), {field: draw.choice("甲乙") for field in FIELDS})
        for start, end in pairwise(ends)
        if draw.random() < 0.8
    ]
    return sort_versions(versions)


class RandomCommand:
    """Sets fields of some records by what another one says; may create a record, or fail.

    Which record it reads may depend on what the first one says.
    """

    def __init__(self, draw: random.Random) -> None:
        self.read, self.read_too = draw.choice(KEYS), draw.choice([None, *KEYS])
        self.written = draw.sample(KEYS, draw.randint(1, 2))
        self.field, self.value = draw.choice(FIELDS), draw.choice(["丙", None])
        self.refuses = draw.choice("甲乙丙丙丙")
        self.creates = draw.random() < 0.3

    def __call__(self, records: DayRecords, ids: StepIds) -> None:
        seen = records.find_record(*self.read)
        if self.read_too and seen and seen["seat"] == "甲":
            seen = records.find_record(*self.read_too)
        if seen and seen["name"] == self.refuses:
            raise Conflict(message("command.same_name", name=self.refuses), field="name")
        for key in self.written:
            found = records.find_record(*key)
            if found is None:
                raise Conflict(message("command.same_name", name=""), field="unit")
            value = self.value or (seen["seat"] if seen else "无")
            records.put_record(*key, {**found, self.field: value})
        if self.creates:
            records.put_record("unit", ids.create_id(), {"copy": seen["seat"] if seen else "无"})


def find_state(versions: tuple[Version, ...], day: date) -> Attributes | None:
    return next((v.attributes for v in versions if v.period.contains_day(day)), None)


def play_on(known: RecordsInMemory, command: RandomCommand, day: date) -> DayRecords | None:
    """What the command does on a day; None: it cannot be done."""
    records = DayRecords(known, day)
    try:
        command(records, StepIds(STEP))
    except Problem:
        return None
    return records


def draw_case(seed: int) -> tuple[RecordsInMemory, RandomCommand, date, DayRecords] | None:
    draw = random.Random(seed)
    known = RecordsInMemory({key: draw_timeline(draw) for key in KEYS})
    command, day = RandomCommand(draw), draw.choice(DAYS)
    first = play_on(known, command, day)
    return (known, command, day, first) if first is not None and first.changed_keys else None


def iter_cases(seeds: range) -> Iterator[tuple[RecordsInMemory, RandomCommand, date, DayRecords]]:
    for seed in seeds:
        case = draw_case(seed)
        if case is not None:
            yield case


def list_days_from(day: date | None) -> list[date]:
    return [other for other in DAYS if day is None or other >= day]


def assert_holds(
    known: RecordsInMemory, played: PlayedStep, command: RandomCommand, day: date, *, fits: bool
) -> None:
    """Where the step fits, the day is as the command makes it; elsewhere as it is known."""
    after = RecordOverlay(known, played.after)
    records = play_on(known, command, day) if fits else DayRecords(known, day)
    assert records is not None
    for key in (*KEYS, CREATED):
        assert find_state(after.load_versions(key), day) == records.find_record(*key), (key, day)


def fits_on(known: RecordsInMemory, command: RandomCommand, day: date, first: DayRecords) -> bool:
    records = play_on(known, command, day)
    return records is not None and records.observed_footprint == first.observed_footprint


def is_void_on(known: RecordsInMemory, day: date, first: DayRecords) -> bool:
    return all(find_state(known.load_versions(key), day) is None for key in first.changed_keys)


@pytest.mark.parametrize("start", range(0, 2000, 500))
def test_a_correction_holds_on_every_day_on_which_it_fits_and_on_no_other(start: int) -> None:
    checked = 0
    for known, command, day, first in iter_cases(range(start, start + 500)):
        days = EffectiveDays(FIRST, day)
        played = play_step(known, command, STEP, days)
        for other in DAYS:
            fits = other >= day and fits_on(known, command, other, first)
            assert_holds(known, played, command, other, fits=fits)
            left_out = any(since <= other < until for since, until in played.left_out)
            void = is_void_on(known, other, first)
            assert left_out == (other >= day and not fits and not void)
        checked += 1
    assert checked > 50


@pytest.mark.parametrize("start", range(0, 2000, 500))
def test_an_act_holds_on_every_day_to_come_or_is_refused_with_the_change_in_its_way(
    start: int,
) -> None:
    outcomes = {True: 0, False: 0}
    for known, command, day, first in iter_cases(range(start, start + 500)):
        ahead = list_days_from(day)
        blocked = [
            other
            for other in ahead
            if not fits_on(known, command, other, first) and not is_void_on(known, other, first)
        ]
        outcomes[not blocked] += 1
        days = EffectiveDays(FIRST, day, UUID(int=500))
        if blocked:
            with pytest.raises(StepDoesNotFit) as misfit:
                play_step(known, command, STEP, days)
            assert misfit.value.day == blocked[0]
            assert misfit.value.bound and misfit.value.bound.on == blocked[0]
            continue
        played = play_step(known, command, STEP, days)
        for other in DAYS:
            fits = other >= day and fits_on(known, command, other, first)
            assert_holds(known, played, command, other, fits=fits)
    assert min(outcomes.values()) > 20


@pytest.mark.parametrize("start", range(0, 2000, 500))
def test_a_correction_without_a_day_holds_before_too_while_its_records_were_in_force(
    start: int,
) -> None:
    checked = 0
    for known, command, day, first in iter_cases(range(start, start + 500)):
        played = play_step(known, command, STEP, EffectiveDays(day))
        earlier = [other for other in reversed(DAYS) if other < day]
        is_open = True
        for other in (*list_days_from(day), *earlier):
            fits = fits_on(known, command, other, first)
            if other < day and not fits and is_void_on(known, other, first):
                is_open = False
            reached = other >= day or is_open
            assert_holds(known, played, command, other, fits=fits and reached)
        checked += 1
    assert checked > 50

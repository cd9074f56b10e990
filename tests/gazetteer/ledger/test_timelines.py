"""The arithmetic of timelines against a model so naive that it must be right: a table of days."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazetteer.ledger.period import UNBOUNDED, Period, PeriodEnd, Precision
from gazetteer.ledger.versions import Statement, Version, apply_statement, sort_versions

RECORD = uuid4()
FIRST = date(2000, 1, 1)
LENGTH = 12
# One day more on either side stands for all the days before and after.
DAYS = [FIRST + timedelta(days=number) for number in range(-1, LENGTH + 1)]


def bounds(draw: st.DrawFn) -> tuple[PeriodEnd, PeriodEnd]:
    first = draw(st.none() | st.integers(0, LENGTH - 1))
    last = draw(st.none() | st.integers((first or 0) + 1, LENGTH))
    return tuple(  # type: ignore[return-value]
        UNBOUNDED
        if number is None
        else PeriodEnd(
            FIRST + timedelta(days=number), UUID(int=draw(st.integers(1, 4))), Precision.DAY
        )
        for number in (first, last)
    )


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    attributes = draw(st.none() | st.fixed_dictionaries({"name": st.sampled_from("甲乙丙")}))
    return Statement("functional_area", RECORD, Period(*bounds(draw)), attributes)


def apply_all(history: list[Statement]) -> tuple[Version, ...]:
    timeline: tuple[Version, ...] = ()
    for statement in history:
        timeline = apply_statement(timeline, statement)
    return timeline


def day_by_day(history: list[Statement]) -> list[object]:
    """What each day says: the last statement about it wins."""
    table: list[object] = [None] * len(DAYS)
    for statement in history:
        for number, day in enumerate(DAYS):
            if statement.period.contains_day(day):
                table[number] = statement.attributes
    return table


@given(st.lists(statements(), max_size=8))
def test_every_day_says_what_the_last_statement_about_it_said(history: list[Statement]) -> None:
    timeline = apply_all(history)
    found = [[v.attributes for v in timeline if v.period.contains_day(day)] for day in DAYS]
    assert found == [[] if wanted is None else [wanted] for wanted in day_by_day(history)]


@given(st.lists(statements(), max_size=8))
def test_versions_come_in_order_and_never_share_a_day(history: list[Statement]) -> None:
    timeline = apply_all(history)
    assert sort_versions(reversed(timeline)) == timeline


@given(st.lists(statements(), min_size=1, max_size=6))
def test_a_statement_said_twice_changes_nothing_more(history: list[Statement]) -> None:
    assert apply_all([*history, history[-1]]) == apply_all(history)


@given(st.lists(statements(), min_size=1, max_size=6))
def test_only_what_a_statement_cuts_takes_its_bounds(history: list[Statement]) -> None:
    before, last = apply_all(history[:-1]), history[-1]
    own = Version(last.period, last.attributes or {})
    for version in apply_all(history):
        cut_here = (
            version.period.end == last.period.start or version.period.start == last.period.end
        )
        assert version in before or version == own or cut_here


def test_a_period_without_a_day_cannot_be_said() -> None:
    with pytest.raises(ValueError, match="empty period"):
        Period(PeriodEnd(FIRST), PeriodEnd(FIRST))


def test_a_timeline_with_a_day_of_two_versions_is_refused() -> None:
    twice = [
        Version(Period(UNBOUNDED, UNBOUNDED), {"name": "甲"}),
        Version(Period(PeriodEnd(FIRST)), {"name": "乙"}),
    ]
    with pytest.raises(ValueError, match="overlapping"):
        sort_versions(twice)

"""Which periods of units a publication changed, as far as areas depend on them."""

from datetime import date
from typing import Any
from uuid import UUID

from boundaries.areas.derivation_scope import find_changed_periods

UNIT, PARENT, OTHER, ACT = (UUID(int=n) for n in range(1, 5))
DAY, LATER = date(2010, 5, 1), date(2020, 5, 1)


def make_row(
    start: date | None,
    stop: date | None,
    *,
    was_known: bool,
    is_known: bool,
    parent: UUID = PARENT,
    act: UUID | None = None,
) -> tuple[Any, ...]:
    """A version of a unit; ``act`` is that of its start."""
    bounds = (start, stop, act, None, "day" if start else "unknown", "day" if stop else "unknown")
    return (UNIT, "county", parent, *bounds, was_known, is_known)


WHOLE = make_row(None, None, was_known=True, is_known=False)


def test_a_new_type_changes_no_area() -> None:
    now = [
        make_row(None, DAY, was_known=False, is_known=True),
        make_row(DAY, None, was_known=False, is_known=True, act=ACT),
    ]
    assert find_changed_periods([WHOLE, *now]) == set()


def test_another_parent_changes_the_days_on_which_it_is_one() -> None:
    now = [
        make_row(None, DAY, was_known=False, is_known=True),
        make_row(DAY, None, was_known=False, is_known=True, parent=OTHER, act=ACT),
    ]
    changed = find_changed_periods([WHOLE, *now])
    assert {(p.parent, p.period.start.on, p.period.end.on) for p in changed} == {
        (PARENT, None, None),
        (PARENT, None, DAY),
        (OTHER, DAY, None),
    }


def test_a_unit_that_begins_later_by_another_act_has_another_period() -> None:
    before = make_row(DAY, None, was_known=True, is_known=False)
    for day, act in ((LATER, None), (DAY, ACT)):
        now = make_row(day, None, was_known=False, is_known=True, act=act)
        assert len(find_changed_periods([before, now])) == 2


def test_days_without_the_unit_between_two_versions_are_not_closed() -> None:
    first = make_row(None, DAY, was_known=True, is_known=True)
    second = make_row(LATER, None, was_known=False, is_known=True)
    (added,) = find_changed_periods([first, second])
    assert (added.period.start.on, added.period.end.on) == (LATER, None)

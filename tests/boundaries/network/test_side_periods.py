"""The units on both sides of a border, day by day."""

from datetime import date
from uuid import UUID

from boundaries.network.side_periods import (
    derive_side_periods,
    enclose_periods,
    intersect_periods,
    overlay_tenures,
)
from gazetteer.ledger.period import UNBOUNDED, Period, PeriodEnd, Precision

A, B, C, CITY = (UUID(int=n) for n in range(1, 5))


def span(start: int | None, end: int | None = None) -> Period:
    def bound(year: int | None) -> PeriodEnd:
        return PeriodEnd(date(year, 1, 1), None, Precision.YEAR) if year else UNBOUNDED

    return Period(bound(start), bound(end))


def test_a_border_begins_with_the_first_side_that_is_known() -> None:
    periods = list(derive_side_periods([(A, span(2000))], [(B, span(2010))]))
    assert periods == [(span(2000, 2010), A, None), (span(2010), A, B)]


def test_a_unit_that_takes_over_the_whole_territory_follows_on_its_side() -> None:
    periods = list(derive_side_periods([(A, span(2000, 2005)), (C, span(2005))], [(B, span(2000))]))
    assert periods == [(span(2000, 2005), A, B), (span(2005), C, B)]


def test_days_on_which_neither_side_is_known_are_left_out() -> None:
    periods = list(derive_side_periods([(A, span(1990, 1995)), (A, span(2000))], []))
    assert periods == [(span(1990, 1995), A, None), (span(2000), A, None)]


def test_a_change_that_leaves_the_sides_alone_is_none() -> None:
    periods = list(derive_side_periods([(A, span(1990, 2000)), (A, span(2000))], [(B, span(1990))]))
    assert periods == [(span(1990), A, B)]


def test_bounds_keep_what_they_know_of_their_day() -> None:
    ((periods, _, _),) = derive_side_periods([(A, span(1990))], [])
    assert periods.start.precision is Precision.YEAR


def test_before_a_county_is_known_it_belongs_to_the_city() -> None:
    assert overlay_tenures([(A, span(2010))], [(CITY, span(2000))]) == (
        (CITY, span(2000, 2010)),
        (A, span(2010)),
    )


def test_between_two_counties_of_one_city_there_is_no_border_while_only_the_city_is_known() -> None:
    one = overlay_tenures([(A, span(2010))], [(CITY, span(2000))])
    other = overlay_tenures([(B, span(2005))], [(CITY, span(2000))])
    assert list(derive_side_periods(one, other)) == [
        (span(2005, 2010), CITY, B),
        (span(2010), A, B),
    ]


def test_a_node_is_there_from_the_first_to_the_last_edge() -> None:
    assert enclose_periods([span(2000, 2005), span(1990, 2001), span(2004)]) == span(1990)


def test_a_span_within_another_keeps_the_later_start_and_the_earlier_end() -> None:
    assert intersect_periods(span(1990), span(2000, 2010)) == span(2000, 2010)
    assert intersect_periods(span(2001, 2005), span(2000, 2010)) == span(2001, 2005)
    assert intersect_periods(span(1990, 2005), Period()) == span(1990, 2005)
    assert intersect_periods(span(1990, 2000), span(2000)) is None

"""The versions of a record after a step, from what it makes of them span by span."""

from typing import Any

from gazetteer.ledger.drafts.step_timelines import PlayedSpan, compose_versions
from gazetteer.ledger.period import UNBOUNDED, PeriodEnd, Precision
from gazetteer.ledger.versions import Version
from tests.gazetteer.ledger.drafts.small_timelines import (
    ACT,
    EARLIER_ACT,
    LATER_ACT,
    OTHER,
    UNIT,
    bound,
    version,
)

FOUNDED = bound(2000, EARLIER_ACT, Precision.APPROVED)
START, LATER = bound(2026, ACT), bound(2030, LATER_ACT)
NOBODY: frozenset[PeriodEnd] = frozenset()


def span(start: PeriodEnd, end: PeriodEnd, name: str | None) -> PlayedSpan:
    attributes: dict[str, Any] | None = None if name is None else {"name": name}
    return PlayedSpan(start, end, {UNIT: attributes})


def compose(
    known: tuple[Version, ...], *spans: PlayedSpan, own: frozenset[PeriodEnd] = NOBODY
) -> tuple[Version, ...]:
    return compose_versions(UNIT, known, spans, own)


def test_a_span_replaces_what_is_known_in_it() -> None:
    known = (version(FOUNDED, name="甲"),)
    assert compose(known, span(START, UNBOUNDED, "乙")) == (
        version(FOUNDED, START, name="甲"),
        version(START, name="乙"),
    )


def test_a_span_that_does_not_concern_the_record_changes_nothing() -> None:
    known = (version(FOUNDED, name="甲"),)
    other = PlayedSpan(START, UNBOUNDED, {OTHER: {"name": "乙"}})
    assert compose_versions(UNIT, known, [other], NOBODY) == known


def test_a_record_ends_where_a_span_says_so() -> None:
    known = (version(FOUNDED, name="甲"),)
    assert compose(known, span(START, UNBOUNDED, None)) == (version(FOUNDED, START, name="甲"),)


def test_bounds_of_the_record_itself_stay_as_they_are_known() -> None:
    known = (version(FOUNDED, LATER, name="甲"), version(LATER, name="丙"))
    nameless = bound(2000), bound(2030)
    assert compose(known, span(*nameless, "乙")) == (
        version(FOUNDED, LATER, name="乙"),
        version(LATER, name="丙"),
    )


def test_where_one_version_ends_and_another_starts_the_start_counts() -> None:
    ending, starting = bound(2030, EARLIER_ACT), bound(2030, LATER_ACT)
    known = (version(FOUNDED, ending, name="甲"), version(starting, name="丙"))
    assert compose(known, span(FOUNDED, bound(2030), "乙"))[0].period.end == starting


def test_a_bound_of_the_step_itself_replaces_a_known_one() -> None:
    known = (version(bound(2026, EARLIER_ACT), name="甲"),)
    spans = span(START, UNBOUNDED, "乙")
    assert compose(known, spans, own=frozenset({START})) == (version(START, name="乙"),)
    assert compose(known, spans)[0].period.start == bound(2026, EARLIER_ACT)


def test_spans_that_say_the_same_are_one_version() -> None:
    spans = span(START, LATER, "乙"), span(LATER, UNBOUNDED, "乙")
    assert compose((), *spans) == (version(START, name="乙"),)


def test_a_change_that_was_known_stays_one_although_both_sides_are_equal_now() -> None:
    known = (version(FOUNDED, LATER, name="甲"), version(LATER, name="丙"))
    spans = span(FOUNDED, LATER, "乙"), span(LATER, UNBOUNDED, "乙")
    assert compose(known, *spans) == (
        version(FOUNDED, LATER, name="乙"),
        version(LATER, name="乙"),
    )


def test_spans_that_differ_are_versions_of_their_own() -> None:
    spans = span(START, LATER, "乙"), span(LATER, UNBOUNDED, "丙")
    assert compose((), *spans) == (
        version(START, LATER, name="乙"),
        version(LATER, name="丙"),
    )


def test_spans_with_days_between_them_stay_apart() -> None:
    end = bound(2040)
    spans = span(START, LATER, "乙"), span(end, UNBOUNDED, "乙")
    assert compose((), *spans) == (
        version(START, LATER, name="乙"),
        version(end, name="乙"),
    )

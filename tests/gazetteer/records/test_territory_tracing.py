"""The walk along succession, by itself: territory never goes back in time and is never doubled."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from gazetteer.records.territory_tracing import ReachedUnit, SuccessionLink, trace_territory

A, B, C, D = (UUID(int=number) for number in range(1, 5))
START, MIDDLE, LATE, END = (date(year, 1, 1) for year in (1990, 2000, 2010, 2020))
Ways = Mapping[UUID, Sequence[SuccessionLink]]


def reached(
    ways: Ways, alive: set[UUID], since: date = START, until: date = END
) -> list[ReachedUnit]:
    return trace_territory(
        A, since, until, lambda unit: ways.get(unit, ()), lambda unit: unit in alive
    )


def test_a_unit_to_which_nothing_happened_is_itself() -> None:
    assert reached({}, {A}) == [ReachedUnit(A, "same", 1.0)]


def test_shares_multiply_along_the_way_and_add_up_where_ways_meet() -> None:
    ways = {
        A: [SuccessionLink(B, MIDDLE, "part_of", 0.25), SuccessionLink(C, MIDDLE, "part_of", 0.75)],
        B: [SuccessionLink(D, LATE, "absorbed", 1.0)],
        C: [SuccessionLink(D, LATE, "part_of", 0.5)],
    }
    found = {there.unit: there for there in reached(ways, {C, D})}
    assert found[D].share == 0.25 + 0.75 * 0.5
    assert found[C].share == 0.75 * 0.5


def test_an_unknown_share_makes_what_follows_unknown() -> None:
    ways = {
        A: [SuccessionLink(B, MIDDLE, "part_of", None)],
        B: [SuccessionLink(C, LATE, "same", 1.0)],
    }
    assert reached(ways, {C}) == [ReachedUnit(C, "part_of", None)]


def test_where_one_takes_the_whole_nothing_is_left_for_others() -> None:
    ways = {
        A: [
            SuccessionLink(B, MIDDLE, "continues", 1.0),
            SuccessionLink(C, MIDDLE, "part_of", None),
        ],
    }
    assert reached(ways, {B, C}) == [ReachedUnit(B, "continues", 1.0)]


def test_a_way_never_goes_back_in_time() -> None:
    ways = {
        A: [SuccessionLink(B, LATE, "absorbed", 1.0)],
        B: [SuccessionLink(C, MIDDLE, "absorbed", 1.0)],
    }
    assert [there.unit for there in reached(ways, {B, C})] == [B]


def test_what_happened_on_the_first_day_was_before_and_on_the_last_day_counts() -> None:
    ways = {A: [SuccessionLink(B, START, "absorbed", 1.0), SuccessionLink(C, END, "absorbed", 1.0)]}
    assert [there.unit for there in reached(ways, {B, C})] == [C]


def test_backward_the_first_day_counts_and_the_last_was_before() -> None:
    ways = {A: [SuccessionLink(B, END, "absorbed", 1.0), SuccessionLink(C, START, "absorbed", 1.0)]}
    assert [there.unit for there in reached(ways, {B, C}, END, START)] == [B]


def test_what_a_mixed_unit_gave_away_later_is_only_possible() -> None:
    ways = {
        A: [SuccessionLink(B, MIDDLE, "absorbed", None)],
        B: [SuccessionLink(C, LATE, "split_off", None)],
    }
    found = {there.unit: there.certain for there in reached(ways, {B, C})}
    assert found == {B: True, C: False}


UNITS = [UUID(int=number) for number in range(1, 7)]
LINKS = st.lists(
    st.tuples(
        st.sampled_from(UNITS),
        st.sampled_from(UNITS),
        st.integers(0, 12_000),
        st.sampled_from(["same", "continues", "absorbed", "split_off", "part_of"]),
        st.none() | st.floats(0, 1),
    ),
    max_size=14,
)


@given(LINKS, st.sets(st.sampled_from(UNITS)), st.booleans())
def test_any_web_of_links_is_walked_to_its_end(
    links: list[tuple[UUID, UUID, int, str, float | None]], alive: set[UUID], forward: bool
) -> None:
    ways: dict[UUID, list[SuccessionLink]] = {}
    for old, new, days, kind, share in links:
        ways.setdefault(old, []).append(SuccessionLink(new, START + timedelta(days), kind, share))
    since, until = (START, END) if forward else (END, START)
    found = reached(ways, alive, since, until)
    assert {there.unit for there in found} <= alive
    assert len({there.unit for there in found}) == len(found)

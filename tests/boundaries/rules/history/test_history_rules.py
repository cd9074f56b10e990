"""Rules on history: acts, codes, areas over time, and territory that passes on."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from boundaries.network.leaf_faces import Region
from boundaries.rules.common.measures import Metric
from boundaries.rules.common.spatial_finding import SpatialFinding
from boundaries.rules.common.tolerances import Tolerances
from boundaries.rules.history.area_conservation import find_unconserved_areas, iter_change_events
from boundaries.rules.history.code_rules import find_code_change_flaws, find_reissued_codes
from boundaries.rules.history.history_context import HistoryContext
from boundaries.rules.history.version_rules import (
    find_area_period_flaws,
    find_changes_without_act,
    find_daily_coverage_flaws,
)
from gazetteer.ledger.period import UNBOUNDED, Period, PeriodEnd, Precision
from tests.boundaries.network.drawn_timelines import derive_network_timelines
from tests.boundaries.rules.network.register_samples import (
    SPACE,
    get_unit_id,
    make_area_tenure,
    make_history,
    make_network_history,
    make_tenure,
    make_units,
)
from tests.boundaries.rules.wording import assert_worded

DAY, ONE_DAY = date(2010, 5, 1), timedelta(days=1)
BEFORE, AFTER = date(2025, 8, 31), date(2025, 9, 1)
ACT = SPACE


def list_kinds(found: list[SpatialFinding]) -> list[tuple[str, str]]:
    assert_worded(found)
    return [(f.kind, f.severity) for f in found]


def list_units(known: HistoryContext, finding: SpatialFinding) -> set[UUID]:
    return {known.units[n] for n in finding.features}


# Codes


@pytest.mark.parametrize(("on", "grade"), [(AFTER, "error"), (BEFORE, "info")])
def test_a_code_issued_again_is_an_error_since_order_79_only(on: date, grade: str) -> None:
    known = make_history(
        {"old": [make_tenure("440511", None, DAY)], "new": [make_tenure("440511", on)]},
        codes=[("old", "440511", None, DAY), ("new", "440511", on, None)],
    )
    (found,) = find_reissued_codes(known)
    assert (found.kind, found.severity) == ("issued_again", grade)
    assert list_units(known, found) == {get_unit_id("old"), get_unit_id("new")}
    assert (found.message.params["retired"], found.message.params["since"]) == (str(DAY), str(on))
    assert_worded([found])


def test_a_code_that_a_unit_lays_down_and_takes_up_again_is_its_own() -> None:
    codes = [("one", "440511", None, DAY), ("one", "440511", AFTER, None)]
    assert list(find_reissued_codes(make_history({}, codes=codes))) == []


def test_a_code_of_two_units_on_one_day_is_an_error_at_any_time() -> None:
    codes = [("old", "440511", None, date(1995, 1, 1)), ("new", "440511", date(1994, 1, 1), None)]
    assert list_kinds(list(find_reissued_codes(make_history({}, codes=codes)))) == [
        ("two_units", "error")
    ]


def test_a_code_to_be_issued_after_the_day_asked_for_is_not_validated() -> None:
    codes = [("old", "440511", None, DAY), ("new", "440511", AFTER, None)]
    assert list(find_reissued_codes(make_history({}, codes=codes, until=BEFORE))) == []


@pytest.mark.parametrize(("on", "grade"), [(AFTER, "error"), (BEFORE, "info")])
@pytest.mark.parametrize(
    ("code", "parent", "kind"),
    [
        ("440106", "440100", None),  # renamed, or its border or seat moved: the code stays
        ("440107", "440100", "changed"),
        ("440106", "440200", "kept"),
        ("440206", "440200", None),
    ],
)
def test_a_code_changes_with_the_parent_and_with_nothing_else(
    code: str, parent: str, kind: str | None, on: date, grade: str
) -> None:
    lives = [make_tenure("440106", None, on), make_tenure(code, on, name="新名", parent=parent)]
    found = list(find_code_change_flaws(make_history({"one": lives})))
    assert list_kinds(found) == ([(kind, grade)] if kind else [])


def test_a_county_that_became_a_city_has_a_new_code_rightly() -> None:
    lives = [make_tenure("440125", None, AFTER), make_tenure("440183", AFTER, unit_type="县级市")]
    assert list(find_code_change_flaws(make_history({"one": lives}))) == []


def test_a_parent_replaced_by_its_heir_with_the_same_code_is_no_other_parent() -> None:
    lives = [make_tenure("440106", None, AFTER), make_tenure("440106", AFTER, parent="heir")]
    prefecture = {
        "440100": [make_tenure("440100", None, AFTER)],
        "heir": [make_tenure("440100", AFTER)],
    }
    heir = [("440100", "heir", AFTER)]
    assert (
        list(find_code_change_flaws(make_history({"one": lives, **prefecture}, links=heir))) == []
    )
    assert list_kinds(list(find_code_change_flaws(make_history({"one": lives, **prefecture})))) == [
        ("kept", "error")
    ]


# Areas through time


@pytest.mark.parametrize(
    ("first_stop", "second_start", "told"),
    [
        (DAY, DAY, []),
        (DAY, date(2011, 1, 1), [("days_between", "warning")]),
        (date(2011, 1, 1), DAY, [("two_areas", "error")]),
    ],
)
def test_areas_of_a_unit_follow_each_other_day_by_day(
    first_stop: date, second_start: date, told: list[tuple[str, str]]
) -> None:
    lives = [
        make_area_tenure(1, "one", None, first_stop),
        make_area_tenure(2, "one", second_start, None),
        make_area_tenure(3, "two", None, None),
    ]
    known = make_history({"one": [make_tenure("440106")]}, areas=lives)
    assert list_kinds(list(find_area_period_flaws(known))) == told


def test_a_unit_that_was_not_in_force_had_no_area_rightly() -> None:
    lives = [make_area_tenure(1, "one", None, DAY), make_area_tenure(2, "one", AFTER, None)]
    states = [make_tenure("440106", None, DAY), make_tenure("440106", AFTER)]
    assert list(find_area_period_flaws(make_history({"one": states}, areas=lives))) == []


# Acts behind changes, and the coverage on every day

WEST, EAST, BOTH = box(113, 23, 113.1, 23.1), box(113.1, 23, 113.2, 23.1), box(113, 23, 113.2, 23.1)


def make_split(bound: PeriodEnd, west: shapely.Geometry = WEST) -> HistoryContext:
    """440101 was divided into 440102 and 440103 on a day."""
    regions = [
        Region(code, "440100", shape, ((get_unit_id(code), span),), 1.0, "made")
        for code, shape, span in (
            ("440101", BOTH, Period(UNBOUNDED, bound)),
            ("440102", west, Period(bound, UNBOUNDED)),
            ("440103", EAST, Period(bound, UNBOUNDED)),
        )
    ]
    network = make_network_history(
        derive_network_timelines(regions), make_units(["440101", "440102", "440103"])
    )
    states = {code: [make_tenure(code)] for code in ("440101", "440102", "440103")}
    return make_history(states, network=network)


def test_a_change_without_an_act_is_reported_once_with_everybody_and_its_place() -> None:
    known = make_split(PeriodEnd(DAY, None, Precision.DAY))
    (found,) = find_changes_without_act(known)
    assert (found.kind, found.severity) == ("no_act", "error")
    assert list_units(known, found) == {get_unit_id(c) for c in ("440101", "440102", "440103")}
    assert found.geometry is not None and found.geometry.bounds == BOTH.bounds
    assert list(find_changes_without_act(make_split(PeriodEnd(DAY, ACT, Precision.DAY)))) == []


def make_arrival(neighbour_stop: PeriodEnd, east: shapely.Geometry = EAST) -> HistoryContext:
    """440103 is known from a day on; its neighbour 440102 all the time, redrawn after its stop."""
    bound = PeriodEnd(DAY, None, Precision.YEAR)
    regions = [
        Region("440102", "440100", WEST, ((get_unit_id("440102"), Period()),), 1.0, "made"),
        Region(
            "440103", "440100", east, ((get_unit_id("440103"), Period(bound, UNBOUNDED)),), 1.0, "m"
        ),
    ]
    if neighbour_stop.on:
        before, after = Period(UNBOUNDED, neighbour_stop), Period(neighbour_stop, UNBOUNDED)
        west = get_unit_id("440102")
        regions[:1] = [
            Region("440102", "440100", BOTH, ((west, before),), 1.0, "made"),
            Region("440102", "440100", WEST, ((west, after),), 1.0, "made"),
        ]
    codes = ["440102", "440103"]
    network = make_network_history(derive_network_timelines(regions), make_units(codes))
    return make_history({code: [make_tenure(code)] for code in codes}, network=network)


def test_ground_that_becomes_known_on_a_day_is_no_change_of_its_borders() -> None:
    assert list(find_changes_without_act(make_arrival(UNBOUNDED))) == []


def test_ground_that_a_known_neighbour_gives_on_that_day_is_a_change() -> None:
    bound = PeriodEnd(DAY, None, Precision.YEAR)
    assert list_kinds(list(find_changes_without_act(make_arrival(bound)))) == [("no_act", "error")]


def test_a_coverage_that_is_whole_on_every_day_has_no_finding() -> None:
    assert list(find_daily_coverage_flaws(make_split(PeriodEnd(DAY, ACT, Precision.DAY)))) == []


def cut_strip(width_m: float) -> shapely.Polygon:
    """The western county without a strip at its border with the eastern one."""
    edge = 113.1 - width_m / 102_300
    shut = shapely.box(113, 23, 113.1, 23.05).union(box(113, 23.06, 113.1, 23.1))
    return shut.union(box(113, 23.05, edge, 23.06))


@settings(derandomize=True, deadline=None, max_examples=12)
@given(st.floats(0.2, 0.9))
def test_a_gap_from_a_day_on_is_reported_with_the_day(width_m: float) -> None:
    """Between the two new counties nobody has a strip."""
    known = make_split(PeriodEnd(DAY, ACT, Precision.DAY), cut_strip(width_m))
    (found,) = find_daily_coverage_flaws(known)
    assert (found.rule, found.kind) == ("TOP-VER-03", "gap")
    assert list_units(known, found) == {get_unit_id("440102"), get_unit_id("440103")}
    assert found.message.params["day"] == str(DAY)
    assert found.text("zh").startswith(f"自 {DAY} 起，") and f"{DAY}: Gap" in found.text("en")
    assert_worded([found])
    assert found.measured == pytest.approx(width_m, rel=0.02)


@pytest.mark.parametrize(
    ("since", "until", "count"),
    [(DAY - ONE_DAY, DAY, 1), (DAY, date(2030, 1, 1), 0), (date.min, DAY - ONE_DAY, 0)],
)
def test_only_changes_after_the_first_and_up_to_the_last_day_are_checked(
    since: date, until: date, count: int
) -> None:
    """By one change a unit gets a second area, a code returns and a strip is left to nobody."""
    codes = ("440101", "440102", "440103", "old")
    known = make_history(
        {code: [make_tenure(code)] for code in codes},
        codes=[("old", "440511", None, DAY), ("440102", "440511", DAY, None)],
        areas=[make_area_tenure(1, "old", None, None), make_area_tenure(2, "old", DAY, None)],
        network=make_split(PeriodEnd(DAY, None, Precision.DAY), cut_strip(0.5)).network,
        until=until,
    )
    checked = replace(known, since=since)
    rules = (
        find_area_period_flaws,
        find_changes_without_act,
        find_daily_coverage_flaws,
        find_reissued_codes,
    )
    counts = {rule.__name__: len(list(rule(checked))) for rule in rules}
    assert counts == {rule.__name__: count for rule in rules}


def test_a_border_that_does_not_close_on_a_day_is_reported_and_stops_nothing() -> None:
    known = make_split(PeriodEnd(DAY, ACT, Precision.DAY))
    network = known.network
    inner = [
        k for k in range(len(network.net)) if -1 not in (network.net.left[k], network.net.right[k])
    ]
    start = network.start.copy()
    start[inner] = date(2040, 1, 1).toordinal()
    broken = make_history(
        {c: [make_tenure(c)] for c in ("440101", "440102", "440103")},
        network=type(network)(
            *(network.net, network.faces, network.edges, network.nodes),
            *(start, network.stop, network.without_act, network.units),
        ),
    )
    (found,) = find_daily_coverage_flaws(broken)
    assert (found.kind, found.severity) == ("open", "error")
    assert list_units(broken, found) == {get_unit_id("440102"), get_unit_id("440103")}


# Ground passed on


def check_change(
    before: dict[str, shapely.Geometry],
    after: dict[str, shapely.Geometry],
    links: list[tuple[str, str]],
    source: str = "made",
) -> list[SpatialFinding]:
    """The findings on a change of a day, given the areas before and after it."""
    states = {}
    for name in {*before, *after}:
        start, stop = (None if name in before else DAY), (None if name in after else DAY)
        states[name] = [make_tenure(name, start, stop)]
    lives = [make_area_tenure(n, name, None, DAY) for n, name in enumerate(before)]
    lives += [make_area_tenure(100 + n, name, DAY, None, source) for n, name in enumerate(after)]
    known = make_history(states, links=[(*link, DAY) for link in links], areas=lives)
    shapes = dict(enumerate(before.values())) | dict(enumerate(after.values(), start=100))
    return list(
        find_unconserved_areas(known, list(iter_change_events(known)), shapes, Tolerances())
    )


SPLIT = [("old", "west"), ("old", "east")]


def test_a_unit_divided_without_a_rest_has_no_finding() -> None:
    assert check_change({"old": BOTH}, {"west": WEST, "east": EAST}, SPLIT) == []
    assert check_change({"west": WEST, "east": EAST}, {"old": BOTH}, [s[::-1] for s in SPLIT]) == []


@settings(derandomize=True, deadline=None, max_examples=12)
@given(st.floats(1.0, 500.0), st.booleans())
def test_area_lost_or_won_is_reported_with_its_area_and_width(width_m: float, won: bool) -> None:
    far = width_m / 102_300 * (1 if won else -1)
    east = box(113.1, 23, 113.2 + far, 23.1)
    (found,) = check_change({"old": BOTH}, {"west": WEST, "east": east}, SPLIT)
    assert (found.kind, found.severity) == ("won" if won else "lost", "error")
    assert found.measured == pytest.approx(width_m, rel=0.01)
    area = float(Metric().measure_areas([found.geometry])[0])
    assert found.area_m2 == pytest.approx(area)
    assert found.limit == Tolerances().overlap_m
    assert found.geometry is not None and len(found.features) == 3


def test_areas_of_two_makers_may_differ_by_their_accuracy() -> None:
    east = box(113.1, 23, 113.2 + 8 / 102_300, 23.1)  # 8 m; good to 5 m each, that is 10 m
    assert check_change({"old": BOTH}, {"west": WEST, "east": east}, SPLIT, "another") == []


def test_where_an_area_is_not_known_nothing_is_reported() -> None:
    states = {"old": [make_tenure("440101", None, DAY)], "new": [make_tenure("440102", DAY)]}
    lives = [make_area_tenure(1, "new", DAY, None)]
    known = make_history(states, links=[("old", "new", DAY)], areas=lives)
    assert list(iter_change_events(known)) == []


def test_a_unit_above_that_is_known_in_part_is_not_checked() -> None:
    """440102 was in force before, but its area is known from the day on only."""
    states = {
        "440100": [make_tenure("440100")],
        "440101": [make_tenure("440101", parent="440100")],
        "440102": [make_tenure("440102", parent="440100")],
        "440103": [make_tenure("440103", DAY, parent="440100")],
    }
    links = [("440100", "440103", DAY)]
    areas = [
        make_area_tenure(1, "440100", None, DAY),
        make_area_tenure(2, "440100", DAY, None),
        make_area_tenure(3, "440101", None, None),
        make_area_tenure(4, "440102", DAY, None),
        make_area_tenure(5, "440103", DAY, None),
    ]
    assert list(iter_change_events(make_history(states, links=links, areas=areas))) == []


def test_a_unit_divided_for_the_first_time_held_ground_that_is_not_known() -> None:
    states = {
        "440100": [make_tenure("440100")],
        "440101": [make_tenure("440101", parent="440100")],
        "440103": [make_tenure("440103", DAY, parent="440100")],
    }
    areas = [
        make_area_tenure(1, "440100", None, DAY),
        make_area_tenure(2, "440100", DAY, None),
        make_area_tenure(3, "440101", None, None),
        make_area_tenure(4, "440103", DAY, None),
    ]
    divided = make_history(states, links=[("440100", "440103", DAY)], areas=areas)
    assert list(iter_change_events(divided)) == []
    between = make_history(states, links=[("440101", "440103", DAY)], areas=areas)
    assert [event.on for event in iter_change_events(between)] == [DAY]


def test_area_that_passed_while_nothing_moved_is_reported() -> None:
    states = {"west": [make_tenure("440101")], "east": [make_tenure("440102")]}
    lives = [make_area_tenure(1, "east", None, None), make_area_tenure(2, "west", None, None)]
    known = make_history(states, links=[("west", "east", DAY)], areas=lives)
    found = list(
        find_unconserved_areas(
            known, list(iter_change_events(known)), {1: EAST, 2: WEST}, Tolerances()
        )
    )
    assert list_kinds(found) == [("unchanged", "warning")]
    assert (
        list(
            iter_change_events(
                make_history(states, links=[("west", "east", AFTER)], areas=lives, until=DAY)
            )
        )
        == []
    )

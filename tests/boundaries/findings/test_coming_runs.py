"""Runs check today and every day to come on which something changes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import psycopg
import shapely

from boundaries.findings import finding_store
from boundaries.findings.finding_store import FindingFilter, FindingRecord
from boundaries.findings.validation_run import run_validation
from boundaries.register_ledger import LEDGER
from boundaries.rules.observations import SpatialObservation
from boundaries.rules.register_observer import RegisterObserver, list_checked_days
from gazetteer.ledger.as_of import today
from gazetteer.ledger.publish import Changeset
from gazetteer.rules.finding_workflow import FindingState
from tests.boundaries.areas.area_samples import span
from tests.boundaries.areas.coming_samples import (
    ARRIVING,
    COMING,
    STAYING,
    draw_edge,
    plant_succession,
)
from tests.boundaries.findings.finding_samples import (
    CLEAN,
    EAST,
    FAR,
    MIDDLE,
    NOTCH,
    WEST,
    east,
    redraw,
    redraw_from,
    west,
)

SOON, LATER = today() + timedelta(days=30), today() + timedelta(days=400)


def run_on(conn: psycopg.Connection) -> list[FindingRecord]:
    """The overlaps that are known after a run."""
    run_validation(conn, actor="operator:test")
    return finding_store.load_findings(conn, FindingFilter(rule="TOP-COV-01"))


def observe(conn: psycopg.Connection, days: Sequence[date]) -> list[list[tuple[str, date | None]]]:
    """Rule and first day of what is new on each day."""
    observer = RegisterObserver()

    def key(found: SpatialObservation) -> tuple[str, date | None]:
        return found.key.rule, found.begins_on

    return [[key(found) for found in observer.observe_day(conn, day)] for day in days]


def test_what_appears_on_a_day_to_come_is_found_today_with_that_day(
    planted: psycopg.Connection,
) -> None:
    redraw(planted, WEST, west(CLEAN))
    redraw_from(planted, WEST, west(), SOON)
    (found,) = run_on(planted)
    observation = found.finding.observation
    assert (found.finding.state, observation.begins_on) == (FindingState.OPEN, SOON)
    assert observation.message.text("en") in observation.dated_message.text("en")
    assert observation.dated_message.text("en").startswith("From ")


def test_what_is_there_today_and_still_then_is_one_finding(planted: psycopg.Connection) -> None:
    (today_found,) = run_on(planted)
    redraw_from(planted, EAST, east(south=22.99), SOON)
    (found,) = run_on(planted)
    assert found.finding == today_found.finding
    assert found.finding.observation.begins_on is None


def test_what_ends_on_a_day_to_come_is_there_today(planted: psycopg.Connection) -> None:
    redraw_from(planted, WEST, west(CLEAN), SOON)
    (found,) = run_on(planted)
    assert (found.finding.state, found.finding.observation.begins_on) == (FindingState.OPEN, None)


def test_an_announced_flaw_that_is_announced_better_is_verified(
    planted: psycopg.Connection,
) -> None:
    redraw(planted, WEST, west(CLEAN))
    redraw_from(planted, WEST, west(), SOON)
    run_on(planted)
    redraw_from(planted, WEST, west(CLEAN), SOON)
    (found,) = run_on(planted)
    assert found.finding.state is FindingState.VERIFIED


def test_an_announced_flaw_of_another_day_has_changed(planted: psycopg.Connection) -> None:
    redraw(planted, WEST, west(CLEAN))
    redraw_from(planted, WEST, west(), LATER)
    (before,) = run_on(planted)
    redraw_from(planted, WEST, west(), SOON)
    (after,) = run_on(planted)
    assert after.finding.finding_id == before.finding.finding_id
    assert after.finding.observation.begins_on == SOON
    steps = [event.step for event in finding_store.load_events(planted, after)]
    assert steps == ["found", "changed"]


def test_each_day_tells_only_what_the_days_before_did_not(planted: psycopg.Connection) -> None:
    redraw_from(planted, WEST, west(CLEAN), SOON)
    redraw_from(planted, WEST, west(), LATER)
    days = list_checked_days(planted)
    assert days == [today(), SOON, LATER]
    first, second, third = observe(planted, days)
    assert ("TOP-COV-01", None) in first
    assert (second, third) == ([("TOP-VER-02", SOON)], [])  # redrawn without an act
    assert ("TOP-COV-01", LATER) in observe(planted, [SOON, LATER])[1]


def test_a_change_to_come_without_an_act_is_found_and_one_with_an_act_is_not(
    conn: psycopg.Connection,
) -> None:
    plant_succession(conn)
    unfounded = COMING + timedelta(days=100)
    later = draw_edge("between", span(unfounded), STAYING, ARRIVING)
    redrawn = replace(later, attributes={**(later.attributes or {}), "accuracy_m": 2.0})
    LEDGER.publish_statements(conn, Changeset("registrar", "measured", "correction"), [redrawn])
    days = list_checked_days(conn)
    assert days == [today(), COMING, unfounded]
    on_changes = [
        [found for found in one_day if found[0].startswith("TOP-VER")]
        for one_day in observe(conn, days)
    ]
    assert on_changes == [[], [], [("TOP-VER-02", unfounded)]]


def test_two_places_on_one_border_are_two_findings(planted: psycopg.Connection) -> None:
    """The second one lies farther from the first than a finding may move."""
    spike = shapely.Polygon([(MIDDLE, 23.04), (NOTCH[0], 23.045), (MIDDLE, 23.05)])
    redraw_from(planted, WEST, west().union(spike), SOON)
    found = run_on(planted)
    assert [one.finding.observation.begins_on for one in found] == [None, SOON]


def test_whoever_listens_hears_of_every_day(planted: psycopg.Connection) -> None:
    redraw_from(planted, FAR, shapely.box(112.9, 22.7, 113.0, 22.81), SOON)
    steps: list[tuple[int, int]] = []
    run_validation(
        planted, lambda done, total, _: steps.append((done, total)), actor="operator:test"
    )
    done = [one for one, _ in steps]
    assert done == sorted(done) and steps[0][0] == 0
    assert {total for _, total in steps} == {done[-1]}
    assert done[-1] // 2 in done

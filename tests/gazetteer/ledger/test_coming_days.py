"""The days to come on which something is known to change."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from boundaries.schema.area_kinds import REGISTER_KINDS
from gazetteer.ledger.as_of import today
from gazetteer.ledger.coming_days import load_coming_days
from gazetteer.ledger.period import Period, PeriodEnd
from gazetteer.ledger.record_kind import Audience
from gazetteer.ledger.versions import Statement
from tests.gazetteer.ledger.registers import UnitRecords, publish

SOON, LATER = today() + timedelta(days=1), today() + timedelta(days=400)


def load_days(conn: Connection[Any], after: date | None = None) -> list[date]:
    return load_coming_days(conn, REGISTER_KINDS, after or today())


def end_on(unit: UnitRecords, day: date) -> Sequence[Statement]:
    """The unit, its name and its code end on a day."""
    since = Period(PeriodEnd(day))
    records = (("unit", unit.unit), ("name", unit.name), ("code", unit.code))
    return [Statement(kind, record, since, None) for kind, record in records]


@pytest.fixture
def unit(conn: Connection[Any]) -> UnitRecords:
    """A unit that is in force, of which no change is known."""
    unit = UnitRecords()
    publish(conn, *unit.founded("440106", "天河区"))
    return unit


def test_what_began_before_and_has_no_end_has_no_day_to_come(
    conn: Connection[Any], unit: UnitRecords
) -> None:
    assert load_days(conn) == []


def test_starts_and_ends_to_come_are_days_each_once(
    conn: Connection[Any], unit: UnitRecords
) -> None:
    publish(conn, *end_on(unit, LATER))
    publish(conn, *UnitRecords().founded("440199", "云山区", LATER.isoformat()))
    publish(conn, *UnitRecords().founded("440198", "新区", SOON.isoformat()))
    assert load_days(conn) == [SOON, LATER]
    assert load_days(conn, SOON) == [LATER]


def test_a_change_of_today_is_not_to_come(conn: Connection[Any], unit: UnitRecords) -> None:
    publish(conn, *end_on(unit, today()))
    assert load_days(conn) == []


def test_a_change_that_was_taken_back_is_not_to_come(
    conn: Connection[Any], unit: UnitRecords
) -> None:
    publish(conn, *end_on(unit, LATER))
    founded = unit.founded("440106", "天河区")
    publish(conn, *(replace(one, replaces_later=True) for one in founded))
    assert load_days(conn) == []


def test_changes_of_internal_kinds_are_not_told(conn: Connection[Any]) -> None:
    publish(conn, *UnitRecords().founded("440199", "云山区", SOON.isoformat()))
    internal = {
        name: replace(kind, audience=Audience.INTERNAL) for name, kind in REGISTER_KINDS.items()
    }
    only_places = {**internal, "place": REGISTER_KINDS["place"]}
    assert load_coming_days(conn, only_places, today()) == []
    with_names = {**only_places, "name": REGISTER_KINDS["name"]}
    assert load_coming_days(conn, with_names, today()) == [SOON]


def test_every_kind_is_answered_from_an_index_of_its_own(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as conn:
        conn.execute("SET enable_seqscan = off")
        conn.execute("LOAD 'auto_explain'")
        conn.execute("SET auto_explain.log_min_duration = 0")
        conn.execute("SET client_min_messages = log")
        plans: list[str] = []
        conn.add_notice_handler(lambda notice: plans.append(notice.message_primary or ""))
        load_days(conn)
    public = [name for name, kind in REGISTER_KINDS.items() if kind.audience is Audience.PUBLIC]
    assert [name for name in public if f"{name}_coming" not in "".join(plans)] == []

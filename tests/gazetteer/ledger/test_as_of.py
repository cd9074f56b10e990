"""Two clocks and three bases: in force on which day, as known when, by which date of the acts."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg import Connection

from gazetteer.ledger.as_of import MOMENT_CTE, AsOf, Basis, in_force_sql, resolve_known_at
from gazetteer.ledger.period import UNBOUNDED, Period
from gazetteer.ledger.versions import Statement
from gazetteer.problems import InvalidValue
from tests.gazetteer.ledger.registers import CORRECTION, UnitRecords, act, day, publish, span

Conn = Connection[Any]


def name_of(conn: Conn, unit: UnitRecords, as_of: AsOf) -> list[str]:
    """The names of a unit at the moment: one, or none, or the test has found a fault."""
    rows = conn.execute(
        f"WITH {MOMENT_CTE} SELECT text FROM moment, name_version n"
        f" WHERE n.record_id = %(name)s AND {in_force_sql('n')}",
        {**as_of.to_sql_params(), "name": unit.name},
    )
    return [row[0] for row in rows]


def renamed(unit: UnitRecords, text: str, on: str, by: UUID | None = None) -> Statement:
    return Statement("name", unit.name, Period(day(on, by), UNBOUNDED), unit.named(text))


def test_a_correction_changes_what_is_known_and_not_what_was_known(conn: Conn) -> None:
    unit = UnitRecords()
    first = publish(conn, *unit.founded("440111", "白云区", "1987-01-01")).recorded_at
    second = publish(conn, renamed(unit, "新名区", "2005-01-01"), why=CORRECTION).recorded_at
    third = publish(
        conn,
        renamed(unit, "新名区", "2010-01-01"),
        Statement("name", unit.name, span("2005-01-01", "2010-01-01"), unit.named("白云区")),
        why=CORRECTION,
    ).recorded_at
    grid = {
        at: [
            name_of(conn, unit, AsOf(date.fromisoformat(at), known))
            for known in (first, second, third, None)
        ]
        for at in (
            "1986-12-31",
            "1987-01-01",
            "2004-12-31",
            "2005-01-01",
            "2009-12-31",
            "2010-01-01",
        )
    }
    old, new = ["白云区"], ["新名区"]
    assert grid == {
        "1986-12-31": [[], [], [], []],
        "1987-01-01": [old, old, old, old],
        "2004-12-31": [old, old, old, old],
        "2005-01-01": [old, new, old, old],
        "2009-12-31": [old, new, old, old],
        "2010-01-01": [old, new, new, new],
    }


def test_what_was_known_between_two_publications_is_what_the_first_one_said(conn: Conn) -> None:
    unit = UnitRecords()
    first = publish(conn, *unit.founded("440111", "白云区")).recorded_at
    second = publish(conn, renamed(unit, "新名区", "2005-01-01")).recorded_at
    just_before = second - timedelta(microseconds=1)
    assert first <= just_before
    assert name_of(conn, unit, AsOf(date(2020, 1, 1), just_before)) == ["白云区"]
    assert name_of(conn, unit, AsOf(date(2020, 1, 1), second)) == ["新名区"]


def test_an_act_can_be_announced_first_take_effect_later_and_be_carried_out_last(
    conn: Conn,
) -> None:
    unit, approval = UnitRecords(), uuid4()
    publish(conn, *unit.founded("440184", "从化市"))
    dates = {"announced_on": date(2014, 1, 20), "implemented_on": date(2014, 3, 1)}
    publish(conn, act(approval, **dates), renamed(unit, "从化区", "2014-02-12", approval))

    def names(at: str) -> list[list[str]]:
        return [name_of(conn, unit, AsOf(date.fromisoformat(at), None, b)) for b in Basis]

    old, new = ["从化市"], ["从化区"]
    assert list(Basis) == ["effective", "announced", "implemented"]
    assert names("2014-01-19") == [old, old, old]
    assert names("2014-01-20") == [old, new, old]
    assert names("2014-02-11") == [old, new, old]
    assert names("2014-02-12") == [new, new, old]
    assert names("2014-02-28") == [new, new, old]
    assert names("2014-03-01") == [new, new, new]


def test_without_the_day_of_the_basis_the_day_of_effect_stands_for_it(conn: Conn) -> None:
    unit, approval = UnitRecords(), uuid4()
    publish(conn, *unit.founded("440184", "从化市"))
    publish(conn, act(approval), renamed(unit, "从化区", "2014-02-12", approval))
    for basis in Basis:
        assert name_of(conn, unit, AsOf(date(2014, 2, 11), None, basis)) == ["从化市"]
        assert name_of(conn, unit, AsOf(date(2014, 2, 12), None, basis)) == ["从化区"]


def test_an_announcement_that_becomes_known_later_counts_from_then_on(conn: Conn) -> None:
    unit, approval = UnitRecords(), uuid4()
    publish(conn, *unit.founded("440184", "从化市"))
    before = publish(conn, act(approval), renamed(unit, "从化区", "2014-02-12", approval))
    publish(conn, act(approval, announced_on=date(2014, 1, 20)), why=CORRECTION)
    at = date(2014, 1, 25)
    assert name_of(conn, unit, AsOf(at, before.recorded_at, Basis.ANNOUNCED)) == ["从化市"]
    assert name_of(conn, unit, AsOf(at, None, Basis.ANNOUNCED)) == ["从化区"]
    assert name_of(conn, unit, AsOf(at, None, Basis.EFFECTIVE)) == ["从化市"]


def test_who_asks_without_a_moment_is_told_the_last_publication(conn: Conn) -> None:
    publish(conn, *UnitRecords().founded("440106", "天河区"))
    last = publish(conn, *UnitRecords().founded("440105", "海珠区")).recorded_at
    assert resolve_known_at(conn, AsOf(date(2020, 1, 1))) == last


@pytest.mark.parametrize(
    ("moment", "reason"),
    [
        (datetime(2000, 1, 1, tzinfo=UTC), "ledger.known_at_too_early"),
        (datetime(2200, 1, 1, tzinfo=UTC), "ledger.known_at_in_future"),
    ],
)
def test_a_moment_of_which_nothing_is_known_is_refused(
    conn: Conn, moment: datetime, reason: str
) -> None:
    publish(conn, *UnitRecords().founded("440106", "天河区"))
    with pytest.raises(InvalidValue) as refused:
        resolve_known_at(conn, AsOf(date(2020, 1, 1), moment))
    assert (refused.value.field, refused.value.message.id) == ("known_at", reason)


def test_a_deleted_period_is_empty_and_the_rest_stays(conn: Conn) -> None:
    unit = UnitRecords()
    publish(conn, *unit.founded("440106", "天河区"))
    gap = Statement("name", unit.name, span("2000-01-01", "2001-01-01"), None)
    publish(conn, gap, why=CORRECTION)
    found = [name_of(conn, unit, AsOf(date(year, 6, 1))) for year in (1999, 2000, 2001)]
    assert found == [["天河区"], [], ["天河区"]]


def test_an_empty_register_knows_of_now(conn: Conn) -> None:
    assert resolve_known_at(conn, AsOf(date(2020, 1, 1))) is not None

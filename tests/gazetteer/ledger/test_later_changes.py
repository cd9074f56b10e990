"""What is already known to change later is not taken back by a statement that does not say so."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg import Connection

from gazetteer.ledger.period import UNBOUNDED, Period, PeriodEnd, Precision
from gazetteer.ledger.versions import (
    Statement,
    Version,
    apply_statement,
    cut_at_next_change,
    find_next_change,
)
from gazetteer.problems import LaterChange
from tests.gazetteer.ledger.registers import CORRECTION, UnitRecords, act, publish, span

Conn = Connection[Any]

RECORD, ACT = uuid4(), uuid4()


def bound(year: int, cited: UUID | None = None) -> PeriodEnd:
    return PeriodEnd(date(year, 1, 1), cited, Precision.APPROVED)


def version(start: PeriodEnd, end: PeriodEnd, name: str) -> Version:
    return Version(Period(start, end), {"name": name})


KNOWN = (
    version(bound(1990), bound(2000, ACT), "甲"),
    version(bound(2000), bound(2010), "乙"),
    version(bound(2020, ACT), bound(2030), "丙"),
)
"""甲, then 乙, not in force for ten years, then 丙, and the end of 丙 is known."""


def stated(start: PeriodEnd, end: PeriodEnd = UNBOUNDED, *, name: str | None = "丁") -> Statement:
    attributes = {"name": name} if name else None
    return Statement("functional_area", RECORD, Period(start, end), attributes)


@pytest.mark.parametrize(
    ("statement", "change"),
    [
        (stated(UNBOUNDED), bound(1990)),
        (stated(bound(1990)), bound(2000, ACT)),  # of two ends of a day the one with an act
        (stated(bound(1995)), bound(2000, ACT)),
        (stated(bound(1995), bound(2000)), None),
        (stated(bound(1995), bound(2001)), bound(2000, ACT)),
        (stated(bound(2000)), bound(2010)),
        (stated(bound(2000), bound(2010)), None),
        (stated(bound(2015)), bound(2020, ACT)),
        (stated(bound(2015), bound(2020)), None),
        (stated(bound(2025)), bound(2030)),
        (stated(bound(2030)), None),
        (stated(bound(1995), name=None), bound(2000)),
        (stated(bound(2005), name=None), bound(2020, ACT)),  # it is not in force from 2010 anyway
        (stated(bound(2025), name=None), None),
    ],
)
def test_the_next_change_is_the_first_day_on_which_the_record_becomes_another(
    statement: Statement, change: PeriodEnd | None
) -> None:
    assert find_next_change(KNOWN, statement) == change
    end = statement.period.end if change is None else change
    assert cut_at_next_change(KNOWN, statement).period == Period(statement.period.start, end)


def test_a_statement_that_was_cut_leaves_the_rest_as_it_was() -> None:
    cut = cut_at_next_change(KNOWN, stated(bound(2005)))
    assert find_next_change(KNOWN, cut) is None
    assert apply_statement(KNOWN, cut) == (
        KNOWN[0],
        version(bound(2000), bound(2005), "乙"),
        version(bound(2005), bound(2010), "丁"),
        KNOWN[2],
    )


def test_nothing_known_is_nothing_to_cut() -> None:
    assert cut_at_next_change((), stated(UNBOUNDED)) == stated(UNBOUNDED)


@pytest.fixture
def renamed(conn: Conn) -> UnitRecords:
    """A county that an act renames in 2030."""
    unit = UnitRecords()
    publish(
        conn, *unit.founded("440184", "从化县"), act(ACT, title="批复", number="国函〔2029〕9号")
    )
    later = Statement("name", unit.name, span("2030-01-01", act=ACT), unit.named("从化区"))
    publish(conn, later, why=CORRECTION)
    return unit


def names_of(conn: Conn, unit: UnitRecords) -> list[tuple[str, date | None]]:
    return conn.execute(
        "SELECT text, upper(valid) FROM name_version"
        " WHERE record_id = %s AND upper_inf(recorded) ORDER BY valid",
        (unit.name,),
    ).fetchall()


def test_a_statement_that_would_take_back_a_later_change_is_refused_and_names_it(
    conn: Conn, renamed: UnitRecords
) -> None:
    corrected = Statement("name", renamed.name, span("1994-04-02"), renamed.named("从化市"))
    with pytest.raises(LaterChange) as refused:
        publish(conn, act(uuid4()), corrected, why=CORRECTION)
    assert (refused.value.code, refused.value.field) == ("later_change", "valid")
    assert refused.value.extras == {
        "kind": "name",
        "record": str(renamed.name),
        "day": "2030-01-01",
        "act": {"act_id": str(ACT), "title": "批复", "number": "国函〔2029〕9号"},
    }
    assert "2030-01-01 已依“国函〔2029〕9号”变更" in refused.value.text("zh")
    assert names_of(conn, renamed) == [("从化县", date(2030, 1, 1)), ("从化区", None)]
    assert conn.execute("SELECT changeset_id FROM ledger_head").fetchone() == (2,)


def test_a_later_change_without_an_act_is_named_by_its_day(conn: Conn) -> None:
    unit = UnitRecords()
    publish(conn, *unit.founded("440184", "从化县"))
    publish(conn, Statement("name", unit.name, span("2030-01-01"), None), why=CORRECTION)
    with pytest.raises(LaterChange) as refused:
        publish(conn, Statement("name", unit.name, span("1994-04-02"), unit.named("从化市")))
    assert "act" not in refused.value.extras
    assert "2030-01-01 已有变更" in refused.value.text("zh")


def test_the_same_statement_until_the_later_change_is_published(
    conn: Conn, renamed: UnitRecords
) -> None:
    until = Statement(
        "name", renamed.name, span("1994-04-02", "2030-01-01"), renamed.named("从化市")
    )
    publish(conn, until, why=CORRECTION)
    assert names_of(conn, renamed) == [
        ("从化县", date(1994, 4, 2)),
        ("从化市", date(2030, 1, 1)),
        ("从化区", None),
    ]


def test_a_statement_that_says_so_replaces_the_later_change(
    conn: Conn, renamed: UnitRecords
) -> None:
    name, period = renamed.named("从化市"), span("1994-04-02")
    said = Statement("name", renamed.name, period, name, replaces_later=True)
    publish(conn, said, why=CORRECTION)
    assert names_of(conn, renamed) == [("从化县", date(1994, 4, 2)), ("从化市", None)]


def test_of_two_statements_about_a_record_the_second_does_not_take_back_the_first(
    conn: Conn, renamed: UnitRecords
) -> None:
    first = Statement("name", renamed.name, span("2010-01-01", "2030-01-01"), renamed.named("从"))
    second = Statement("name", renamed.name, span("2000-01-01", "2030-01-01"), renamed.named("化"))
    with pytest.raises(LaterChange) as refused:
        publish(conn, first, second, why=CORRECTION)
    assert refused.value.extras["day"] == "2010-01-01"
    assert len(names_of(conn, renamed)) == 2

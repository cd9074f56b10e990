"""The derived states of units against a slow oracle that knows only versions and single days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from psycopg import Connection
from psycopg.rows import dict_row

from gazetteer.ledger.versions import Statement
from tests.gazetteer.ledger.registers import (
    CORRECTION,
    RandomChanges,
    UnitRecords,
    act,
    publish,
    span,
)

Conn = Connection[Any]
Row = dict[str, Any]
Answer = tuple[Any, ...]


@dataclass(frozen=True)
class Oracle:
    """What was known at a moment, as plain rows; each question is answered by looking at all."""

    units: list[Row]
    codes: list[Row]
    names: list[Row]
    spellings: list[Row]

    @classmethod
    def at(cls, conn: Conn, moment: datetime) -> "Oracle":
        return cls(*(_known(conn, kind, moment) for kind in ("unit", "code", "name", "spelling")))

    def on(self, unit: UUID, day: date) -> tuple[Answer | None, list[Row]]:
        """The state of a unit on a day, and the versions that it follows from (best one first)."""
        units = [v for v in self.units if v["record_id"] == unit and day in v["valid"]]
        if not units:
            return None, []
        [of_unit] = units
        name = _one(
            v
            for v in self.names
            if v["place_id"] == of_unit["place_id"]
            and of_unit["place_id"]
            and v["name_kind"] == "standard"
            and v["language"] == "zh-Hans"
            and day in v["valid"]
        )
        spelling = _one(
            v
            for v in self.spellings
            if name
            and v["name_id"] == name["record_id"]
            and v["system"] == "pinyin"
            and day in v["valid"]
        )
        code = _one(v for v in self.codes if v["unit_id"] == unit and day in v["valid"])
        answer = (
            of_unit["level"],
            of_unit["unit_type"],
            code and code["code"],
            name and name["text"],
            spelling and spelling["text"],
            of_unit["place_id"],
            of_unit["custody_parent"] or of_unit["subordination_parent"],
        )
        return answer, [part for part in (of_unit, spelling, name, code) if part]


def _known(conn: Conn, kind: str, moment: datetime) -> list[Row]:
    cursor = conn.cursor(row_factory=dict_row)
    rows = cursor.execute(f"SELECT * FROM {kind}_version").fetchall()
    return [row for row in rows if moment in row["recorded"]]


def _one(versions: Iterator[Row]) -> Row | None:
    found = list(versions)
    assert len(found) <= 1
    return found[0] if found else None


def _explained(parts: list[Row], side: str, on: date | None) -> tuple[UUID | None, str]:
    """By which act and how surely a bound is known: a part that has it, best one with an act."""
    bound, by, precision = {
        "start": ("lower", "started_by", "start_precision"),
        "end": ("upper", "ended_by", "end_precision"),
    }[side]
    having = [part for part in parts if on is not None and getattr(part["valid"], bound) == on]
    for part in sorted(having, key=lambda part: part[by] is None):
        return part[by], part[precision]
    return None, "unknown"


def _states(conn: Conn, moment: datetime) -> list[Row]:
    cursor = conn.cursor(row_factory=dict_row)
    rows = cursor.execute("SELECT * FROM unit_state").fetchall()
    return [row for row in rows if moment in row["recorded"]]


def _shown(state: Row) -> Answer:
    columns = ("level", "unit_type", "code", "name", "romanized_name", "place_id", "parent_id")
    return tuple(state[column] for column in columns)


def _telling_days(oracle: Oracle, states: list[Row]) -> list[date]:
    """Every day on which something may begin, and the day before it."""
    bounds = {
        bound
        for row in [*oracle.units, *oracle.codes, *oracle.names, *oracle.spellings, *states]
        for bound in (row["valid"].lower, row["valid"].upper)
        if bound is not None
    }
    return sorted(bounds | {bound - timedelta(days=1) for bound in bounds})


def hold_against_oracle(conn: Conn, moment: datetime) -> None:
    """Every state that was known at the moment, on every day that may tell a difference."""
    oracle, states = Oracle.at(conn, moment), _states(conn, moment)
    units = {row["record_id"] for row in oracle.units} | {row["unit_id"] for row in states}
    for unit in units:
        mine = [state for state in states if state["unit_id"] == unit]
        for day in _telling_days(oracle, mine):
            wanted, _ = oracle.on(unit, day)
            found = [_shown(state) for state in mine if day in state["valid"]]
            assert found == ([] if wanted is None else [wanted]), (unit, day)
        for state in mine:
            assert _bounds(state) == _wanted_bounds(oracle, state), state


def _bounds(state: Row) -> Answer:
    return (
        (state["started_by"], state["start_precision"]),
        (state["ended_by"], state["end_precision"]),
    )


def _wanted_bounds(oracle: Oracle, state: Row) -> Answer:
    valid, unit = state["valid"], state["unit_id"]
    first = valid.lower or (valid.upper or date(2000, 1, 1)) - timedelta(days=1)
    last = valid.upper - timedelta(days=1) if valid.upper else first
    return (
        _explained(oracle.on(unit, first)[1], "start", valid.lower),
        _explained(oracle.on(unit, last)[1], "end", valid.upper),
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_states_follow_from_versions_after_random_changes(conn: Conn, seed: int) -> None:
    register = RandomChanges(seed, units=6)
    register.found(conn)
    moments = [p.recorded_at for _ in range(60) if (p := register.publish(conn))]
    assert len(moments) > 15
    for moment in moments[::7] + moments[-1:]:
        hold_against_oracle(conn, moment)


def test_a_state_begins_where_a_name_begins(conn: Conn) -> None:
    unit = UnitRecords()
    publish(conn, *unit.founded("440106", "天河区"))
    publish(conn, Statement("name", unit.name, span("2000-01-01"), unit.named("天大区")))
    rows = conn.execute(
        "SELECT name, lower(valid), upper(valid) FROM unit_state"
        " WHERE upper_inf(recorded) ORDER BY valid"
    ).fetchall()
    assert rows == [
        ("天河区", date(1985, 5, 24), date(2000, 1, 1)),
        ("天大区", date(2000, 1, 1), None),
    ]


def test_names_in_other_languages_do_not_disturb_the_state(conn: Conn) -> None:
    unit = UnitRecords()
    publish(conn, *unit.founded("440106", "天河区"))
    other = Statement(
        "name",
        UnitRecords().name,
        span("1985-05-24"),
        {**unit.named("天河區"), "language": "zh-Hant"},
    )
    publish(conn, other)
    row = conn.execute("SELECT name FROM unit_state WHERE upper_inf(recorded)").fetchall()
    assert row == [("天河区",)]


def test_an_act_explains_only_the_bound_that_it_set(conn: Conn) -> None:
    unit, naming = UnitRecords(), UnitRecords().unit
    publish(conn, *unit.founded("440106", "天河区", "1985-05-24"))
    # The place had its name, by an act, long before the unit.
    since = span("1950-01-01", act=naming)
    named = Statement("name", unit.name, since, unit.named("天河"), replaces_later=True)
    publish(conn, act(naming), named, why=CORRECTION)
    rows = conn.execute("SELECT started_by FROM unit_state WHERE upper_inf(recorded)").fetchall()
    assert rows == [(None,)]

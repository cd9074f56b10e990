"""Each check finds its fault, names what it is about, and says nothing of a sound register."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from psycopg import Connection

from gazetteer.ledger.period import Period, PeriodEnd
from gazetteer.ledger.versions import Statement
from gazetteer.messages import LANGS, message
from gazetteer.records.check_result import CheckResult
from gazetteer.records.record_checks import CHECKS, run_check
from tests.boundaries.areas.area_samples import LEDGER, LOAD, record, unit

Conn = Connection[Any]
Statements = list[Statement]
MIDDLE = date(2000, 1, 1)


def link(number: int, old: str, new: str, day: date, share: float | None = None) -> Statement:
    attributes = {
        "from_unit": record("unit", old),
        "to_unit": record("unit", new),
        "link_kind": "part_of",
        "share_from": share,
    }
    return Statement("succession", UUID(int=number), Period(PeriodEnd(day)), attributes)


def sound() -> Statements:
    """A province, a prefecture, two counties, and one that became another."""
    return [
        *unit("440000", "广东省", "province"),
        *unit("440100", "广州市", "prefecture", "440000"),
        *unit("440106", "天河区", "county", "440100"),
        *unit("440121", "花县", "county", "440100", end=MIDDLE),
        *unit("440181", "花都市", "county", "440100", start=MIDDLE),
        link(1, "440121", "440181", MIDDLE, 1.0),
    ]


def without(kind: str, statements: Statements) -> Statements:
    return [statement for statement in statements if statement.kind != kind]


def same_code_in_another_system() -> Statements:
    township = unit("440199", "五山", "county", "440100")
    carried = {"unit_id": record("unit", "440199"), "code": "440106", "code_system": "stats"}
    code = Statement("code", record("code", "440199"), township[0].period, carried)
    return [*without("code", township), code]


FAULTS: dict[str, tuple[Callable[[], Statements], str]] = {
    "code_collision": (same_code_in_another_system, "440106"),
    "parent_not_in_force": (
        lambda: unit("440122", "从化县", "county", "440181"),  # the parent begins in 2000
        "440122",
    ),
    "no_parent": (lambda: unit("440122", "从化县", "county"), "440122"),
    "parent_not_above": (lambda: unit("440122", "从化县", "county", "440106"), "440122"),
    "no_name_or_code": (
        lambda: without("name", unit("440122", "从化县", "county", "440100")),
        "440122",
    ),
    "territory_lost": (
        lambda: unit("440122", "从化县", "county", "440100", end=MIDDLE),
        "440122",
    ),
    "share_over_one": (
        lambda: [link(2, "440121", "440106", MIDDLE, 0.5)],
        str(record("unit", "440121")),
    ),
    "succession_out_of_time": (
        lambda: [link(2, "440121", "440106", date(2010, 1, 1))],
        str(record("unit", "440121")),
    ),
}


def findings(conn: Conn) -> list[CheckResult]:
    return [finding for check in CHECKS for finding in run_check(conn, check)]


def test_every_check_has_a_fault_here() -> None:
    assert {check.id for check in CHECKS} == {*FAULTS, "periods_overlap"}


def test_nothing_is_found_in_a_sound_register(conn: Conn) -> None:
    LEDGER.publish_statements(conn, LOAD, sound())
    assert findings(conn) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_with_its_subject_and_a_hint(conn: Conn, fault: str) -> None:
    faulty, subject = FAULTS[fault]
    LEDGER.publish_statements(conn, LOAD, [*sound(), *faulty()])
    found = [finding for finding in findings(conn) if finding.check == fault]
    assert [finding.subject for finding in found] == [subject]
    assert found[0].detail.id in (f"check.{fault}", f"check.{fault}.name")
    for lang in LANGS:
        assert subject in found[0].detail.text(lang)
        assert found[0].hint.text(lang)


def test_a_period_is_worded_in_the_language_of_the_reader(conn: Conn) -> None:
    LEDGER.publish_statements(conn, LOAD, [*sound(), *unit("440122", "从化县", "county", "440181")])
    (result,) = [r for r in findings(conn) if r.check == "parent_not_in_force"]
    days = message("period.both", start=date(1981, 1, 1), end=MIDDLE)
    assert (
        result.detail.text("zh") == f"440122 从化县 的上级单位在此期间不存续：{days.text('zh')}。"
    )
    assert result.detail.text("en").endswith(f"in this period: {days.text('en')}.")


def test_units_of_one_code_are_enumerated_in_the_language_of_the_reader(conn: Conn) -> None:
    LEDGER.publish_statements(conn, LOAD, [*sound(), *same_code_in_another_system()])
    details = [r.detail for r in findings(conn) if r.check == "code_collision"]
    assert sorted(details[0].text("zh").partition("：")[2]) == sorted("天河区、五山。")
    assert sorted(details[0].text("en").partition(": ")[2]) == sorted("天河区, 五山.")


def test_states_that_overlap_behind_the_constraints_are_found(conn: Conn) -> None:
    LEDGER.publish_statements(conn, LOAD, sound())
    conn.execute("ALTER TABLE unit_state DROP CONSTRAINT unit_state_one_a_day")
    conn.execute(
        "INSERT INTO unit_state (unit_id, level, code, name, parent_id, valid, recorded,"
        " start_precision, end_precision)"
        " SELECT unit_id, level, code, name, parent_id, valid, recorded, start_precision,"
        " end_precision FROM unit_state WHERE code = '440106'"
    )
    assert [finding.check for finding in findings(conn)] == ["periods_overlap"]


def test_what_was_corrected_is_no_fault_any_more(conn: Conn) -> None:
    LEDGER.publish_statements(conn, LOAD, [*sound(), *unit("440122", "从化县", "county")])
    assert findings(conn)
    LEDGER.publish_statements(conn, LOAD, unit("440122", "从化县", "county", "440100"))
    assert findings(conn) == []

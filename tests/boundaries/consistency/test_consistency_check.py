"""The self-check as a whole: the shipped data has no error, and tampering is found."""

import json
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from boundaries.consistency.consistency_check import run_self_check
from gazetteer.ledger.as_of import today
from gazetteer.messages import LANGS
from gazetteer.records.check_result import CheckResult
from tests.boundaries.areas.area_samples import LEDGER, LOAD, unit
from tests.web.run_command import in_process


@pytest.fixture(scope="module")
def shipped_findings(register: str) -> list[CheckResult]:
    with psycopg.connect(register, autocommit=True) as conn:
        return run_self_check(conn)


def test_the_shipped_data_has_no_error(shipped_findings: list[CheckResult]) -> None:
    assert [finding for finding in shipped_findings if finding.severity == "error"] == []


def test_what_the_sources_leave_open_is_reported(
    shipped_findings: list[CheckResult],
) -> None:
    assert {finding.check for finding in shipped_findings} == {
        "territory_lost",
        "unit_without_area",
    }


def test_the_worst_comes_first(shipped_findings: list[CheckResult]) -> None:
    weights = [("error", "warning", "info").index(f.severity) for f in shipped_findings]
    assert weights == sorted(weights)


def test_every_step_is_reported_as_progress(conn: psycopg.Connection[Any]) -> None:
    steps: list[tuple[int, int]] = []
    assert run_self_check(conn, lambda done, total, what: steps.append((done, total))) == []
    assert [done for done, _ in steps] == list(range(len(steps)))
    assert steps[-1][0] == steps[-1][1]


def test_each_day_to_come_on_which_something_changes_is_a_step(
    conn: psycopg.Connection[Any],
) -> None:
    def count_steps() -> int:
        totals: set[int] = set()
        run_self_check(conn, lambda done, total, what: totals.add(total))
        (total,) = totals
        return total

    before = count_steps()
    for code, days in (("440000", 30), ("450000", 30), ("460000", 90)):
        coming = unit(code, "省", "province", start=today() + timedelta(days=days))
        LEDGER.publish_statements(conn, LOAD, coming)
    assert count_steps() == before + 2


@pytest.mark.parametrize(
    ("tampering", "check"),
    [
        ("UPDATE name_version SET text = '天湖区'", "ledger_version_altered"),
        ("DELETE FROM name_version", "ledger_sum_differs"),
        ("DELETE FROM change WHERE seq = 2", "ledger_sequence_broken"),
        ("UPDATE audit SET actor = 'nobody'", "audit_chain_broken"),
    ],
)
def test_changes_outside_of_the_program_are_found(
    conn: psycopg.Connection[Any], tampering: str, check: str
) -> None:
    LEDGER.publish_statements(conn, LOAD, unit("440000", "广东省", "province"))
    assert [f for f in run_self_check(conn) if f.severity == "error"] == []
    with conn.transaction():
        conn.execute(
            "SET LOCAL session_replication_role = replica"
        )  # without the triggers that forbid it
        conn.execute(tampering.encode())
    (result,) = [found for found in run_self_check(conn) if found.check == check]
    for lang in LANGS:
        assert result.detail.text(lang) and result.hint.text(lang)


def test_the_command_prints_findings_and_ends_with_1_if_there_is_an_error(
    database: str,
    conn: psycopg.Connection[Any],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("GAZETTEER_DATABASE_URL", database)
    LEDGER.publish_statements(conn, LOAD, unit("440000", "广东省", "province"))
    sound = in_process(monkeypatch, capfd, "check", "--json")
    assert sound.exit_code == 0
    assert {json.loads(line)["severity"] for line in sound.stdout.splitlines()} <= {"info"}
    LEDGER.publish_statements(conn, LOAD, unit("440106", "天河区", "county"))
    faulty = in_process(monkeypatch, capfd, "check", "--json")
    assert faulty.exit_code == 1
    assert "no_parent" in {json.loads(line)["check"] for line in faulty.stdout.splitlines()}
    assert "440106 天河区 has no parent" in in_process(monkeypatch, capfd, "check").stdout

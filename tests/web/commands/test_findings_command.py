"""``gazetteer findings``: run, list, show and answer from the terminal."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from boundaries.findings import finding_store
from boundaries.findings.finding_store import FindingFilter
from gazetteer.ledger.as_of import today
from gazetteer.rules.finding_workflow import is_blocking
from tests.boundaries.findings.finding_samples import (
    CLEAN,
    FAR,
    PREFECTURE,
    WEST,
    plant,
    redraw,
    west,
)
from tests.web.run_command import Outcome, environment, in_process

Run = Callable[..., Outcome]
EXCEPTION = ("--reason", "agreed", "--document", "穗府〔2020〕1号", "--signer", "李")


@pytest.fixture
def findings(
    conn: psycopg.Connection,
    database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Run:
    """The command over a register of three counties, two of which overlap."""
    plant(conn)
    for name, value in environment(database, tmp_path).items():
        monkeypatch.setenv(name, value)
    return lambda *arguments, **options: in_process(
        monkeypatch, capfd, "findings", *arguments, **options
    )


def lines(outcome: Outcome) -> list[dict[str, Any]]:
    return [json.loads(line) for line in outcome.stdout.splitlines()]


def overlap(findings: Run) -> dict[str, Any]:
    (found,) = lines(findings("list", "--rule", "TOP-COV-01", "--json"))
    return found


def grant_exceptions(findings: Run) -> None:
    """Grant an exception for everything that stands in the way."""
    for listed in lines(findings("list", "--severity", "error", "--json")):
        done = findings(
            "answer", listed["id"], "exception", *EXCEPTION, "--expires-on", str(today())
        )
        assert done.exit_code == 0, done.stderr


def test_the_exit_code_is_1_until_every_error_is_resolved(
    findings: Run, conn: psycopg.Connection
) -> None:
    first = findings("run", "--json")
    (found,) = lines(first)
    assert (first.exit_code, found["number"]) == (1, 1)
    assert found["steps"] == {"found": found["found"]}
    errors = finding_store.load_findings(conn, FindingFilter(severity="error"))
    stored = [known.finding for known in errors]
    blocking = [is_blocking("error", s.state, s.expires_on, today()) for s in stored]
    assert found["blocking"] == finding_store.count_blocking(conn, today()) == sum(blocking) > 0
    assert findings("list").exit_code == 1
    grant_exceptions(findings)
    assert findings("list").exit_code == 0
    again = findings("run")
    assert (again.exit_code, again.stdout.splitlines()[0][-9:]) == (0, "no change")
    redraw(conn, WEST, west((CLEAN[0] + 0.0007, CLEAN[1])))
    assert findings("run").exit_code == 1


def test_findings_are_listed_by_what_they_are(findings: Run) -> None:
    findings("run")
    assert overlap(findings)["state"] == "open"
    for unit, count in ((WEST, 1), (PREFECTURE, 1), (FAR, 0)):
        listed = findings("list", "--rule", "TOP-COV-01", "--unit", unit, "--json")
        assert len(lines(listed)) == count
    assert lines(findings("list", "--state", "verified", "--json")) == []
    listed = findings("list", "--rule", "TOP-COV-01").stdout
    assert "440106 天河区, 440111 白云区: " in listed
    assert re.search(r"^[1-9]\d* unresolved errors?$", listed, re.MULTILINE)


def test_findings_are_listed_in_chinese_where_the_terminal_is_chinese(
    findings: Run, conn: psycopg.Connection
) -> None:
    findings("run")
    chinese = findings("list", "--rule", "TOP-COV-01", locale="zh_CN.UTF-8").stdout
    assert chinese.startswith("错误：TOP-COV-01 ")
    assert "待处理\n  440106 天河区、440111 白云区：" in chinese
    assert "未处理的错误：" in chinese
    (found,) = lines(findings("list", "--rule", "TOP-COV-01", "--json", locale="zh_CN.UTF-8"))
    (record,) = finding_store.load_findings(conn, FindingFilter(rule="TOP-COV-01"))
    assert found["message"] == record.finding.observation.message.text("zh")


def test_a_finding_is_shown_with_everything_that_happened_to_it(
    findings: Run, conn: psycopg.Connection
) -> None:
    findings("run")
    identity = overlap(findings)["id"]
    answered = findings("answer", identity, "corrected", "--reason", "corner taken out")
    assert "answered (corrected)" in answered.stdout
    redraw(conn, WEST, west(CLEAN))
    findings("run")
    (found,) = lines(findings("show", identity, "--json"))
    assert [event["step"] for event in found["events"]] == ["found", "corrected", "gone"]
    shown = findings("show", identity).stdout
    assert "corner taken out" in shown and "No longer present (run 2; by " in shown


def test_an_answer_that_cannot_be_right_is_refused_in_words(findings: Run) -> None:
    findings("run")
    identity = overlap(findings)["id"]
    lacking = findings("answer", identity, "exception", "--reason", "agreed")
    assert (lacking.exit_code, lacking.stderr) == (1, 'gazetteer: Missing field "document".\n')
    late = findings("answer", identity, "corrected", "--reason", "redrawn", "--last-event", "7")
    assert late.exit_code == 1
    assert "The finding has changed since you viewed it." in late.stderr
    assert findings("answer", "7", "corrected", "--reason", "x").exit_code == 2
    assert overlap(findings)["last_event"] == 1

"""``gazetteer check``: results by check with their hints, in either language, and as JSON."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import psycopg
import pytest

from gazetteer.ledger.as_of import today
from tests.boundaries.areas.area_samples import LOAD, publish, unit
from tests.boundaries.findings.finding_samples import (
    CLEAN,
    OTHER,
    WEST,
    plant,
    redraw,
    redraw_from,
    west,
)
from tests.web.run_command import Outcome, environment, in_process

Run = Callable[..., Outcome]


@pytest.fixture
def check(
    conn: psycopg.Connection,
    database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Run:
    """The command over four counties: two overlap, one has no area, hence none above it."""
    plant(conn)
    publish(conn, LOAD, unit("440781", "台山市", "county", OTHER))
    for name, value in environment(database, tmp_path).items():
        monkeypatch.setenv(name, value)
    return lambda *arguments: in_process(monkeypatch, capfd, *arguments)


def test_results_are_listed_by_check_with_a_hint(check: Run) -> None:
    outcome = check("check")
    assert outcome.exit_code == 1
    assert "Error: Units of one level do not overlap [TOP-COV-01] (1)\n" in outcome.stdout
    assert "  What to do: See TOP-COV-01 in the rule catalogue.\n" in outcome.stdout
    assert "Note: Unit without a boundary polygon [unit_without_area] (3)\n" in outcome.stdout
    assert outcome.stdout.endswith("1 error, 0 warnings, 3 notes\n")
    assert "Checking: " in outcome.stderr


def test_results_are_listed_in_chinese(check: Run) -> None:
    outcome = check("--lang", "zh", "check")
    assert outcome.exit_code == 1
    assert "错误：同级单位不得重叠〔TOP-COV-01〕，1 项\n" in outcome.stdout
    assert outcome.stdout.endswith("共 1 个错误、0 个警告、3 个提示\n")
    assert "检查：" in outcome.stderr


def test_an_error_of_a_day_to_come_is_listed_with_the_day(
    check: Run, conn: psycopg.Connection
) -> None:
    day = date(today().year + 1, 7, 1)
    redraw(conn, WEST, west(CLEAN))
    redraw_from(conn, WEST, west(), day)
    found = f"  - From 1 July {day.year}: "
    assert found in check("check").stdout
    assert f"  - 自{day.year}年7月1日起：" in check("--lang", "zh", "check").stdout
    lines = [json.loads(line) for line in check("check", "--json").stdout.splitlines()]
    days = {line["check"]: line["begins_on"] for line in lines}
    assert (days["TOP-COV-01"], days["unit_without_area"]) == (day.isoformat(), None)


def test_programs_read_one_object_a_line(check: Run) -> None:
    lines = [json.loads(line) for line in check("check", "--json").stdout.splitlines()]
    fields = ["check", "severity", "subject", "detail_zh", "detail_en", "hint_zh", "hint_en"]
    assert all(list(line) == [*fields, "begins_on"] for line in lines)
    assert [line["check"] for line in lines if line["severity"] == "error"] == ["TOP-COV-01"]

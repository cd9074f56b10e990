"""``gazetteer diff``: two states, or a draft, as the operator compares them."""

import json
from pathlib import Path
from typing import Any

import openpyxl
import psycopg
import pyogrio
import pytest

from tests.web.commands.test_draft_command import draft_rename
from tests.web.run_command import Outcome, in_process

CONVERSION = ("360700", "--from", "2020-01-01", "--to", "2021-01-01")
"""A county that became a city on 2020-06-12."""


@pytest.fixture
def diff(register: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Any:
    monkeypatch.setenv("GAZETTEER_DATABASE_URL", register)

    def run(*arguments: str, locale: str = "C.UTF-8") -> Outcome:
        return in_process(monkeypatch, capfd, "diff", *arguments, locale=locale)

    return run


@pytest.mark.parametrize(
    ("locale", "line", "record"),
    [
        ("C.UTF-8", "Territory that passed\n", "Code 360783 龙南市  — → code: 360783\n"),
        ("zh_CN.UTF-8", "划转区域\n", "代码 360783 龙南市  — → 代码：360783\n"),
    ],
)
def test_a_summary_speaks_the_language_of_the_terminal(
    diff: Any, locale: str, line: str, record: str
) -> None:
    outcome = diff(*CONVERSION, locale=locale)
    assert outcome.exit_code == 0, outcome.stderr
    assert line in outcome.stdout and record in outcome.stdout
    assert "  360727 龙南县 → 360783 龙南市  1,639,709,584 m²\n" in outcome.stdout


def test_equal_states_are_no_failure(diff: Any) -> None:
    outcome = diff("440100", "--from", "2015-01-01", "--to", "2015-01-01")
    assert (outcome.exit_code, outcome.stdout) == (0, "The two states do not differ.\n")


def test_json_has_the_states_as_they_were_resolved(diff: Any) -> None:
    body = json.loads(diff(*CONVERSION, "--json").stdout)
    assert body["from"]["at"] == "2020-01-01" and body["to"]["known_at"].endswith("Z")
    moments = ("--from-known-at", body["from"]["known_at"], "--to-known-at", body["to"]["known_at"])
    assert json.loads(diff(*CONVERSION, *moments, "--json").stdout) == body


@pytest.mark.parametrize("ending", ["gpkg", "xlsx", "json"])
def test_files_have_what_differs(diff: Any, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"difference.{ending}"
    outcome = diff(*CONVERSION, "-o", str(path))
    assert (outcome.exit_code, outcome.stdout) == (0, f"Difference written: {path}\n")
    if ending == "gpkg":
        assert pyogrio.read_info(path, layer="territory")["features"] == 1
    elif ending == "xlsx":
        assert openpyxl.load_workbook(path).sheetnames[0] == "Areas"
    else:
        assert len(json.loads(path.read_text("utf-8"))["features"]) == 1
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("arguments", "exit_code", "words"),
    [
        (("440100", "--from", "2015-01-01"), 2, "State a code with --from and --to, or --draft"),
        ((*CONVERSION, "--draft", "1"), 2, "--draft takes no code"),
        ((*CONVERSION, "-o", "difference.shp"), 2, ".gpkg, .xlsx, or .json"),
        (("449999", *CONVERSION[1:]), 1, "449999"),
        ((*CONVERSION, "--to-known-at", "2200-01-01T00:00:00Z"), 1, "to_known_at"),
        (("--draft", "999"), 1, "draft"),
        ((*CONVERSION, "-o", "/nowhere/difference.gpkg"), 1, "/nowhere"),
    ],
)
def test_bad_input_is_named(
    diff: Any, arguments: tuple[str, ...], exit_code: int, words: str
) -> None:
    outcome = diff(*arguments)
    assert (outcome.exit_code, words in outcome.stderr) == (exit_code, True), outcome.stderr


def test_a_draft_is_compared_with_the_register(
    register_copy: str, diff: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(register_copy, autocommit=True) as conn:
        draft = draft_rename(conn)
    monkeypatch.setenv("GAZETTEER_DATABASE_URL", register_copy)
    outcome = diff("--draft", str(draft.number))
    assert outcome.exit_code == 0, outcome.stderr
    assert "Name 440117 从化区  — → text: 从江区; kind of name: Standard name\n" in outcome.stdout
    assert "Areas" not in outcome.stdout
    body = json.loads(diff("--draft", str(draft.number), "--json").stdout)
    assert body["draft"] == draft.number and body["features"] == []

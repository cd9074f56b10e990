"""The register result as a whole: the shipped data of Guangdong."""

import re
from collections import Counter
from datetime import date
from pathlib import Path

import psycopg
import pytest

from boundaries.rules.register_validation import RegisterValidationResult, validate_register
from gazetteer.ledger.as_of import AsOf

DOCUMENT = Path(__file__).parents[3] / "docs" / "guangdong-findings.md"
ROW = re.compile(r"^\| `(TOP-[A-Z]{3}-\d\d)` \| `(\w+)` \| (\w+) \| (\d+) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def result(register: str) -> RegisterValidationResult:
    with psycopg.connect(register, autocommit=True) as conn:
        return validate_register(conn, AsOf(date(2025, 1, 1)))


def test_findings_name_units_of_the_register_by_number(result: RegisterValidationResult) -> None:
    assert len(result.units) == len(result.codes) == len(set(result.units))
    named = {result.codes[n] for found in result.findings for n in found.features}
    assert {"440403", "440705"} <= named


def test_every_finding_has_an_id_of_its_own(result: RegisterValidationResult) -> None:
    ids = [found.id for found in result.findings]
    assert all(ids) and len(set(ids)) == len(ids)


def test_validating_again_reports_the_same_ids(
    register: str, result: RegisterValidationResult
) -> None:
    with psycopg.connect(register, autocommit=True) as conn:
        again = validate_register(conn, AsOf(date(2025, 1, 1)))
    assert [found.id for found in again.findings] == [found.id for found in result.findings]


def test_before_anything_was_known_there_is_nothing_to_validate(register: str) -> None:
    with psycopg.connect(register, autocommit=True) as conn:
        nothing = validate_register(conn, AsOf(date(1900, 1, 1)))
    assert nothing == RegisterValidationResult((), (), ())


@pytest.mark.parametrize("document", [DOCUMENT, DOCUMENT.with_suffix(".zh.md")], ids=["en", "zh"])
def test_the_document_on_guangdong_counts_what_is_found(
    document: Path, result: RegisterValidationResult
) -> None:
    found = Counter((f.rule, f.kind, f.severity) for f in result.findings)
    steps = {(*row[:3],): int(row[3]) for row in ROW.findall(document.read_text("utf-8"))}
    assert steps == found
    assert f" {sum(found.values())} " in document.read_text("utf-8")


def test_who_listens_hears_every_step_once(register: str) -> None:
    steps: list[tuple[int, int]] = []
    with psycopg.connect(register, autocommit=True) as conn:
        validate_register(
            conn, AsOf(date(2025, 1, 1)), lambda done, total, _: steps.append((done, total))
        )
    assert [done for done, _ in steps] == list(range(steps[-1][1] + 1))
    assert {total for _, total in steps} == {steps[-1][1]}


def test_the_line_with_macao_has_the_sea_between_its_paths(
    result: RegisterValidationResult,
) -> None:
    (found,) = [
        f
        for f in result.findings
        if f.rule == "TOP-LIN-01" and {result.codes[n] for n in f.features} == {"440000", "820000"}
    ]
    assert (found.kind, found.measured) == ("several_paths", 2)


def test_the_past_of_the_register_is_validated_as_it_is_known(register: str) -> None:
    """In 2012 the areas of many counties are not known: that leaves no gap in their prefectures."""
    with psycopg.connect(register, autocommit=True) as conn:
        past = validate_register(conn, AsOf(date(2012, 6, 1)))
    assert [f for f in past.findings if f.rule == "TOP-VER-04"] == []
    assert {f.rule for f in past.findings if f.severity == "error"} <= {"TOP-COV-03"}

"""The register judged as a whole: the shipped data of Guangdong."""

from datetime import date

import psycopg
import pytest

from boundaries.rules.register import RegisterJudgement, judge_register
from gazetteer.ledger.asof import AsOf


@pytest.fixture(scope="module")
def judged(register: str) -> RegisterJudgement:
    with psycopg.connect(register, autocommit=True) as conn:
        return judge_register(conn, AsOf(date(2024, 1, 1)))


def test_findings_name_units_of_the_register_by_number(judged: RegisterJudgement) -> None:
    assert len(judged.units) == len(judged.codes) == len(set(judged.units))
    named = {judged.codes[n] for found in judged.findings for n in found.features}
    assert {"440403", "440705"} <= named


def test_every_finding_has_an_id_of_its_own(judged: RegisterJudgement) -> None:
    ids = [found.id for found in judged.findings]
    assert all(ids) and len(set(ids)) == len(ids)


def test_judging_again_tells_the_same_ids(register: str, judged: RegisterJudgement) -> None:
    with psycopg.connect(register, autocommit=True) as conn:
        again = judge_register(conn, AsOf(date(2024, 1, 1)))
    assert [found.id for found in again.findings] == [found.id for found in judged.findings]


def test_before_anything_was_known_there_is_nothing_to_judge(register: str) -> None:
    with psycopg.connect(register, autocommit=True) as conn:
        nothing = judge_register(conn, AsOf(date(1900, 1, 1)))
    assert nothing == RegisterJudgement((), (), ())

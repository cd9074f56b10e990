"""The results of the self-check over HTTP and as a page: what a worker left, a page at a time."""

from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from flask.testing import FlaskClient

from boundaries.consistency.background_checks import CHECKS, enqueue_due_checks
from boundaries.register_ledger import LEDGER
from gazetteer.jobs.clock import PeriodicRun
from gazetteer.jobs.job_runner import JobRunner
from gazetteer.settings import get_settings
from tests.boundaries.areas.area_samples import LOAD, unit
from tests.web.sign_in import Make

ENGLISH = {"Accept-Language": "en"}
ORPHANS = 120


@pytest.fixture
def reader(make: Make, conn: psycopg.Connection) -> FlaskClient:
    """A reader of a register with counties that belong to no prefecture."""
    orphans = [f"44{number:04d}" for number in range(1, ORPHANS + 1)]
    for code in orphans:
        LEDGER.publish_statements(conn, LOAD, unit(code, f"某{code}县", "county"))
    return make()


def examine(conn: psycopg.Connection, database: str, home: Path) -> None:
    """Let a worker do what the clock says is due."""
    settings = get_settings().model_copy(update={"home": home})
    enqueue_due_checks(PeriodicRun(conn, settings, datetime.now(UTC)))
    for (job_id,) in conn.execute("SELECT job_id FROM job WHERE state = 'queued'").fetchall():
        JobRunner(database, settings, {CHECKS.name: CHECKS}).run_job(job_id, lambda: False)


def test_not_examined_yet_is_not_sound(reader: FlaskClient) -> None:
    answer = reader.get("/v1/checks").get_json()
    assert (answer["seq"], answer["findings"], answer["current"]) == (None, [], False)
    page = reader.get("/checks", headers=ENGLISH).text
    assert "has not been examined yet" in page and "No problems found" not in page
    findings = reader.get("/findings", headers=ENGLISH).text
    assert "have not been checked yet" in findings and "No matching findings" not in findings


def test_results_come_in_pages(
    reader: FlaskClient, conn: psycopg.Connection, database: str, tmp_path: Path
) -> None:
    examine(conn, database, tmp_path)
    first = reader.get("/v1/checks?check=no_parent&limit=50").get_json()
    assert first["current"] and first["matched"] == ORPHANS and first["next"] == 50
    subjects = [finding["subject"] for finding in first["findings"]]
    while first["next"] is not None:
        first = reader.get(f"/v1/checks?check=no_parent&limit=50&after={first['next']}").get_json()
        subjects += [finding["subject"] for finding in first["findings"]]
    assert len(set(subjects)) == len(subjects) == ORPHANS
    assert {"check": "no_parent", "severity": "error", "count": ORPHANS} in first["counts"]
    assert reader.get("/v1/checks?severity=warning").get_json()["findings"] == []

    page = reader.get("/checks?check=no_parent", headers=ENGLISH).text
    assert f"1–100 of {ORPHANS}" in page and 'href="/units/440001"' in page
    assert "after=100" in page
    last = reader.get("/checks?check=no_parent&after=100", headers=ENGLISH).text
    assert f"101–{ORPHANS} of {ORPHANS}" in last and 'rel="next"' not in last


def test_older_results_are_shown_as_such(
    reader: FlaskClient, conn: psycopg.Connection, database: str, tmp_path: Path
) -> None:
    examine(conn, database, tmp_path)
    assert "Something was published" not in reader.get("/checks", headers=ENGLISH).text
    LEDGER.publish_statements(conn, LOAD, unit("450000", "广西", "province"))
    assert "Something was published" in reader.get("/checks", headers=ENGLISH).text
    answer = reader.get("/v1/checks?limit=1").get_json()
    assert not answer["current"] and answer["matched"] >= ORPHANS


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=1001", "after=-1", "severity=bad", "check=a%20b", "page=2"]
)
def test_bad_filters_are_refused(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/v1/checks?{query}")
    assert (answer.status_code, answer.get_json()["field"]) == (400, query.partition("=")[0])


def test_the_page_passes_over_what_is_no_number(client: FlaskClient) -> None:
    for query in ("after=x", "after=-5", "check=none"):
        assert client.get(f"/checks?{query}").status_code == 200

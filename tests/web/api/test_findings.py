"""Findings on the register over HTTP: runs, lists, histories, answers, and who may give them."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg.conninfo import conninfo_to_dict

from boundaries.findings.background_runs import enqueue_run
from boundaries.findings.validation_run import run_validation
from gazetteer.accounts import api_keys
from gazetteer.accounts.roles import Grant, Role
from gazetteer.database.cluster import Cluster
from gazetteer.database.pool import open_pool
from gazetteer.ledger.as_of import today
from gazetteer.settings import get_settings
from tests.boundaries.findings.finding_samples import (
    EAST,
    FAR,
    OTHER,
    PREFECTURE,
    WEST,
    identity,
    plant,
)
from tests.conftest import TEMPLATE, copied
from tests.described import DescribedClient
from tests.gazetteer.accounts.community import PASSWORD, person
from tests.web.run_command import gazetteer
from web.app import create_app

RUNS = "/v1/findings/runs"
UNTIL = (today() + timedelta(days=30)).isoformat()
CORRECTED = {"answer": "corrected", "reason": "corner taken out", "last_event": 1}
EXCEPTION = {
    "answer": "exception",
    "reason": "agreed by both",
    "document": "穗府〔2020〕1号",
    "signer": "李",
    "expires_on": UNTIL,
    "last_event": 1,
}


@pytest.fixture(scope="module")
def template(cluster: Cluster) -> Iterator[str]:
    """An examined register of three counties, two of which overlap, with who looks after them."""
    with copied(cluster, TEMPLATE) as conninfo:
        with psycopg.connect(conninfo, autocommit=True) as conn:
            plant(conn)
            person(conn, "mapper", Grant(Role.MAPPING_STAFF, identity(PREFECTURE)))
            person(conn, "neighbour", Grant(Role.MAPPING_STAFF, identity(OTHER)))
            person(conn, "reviewer", Grant(Role.REVIEWER))
            person(conn, "inspector", Grant(Role.INSPECTOR), Grant(Role.VIEWER))
            run_validation(conn, actor="operator:test")
        yield str(conninfo_to_dict(conninfo)["dbname"])


@pytest.fixture
def database(cluster: Cluster, template: str) -> Iterator[str]:
    """A copy of it that the test may spoil."""
    with copied(cluster, template) as conninfo:
        yield conninfo


@pytest.fixture
def desk(database: str, tmp_path: Path) -> Iterator[Flask]:
    ours = get_settings().model_copy(update={"rate_limit": "off", "home": tmp_path})
    with open_pool(database, 4) as pool:
        app = create_app(ours, pool)
        app.test_client_class = DescribedClient
        yield app


@pytest.fixture
def reader(desk: Flask) -> FlaskClient:
    return desk.test_client()


def logged_in(desk: Flask, login: str) -> tuple[FlaskClient, dict[str, str]]:
    """A client in whose session may be written by these headers."""
    client = desk.test_client()
    answer = client.post("/v1/session", json={"login": login, "password": PASSWORD})
    return client, {"X-CSRF-Token": answer.get_json()["csrf_token"]}


def overlap(reader: FlaskClient) -> dict[str, Any]:
    """The properties of the overlap."""
    (found,) = reader.get("/v1/findings?rule=TOP-COV-01").get_json()["features"]
    properties: dict[str, Any] = found["properties"]
    return properties


def at_overlap(reader: FlaskClient) -> str:
    return f"/v1/findings/{overlap(reader)['id']}/answers"


def test_anybody_reads_what_was_found(reader: FlaskClient) -> None:
    answer = reader.get("/v1/findings", headers={"Accept-Language": "en"}).get_json()
    assert answer["matched"] == len(answer["features"]) == answer["run"]["found"]
    found = overlap(reader)
    assert [unit["code"] for unit in found["units"]] == [WEST, EAST]
    assert [unit["name"] for unit in found["units"]] == ["天河区", "白云区"]
    assert (found["state"], found["blocking"], found["last_event"]) == ("open", True, 1)
    (place,) = [f["geometry"] for f in answer["features"] if f["id"] == found["id"]]
    assert place["type"] == "Polygon"


def test_findings_are_filtered_and_come_in_pages(reader: FlaskClient) -> None:
    everything = reader.get("/v1/findings").get_json()
    after, pages = 0, []
    while after is not None:
        page = reader.get(f"/v1/findings?limit=2&after={after}").get_json()
        assert page["matched"] == everything["matched"]
        pages += page["features"]
        after = page["next"]
    assert pages == everything["features"]

    def count(query: str) -> int:
        matched: int = reader.get(f"/v1/findings?rule=TOP-COV-01&{query}").get_json()["matched"]
        return matched

    assert [count(f"unit={code}") for code in (WEST, PREFECTURE, "440000", FAR)] == [1, 1, 1, 0]
    assert [count(f"state={state}") for state in ("open", "answered", "verified")] == [1, 0, 0]
    assert [count(f"severity={grade}") for grade in ("error", "info")] == [1, 0]


@pytest.mark.parametrize(
    "query",
    ["state=closed", "severity=fatal", "unit=4401", "unit=999999", "limit=0", "limit=1001",
     "after=-1", "after=99999999999999999999", "rule=%00", "rule=x%27", "colour=red"],
)  # fmt: skip
def test_a_filter_that_cannot_be_right_is_named(reader: FlaskClient, query: str) -> None:
    answer = reader.get(f"/v1/findings?{query}")
    assert answer.status_code in (400, 404)
    assert answer.get_json()["field"].startswith(query.partition("=")[0])


def test_what_there_is_not_is_not_found(reader: FlaskClient) -> None:
    assert reader.get(f"/v1/findings/{uuid4()}").status_code == 404
    assert reader.get(f"{RUNS}/{uuid4()}").status_code == 404
    assert reader.get("/v1/findings/7").status_code == 404


def test_an_answer_is_kept_told_and_audited(
    desk: Flask, reader: FlaskClient, conn: psycopg.Connection
) -> None:
    mapper, headers = logged_in(desk, "mapper")
    answer = mapper.post(at_overlap(reader), json=EXCEPTION, headers=headers)
    assert answer.status_code == 201
    found = answer.get_json()
    properties = found["properties"]
    assert (properties["state"], properties["answer"]) == ("answered", "exception")
    assert (properties["expires_on"], properties["blocking"]) == (UNTIL, False)
    assert [event["step"] for event in found["events"]] == ["found", "excepted"]
    last = found["events"][-1]
    assert (last["by"], last["signer"]) == ("account:mapper", "李")
    row = conn.execute(
        "SELECT actor, detail->>'document' FROM audit WHERE action = 'finding.answer'"
    ).fetchall()
    assert row == [("account:mapper", "穗府〔2020〕1号")]

    public = reader.get(f"/v1/findings/{properties['id']}").get_json()["events"][-1]
    assert (public["by"], public["signer"]) == (None, None)
    assert public["document"] == "穗府〔2020〕1号"


def test_a_key_answers_within_its_own_grants(
    desk: Flask, reader: FlaskClient, conn: psycopg.Connection
) -> None:
    account = person(conn, "desk", Grant(Role.MAPPING_STAFF), Grant(Role.VIEWER))
    grants = ((Grant(Role.MAPPING_STAFF, identity(WEST)), 201), (Grant(Role.VIEWER), 403))
    for last_event, (grant, status) in enumerate(grants, 1):
        made = api_keys.create_key(
            conn, account, by="test", name="desk", requested=[grant], expires_at=None
        )
        sent = {**CORRECTED, "last_event": last_event}
        bearer = {"Authorization": f"Bearer {made[1]}"}
        assert reader.post(at_overlap(reader), json=sent, headers=bearer).status_code == status


@pytest.mark.parametrize(
    ("login", "status"),
    [("mapper", 201), ("reviewer", 201), ("neighbour", 403), ("inspector", 403)],
)
def test_who_looks_after_one_of_the_units_may_answer(
    desk: Flask, reader: FlaskClient, login: str, status: int
) -> None:
    client, headers = logged_in(desk, login)
    answer = client.post(at_overlap(reader), json=CORRECTED, headers=headers)
    assert answer.status_code == status
    assert overlap(reader)["state"] == ("answered" if status == 201 else "open")


def test_nobody_answers_without_an_account_or_from_another_site(
    desk: Flask, reader: FlaskClient
) -> None:
    assert reader.post(at_overlap(reader), json=CORRECTED).status_code == 401
    mapper, _ = logged_in(desk, "mapper")
    refused = mapper.post(at_overlap(reader), json=CORRECTED)
    assert (refused.status_code, refused.get_json()["code"]) == (403, "csrf")
    assert overlap(reader)["state"] == "open"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"reason": None}, "reason"),
        ({"reason": ""}, "reason"),
        ({"reason": " \n"}, "reason"),
        ({"reason": "a\0b"}, "reason"),
        ({"reason": "长" * 4001}, "reason"),
        ({"document": None}, "document"),
        ({"signer": " "}, "signer"),
        ({"expires_on": None}, "expires_on"),
        ({"expires_on": "2020-01-01"}, "expires_on"),
        ({"expires_on": "2030-02-30"}, "expires_on"),
        ({"expires_on": 20300101}, "expires_on"),
        ({"answer": "ignored"}, "answer"),
        ({"answer": "corrected"}, "signer"),
        ({"last_event": None}, "last_event"),
        ({"last_event": 0}, "last_event"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_an_answer_that_says_too_little_names_the_field(
    desk: Flask,
    reader: FlaskClient,
    changed: dict[str, Any],
    field: str,
) -> None:
    mapper, headers = logged_in(desk, "mapper")
    answer = mapper.post(at_overlap(reader), json={**EXCEPTION, **changed}, headers=headers)
    assert answer.status_code == 400
    assert answer.get_json()["field"] == field
    assert overlap(reader)["last_event"] == 1


def test_of_two_who_answer_at_once_one_is_told_to_look_again(
    desk: Flask, reader: FlaskClient
) -> None:
    where = at_overlap(reader)
    sessions = [logged_in(desk, login) for login in ("mapper", "reviewer") * 2]

    def answer(session: tuple[FlaskClient, dict[str, str]]) -> int:
        client, headers = session
        return client.post(where, json=CORRECTED, headers=headers).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(answer, sessions)) == [201, 409, 409, 409]
    client, headers = sessions[0]
    late = client.post(where, json=CORRECTED, headers=headers).get_json()
    assert (late["code"], late["last_event"]) == ("finding_moved", 2)
    again = client.post(where, json={**EXCEPTION, "last_event": 2}, headers=headers)
    assert again.status_code == 201, "an answer may be replaced by who has seen it"


def test_a_run_is_asked_for_done_by_a_worker_and_told(
    desk: Flask, conn: psycopg.Connection, database: str, tmp_path: Path
) -> None:
    mapper, headers = logged_in(desk, "mapper")
    asked = mapper.post(RUNS, json={}, headers=headers)
    assert asked.status_code == 202
    again = mapper.post(RUNS, json={}, headers=headers)
    where = asked.headers["Location"]
    assert again.headers["Location"] == where, "one that waits will see the same"
    waiting = mapper.get(where).get_json()
    assert (waiting["state"], waiting["done"], waiting["found"]) == ("queued", 0, None)
    job = where.replace("findings/runs", "jobs")
    assert mapper.get(job).get_json()["progress"] == {"done": 0, "total": 100, "unit": "percent"}

    ended = gazetteer(database, tmp_path, "worker", "--until-idle")
    assert ended.returncode == 0, ended.stderr
    found = mapper.get(where).get_json()
    assert (found["state"], found["done"], found["problem"]) == ("finished", found["total"], None)
    assert (found["number"], found["steps"]) == (2, {}), "it is what the first run found"
    assert reader_run(mapper) == found
    check_result_file(mapper, job)
    actors = conn.execute("SELECT actor FROM finding_run ORDER BY number").fetchall()
    assert actors == [("operator:test",), ("account:mapper",)]


def check_result_file(mapper: FlaskClient, url: str) -> None:
    """All findings are in one file, as the list of findings has them."""
    job = mapper.get(url).get_json()
    assert (job["state"], job["result"], job["rows_total"]) == ("finished", None, None)
    (file,) = mapper.get(job["files"]).get_json()["files"]
    assert (file["name"], file["media_type"]) == ("findings.geojson", "application/geo+json")
    content = mapper.get(file["href"]).data
    assert len(content) == file["bytes"]
    assert json.loads(content)["features"] == mapper.get("/v1/findings").get_json()["features"]
    refused = mapper.get(f"{url}/result")
    assert (refused.status_code, refused.get_json()["field"]) == (404, "format")


@pytest.mark.parametrize("login", ["inspector", None])
def test_the_job_of_a_run_is_for_those_who_may_start_one(
    desk: Flask, conn: psycopg.Connection, login: str | None
) -> None:
    """The id of a run is public: whoever knows it must not be able to cancel the run."""
    url = f"/v1/jobs/{enqueue_run(conn, 'operator:test', 'en')}"
    client, headers = logged_in(desk, login) if login else (desk.test_client(), {})
    responses = [client.get(url), client.get(f"{url}/files"), client.delete(url, headers=headers)]
    assert [response.status_code for response in responses] == [403 if login else 401] * 3
    mapper, headers = logged_in(desk, "mapper")
    assert mapper.delete(url, headers=headers).get_json()["state"] == "cancelled"
    run = mapper.get(url.replace("/jobs/", "/findings/runs/")).get_json()
    assert (run["state"], run["problem"]) == ("cancelled", None)


def reader_run(reader: FlaskClient) -> Any:
    """The newest run, from the list of findings."""
    return reader.get("/v1/findings?limit=1").get_json()["run"]


@pytest.mark.parametrize("login", ["inspector", None])
def test_a_run_is_not_for_everybody(
    desk: Flask, conn: psycopg.Connection, login: str | None
) -> None:
    client, headers = logged_in(desk, login) if login else (desk.test_client(), {})
    assert client.post(RUNS, json={}, headers=headers).status_code == (403 if login else 401)
    assert conn.execute("SELECT count(*) FROM job").fetchone() == (0,)


# The pages


def test_the_list_shows_the_findings_without_a_script(reader: FlaskClient) -> None:
    page = reader.get("/findings?rule=TOP-COV-01&lang=en").text
    assert f'href="/findings/{overlap(reader)["id"]}"' in page
    assert "Unresolved errors: " in page
    assert "白云区" in page and "Run checks now" not in page
    assert reader.get("/findings?unit=4401").status_code == 400
    assert "No matching findings." in reader.get("/findings?state=verified&lang=en").text


def test_a_register_that_nobody_examined_says_so(client: FlaskClient) -> None:
    assert "尚未检查" in client.get("/findings").text


def test_a_finding_is_answered_on_its_page(desk: Flask, reader: FlaskClient) -> None:
    where = f"/findings/{overlap(reader)['id']}"
    assert f"/login?next={where}" in reader.get(where).text
    other, _ = logged_in(desk, "neighbour")
    assert '<form class="form"' not in other.get(where).text

    mapper, headers = logged_in(desk, "mapper")
    token = {"csrf_token": headers["X-CSRF-Token"]}
    lacking = mapper.post(f"{where}/answers", data={**EXCEPTION, **token, "signer": ""})
    assert lacking.status_code == 400
    assert 'value="agreed by both"' in lacking.text, "what was typed stays"
    assert 'name="signer" type="text" value="" autocomplete="off" aria-invalid' in lacking.text
    done = mapper.post(f"{where}/answers", data={**EXCEPTION, **token})
    assert (done.status_code, done.headers["Location"]) == (303, where)
    page = mapper.get(where).text
    assert "穗府〔2020〕1号" in page and "account:mapper" in page
    late = mapper.post(f"{where}/answers", data={**EXCEPTION, **token})
    assert late.status_code == 409


def test_a_run_is_asked_for_without_a_script(desk: Flask) -> None:
    mapper, headers = logged_in(desk, "mapper")
    assert "立即检查" in mapper.get("/findings").text
    sent = mapper.post("/findings/run", data={"csrf_token": headers["X-CSRF-Token"]})
    assert sent.status_code == 303
    assert "检查任务已排队" in mapper.get(sent.headers["Location"]).text

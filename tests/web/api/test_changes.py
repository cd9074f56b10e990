"""Who reads which kinds of record: the feed, the snapshot and the checksum over HTTP."""

import json
from dataclasses import replace
from uuid import uuid4

import psycopg
import pytest
from flask.testing import FlaskClient

from boundaries.register_ledger import LEDGER
from boundaries.schema.area_kinds import REGISTER_KINDS
from gazetteer.accounts import api_keys
from gazetteer.accounts.roles import Grant, Role
from gazetteer.ledger.period import Period
from gazetteer.ledger.publish import Changeset
from gazetteer.ledger.record_kind import Audience
from gazetteer.ledger.versions import Statement
from tests.gazetteer.accounts.community import person, plant_tree
from tests.web.sign_in import Make, read_json, refused

PATHS = ("/v1/changes", "/v1/snapshot", "/v1/checksum")
SECRET = "survey of the disputed border"


@pytest.fixture
def client(make: Make, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A client of a register whose functional areas are internal."""
    internal = replace(REGISTER_KINDS["functional_area"], audience=Audience.INTERNAL)
    assert isinstance(REGISTER_KINDS, dict)
    monkeypatch.setitem(REGISTER_KINDS, "functional_area", internal)
    return make()


@pytest.fixture
def published(conn: psycopg.Connection, client: FlaskClient) -> None:
    """A public act, and an internal functional area in a changeset of its own."""
    act = Statement("act", uuid4(), Period(), {"title": "国务院关于同意的批复"})
    zone = Statement("functional_area", uuid4(), Period(), {"name": "争议区"})
    LEDGER.publish_statements(conn, Changeset("a", "as decided", "load"), [act])
    LEDGER.publish_statements(conn, Changeset("a", SECRET, "correction"), [zone])


def key_of(conn: psycopg.Connection, login: str, *grants: Grant) -> dict[str, str]:
    """The headers of somebody with these roles, and a key that has them too."""
    owner = person(conn, login, *grants)
    _, text = api_keys.create_key(conn, owner, by="test", name="follower", requested=grants)
    return {"Authorization": f"Bearer {text}"}


@pytest.mark.usefixtures("published")
def test_the_public_reads_numbers_without_gaps_and_nothing_internal(client: FlaskClient) -> None:
    for audience in ("", "audience=public"):
        page = read_json(client.get(f"/v1/changes?{audience}"))
        assert page["changes"][1] == {"seq": 2, "kind": "withheld"}
        assert page["last_seq"] == 2
        checksum = read_json(client.get(f"/v1/checksum?{audience}"))
        assert (checksum["seq"], checksum["versions"]) == (2, 1)
        assert "functional_area" not in checksum["kinds"]
        snapshot = client.get(f"/v1/snapshot?{audience}").text
        assert (len(snapshot.splitlines()), "争议区" in snapshot) == (2, False)
    assert "functional_area" not in read_json(client.get("/status"))["versions"]


@pytest.mark.usefixtures("published")
def test_the_public_gets_no_snapshot_of_an_internal_kind(client: FlaskClient) -> None:
    problem = refused(client.get("/v1/snapshot?kind=functional_area"), 400, "invalid_value")
    assert problem["field"] == "kind"
    assert "functional_area" not in problem["kinds"]


@pytest.mark.usefixtures("published")
def test_the_page_of_changes_does_not_list_an_internal_changeset(client: FlaskClient) -> None:
    page = client.get("/changes").text
    assert "as decided" in page
    assert SECRET not in page


@pytest.mark.parametrize("path", PATHS)
def test_strangers_do_not_read_what_is_internal(client: FlaskClient, path: str) -> None:
    response = client.get(f"{path}?audience=internal")
    refused(response, 401, "unauthenticated")
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize("path", PATHS)
def test_a_role_over_a_part_of_the_register_does_not_open_all_of_it(
    client: FlaskClient, conn: psycopg.Connection, path: str
) -> None:
    headers = key_of(conn, "li", Grant(Role.MAPPING_STAFF, plant_tree(conn).canton))
    problem = refused(client.get(f"{path}?audience=internal", headers=headers), 403, "forbidden")
    assert problem["action"] == "read_unpublished"


@pytest.mark.parametrize("path", PATHS)
def test_there_is_no_other_audience(client: FlaskClient, path: str) -> None:
    problem = refused(client.get(f"{path}?audience=friends"), 400, "invalid_value")
    assert problem["field"] == "audience"


@pytest.mark.usefixtures("published")
def test_a_role_over_the_whole_register_reads_all_of_it_and_no_cache_keeps_it(
    client: FlaskClient, conn: psycopg.Connection
) -> None:
    headers = key_of(conn, "chen", Grant(Role.VIEWER))
    responses = [client.get(f"{path}?audience=internal", headers=headers) for path in PATHS]
    assert all("no-store" in response.headers["Cache-Control"] for response in responses)
    feed, snapshot, checksum = responses
    assert read_json(feed)["changes"][1]["changeset"]["reason"] == SECRET
    head, *lines = snapshot.text.splitlines()
    assert json.loads(head) == read_json(checksum)
    assert [json.loads(line)["kind"] for line in lines] == ["act", "functional_area"]
    assert json.loads(head)["kinds"]["functional_area"]["versions"] == 1


@pytest.mark.usefixtures("published")
def test_what_everybody_may_read_does_not_depend_on_who_asks(
    client: FlaskClient, conn: psycopg.Connection
) -> None:
    headers = key_of(conn, "chen", Grant(Role.VIEWER))
    for path in ("/v1/changes", "/v1/checksum"):
        assert client.get(path, headers=headers).json == client.get(path).json

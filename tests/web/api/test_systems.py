"""What other systems read: changes, snapshot, checksum, state, counts and the description."""

import gzip
import hashlib
import json

from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families


def test_the_feed_goes_on_where_a_page_ended(client: FlaskClient) -> None:
    first = client.get("/v1/changes?limit=2").get_json()
    assert [change["seq"] for change in first["changes"]] == [1, 2]
    second = client.get(f"/v1/changes?after={first['next_after']}&limit=2").get_json()
    assert [change["seq"] for change in second["changes"]] == [3, 4]


def test_the_end_of_the_feed_has_no_changes(client: FlaskClient) -> None:
    last = client.get("/v1/changes?limit=1").get_json()["last_seq"]
    end = client.get(f"/v1/changes?after={last}").get_json()
    assert (end["changes"], end["next_after"]) == ([], last)


def test_the_snapshot_adds_up_to_the_checksum(client: FlaskClient) -> None:
    response = client.get("/v1/snapshot?kind=act", headers={"Accept-Encoding": "gzip"})
    head, *lines = gzip.decompress(response.data).splitlines()
    checksum = client.get("/v1/checksum").get_json()
    assert json.loads(head)["seq"] == checksum["seq"]
    digests = (int.from_bytes(hashlib.sha256(line).digest(), "big") for line in lines)
    assert f"{sum(digests) % 2**256:064x}" == checksum["kinds"]["act"]["checksum"]
    assert len(lines) == checksum["kinds"]["act"]["versions"]


def test_a_question_about_the_feed_that_cannot_be_right_is_refused_by_its_field(
    client: FlaskClient,
) -> None:
    for path, field in (
        ("/v1/changes?after=-1", "after"),
        ("/v1/changes?after=99999999999999999999", "after"),
        ("/v1/changes?limit=0", "limit"),
        ("/v1/snapshot?kind=dragon", "kind"),
        ("/v1/checksum?seq=-1", "seq"),
        ("/v1/checksum?seq=99999999", "seq"),
    ):
        response = client.get(path)
        assert 400 <= response.status_code < 500, path
        assert response.get_json()["field"] == field, path


def test_the_state_says_how_far_the_register_is_and_since_when_it_knows(
    client: FlaskClient,
) -> None:
    state = client.get("/status").get_json()
    assert state["status"] == "ok"
    assert state["seq"] == client.get("/v1/checksum").get_json()["seq"]
    assert state["records_begin"]["county"] == "1981-01-01"
    assert state["versions"]["unit"] > 30_000


def test_metrics_count_requests_by_operation_and_never_by_address(client: FlaskClient) -> None:
    client.get("/v1/divisions/440106")
    client.get("/v1/divisions/44010")
    text = client.get("/metrics").text
    families = {family.name: family for family in text_string_to_metric_families(text)}
    counted = {
        (sample.labels["operation"], sample.labels["status"])
        for sample in families["gazetteer_requests"].samples
    }
    assert {("get_division", "200"), ("get_division", "400")} <= counted
    assert not any("/" in operation for operation, _ in counted)
    (seq,) = families["gazetteer_ledger_seq"].samples
    assert seq.value == client.get("/v1/checksum").get_json()["seq"]


def test_every_parameter_and_operation_is_described_in_words(client: FlaskClient) -> None:
    document = client.get("/openapi.json").get_json()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], (method, path)
            for parameter in operation["parameters"]:
                assert parameter["description"], (path, parameter["name"])

"""``POST /v1/validate`` and the catalogue over HTTP."""

import io
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from werkzeug.test import TestResponse

from boundaries.validation import sandbox
from gazetteer.database.pool import open_pool
from gazetteer.rules.rule_catalogue import read_catalogue
from gazetteer.settings import get_settings
from tests.boundaries.validation import samples
from web.app import create_app
from web.http import heavy_requests
from web.uploads import layer_uploads

ENGLISH = {"Accept-Language": "en"}


def send(client: FlaskClient, path: Path, **fields: str) -> TestResponse:
    data: dict[str, Any] = {**fields, "data": (io.BytesIO(path.read_bytes()), path.name)}
    return client.post("/v1/validate", data=data, headers=ENGLISH)


def test_a_layer_is_judged_without_an_account(client: FlaskClient, tmp_path: Path) -> None:
    path = samples.planar(tmp_path / "p.geojson")
    answer = send(client, path, planar="true", gap_width="400", outlines="true", crs="")
    assert answer.status_code == 200
    assert answer.mimetype == "application/geo+json"
    content = answer.get_json()
    assert content["summary"]["source"] == "p.geojson"
    assert [f["properties"]["rule"] for f in content["features"]].count("TOP-COV-02") == 2
    assert content["outlines"]["coarse"]["features"]


def test_findings_come_as_a_file_of_the_format_asked_for(
    client: FlaskClient, tmp_path: Path
) -> None:
    answer = send(client, samples.planar(tmp_path / "p.geojson"), planar="true", format="xlsx")
    assert answer.headers["Content-Disposition"] == "attachment; filename=findings.xlsx"
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[0]
    assert sheet.max_row == 4


@pytest.mark.parametrize("name", ["bow.geojson", "twice.geojson", "mixed.geojson"])
def test_a_flawed_feature_is_a_finding(client: FlaskClient, tmp_path: Path, name: str) -> None:
    rule, write = samples.FINDINGS[name]
    answer = send(client, samples.made(tmp_path, name, write))
    assert rule in [f["properties"]["rule"] for f in answer.get_json()["features"]]


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("broken.geojson", 400, "unreadable_file"),
        ("page.html", 400, "unreadable_file"),
        ("metres.geojson", 400, "crs_not_known"),
        ("bomb.zip", 413, "too_large"),
    ],
)
def test_what_is_no_layer_is_a_problem_that_names_the_field(
    client: FlaskClient, tmp_path: Path, name: str, status: int, code: str
) -> None:
    answer = send(client, samples.made(tmp_path, name, samples.REFUSED[name]))
    problem = answer.get_json()
    assert (answer.status_code, problem["code"]) == (status, code)
    assert problem["field"] in ("data", "crs")
    assert name in problem["detail"]


def test_a_name_with_a_path_in_it_is_only_a_name(client: FlaskClient, tmp_path: Path) -> None:
    content = io.BytesIO(samples.sound(tmp_path / "s.geojson").read_bytes())
    data = {"data": (content, "../../etc/天河区.geojson")}
    answer = client.post("/v1/validate", data=data)
    assert answer.get_json()["summary"]["source"] == "天河区.geojson"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"level": "street"}, "level"),
        ({"gap_width": "-1"}, "gap_width"),
        ({"gap_width": "nan"}, "gap_width"),
        ({"planar": "perhaps"}, "planar"),
        ({"format": "shp"}, "format"),
        ({"columns": "code"}, "columns"),
        ({"width": "1"}, "width"),
    ],
)
def test_a_wrong_field_is_named(
    client: FlaskClient, tmp_path: Path, fields: dict[str, str], field: str
) -> None:
    answer = send(client, samples.sound(tmp_path / "s.geojson"), **fields)
    assert (answer.status_code, answer.get_json()["field"]) == (400, field)


def test_a_missing_file_is_named(client: FlaskClient) -> None:
    answer = client.post("/v1/validate", data={"planar": "true"})
    assert (answer.status_code, answer.get_json()["field"]) == (400, "data")


def test_a_file_over_the_limit_is_refused_with_the_limit(
    service: Flask, client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = service.config["GAZETTEER"].model_copy(update={"validate_limit_mb": 0.0001})
    monkeypatch.setitem(service.config, "GAZETTEER", small)
    answer = send(client, samples.sound(tmp_path / "s.geojson"))
    assert answer.status_code == 413
    assert "0.0001 MB" in answer.get_json()["detail"]


def test_when_all_places_are_taken_the_next_one_is_asked_to_wait(
    client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = BoundedSemaphore(1)
    taken.acquire()
    monkeypatch.setattr(heavy_requests, "slot_semaphore", lambda _: taken)
    assert send(client, samples.sound(tmp_path / "s.geojson")).status_code == 503


def test_proposals_are_told_where_they_are_asked_for(client: FlaskClient, tmp_path: Path) -> None:
    path = samples.planar(tmp_path / "p.geojson")
    report = send(client, path, planar="true").get_json()
    assert all("proposals" not in f["properties"] for f in report["features"])
    report = send(client, path, planar="true", proposals="true").get_json()
    assert report["summary"]["proposals"] == {"findings": 2, "left": 0}
    one = report["features"][0]["id"]
    report = send(client, path, planar="true", findings=one).get_json()
    assert [f["id"] for f in report["features"] if "proposals" in f["properties"]] == [one]


def test_a_copy_has_only_what_was_accepted(client: FlaskClient, tmp_path: Path) -> None:
    path = samples.planar(tmp_path / "p.geojson")
    report = send(client, path, planar="true", proposals="true").get_json()
    overlap = next(f for f in report["features"] if f["properties"]["rule"] == "TOP-COV-01")
    data: dict[str, Any] = {
        "planar": "true",
        "accept": [f"{overlap['id']}=trim:B"],
        "format": "geojson",
        "data": (io.BytesIO(path.read_bytes()), "图层 1.geojson"),
    }
    copy = client.post("/v1/validate/copy", data=data, headers=ENGLISH)
    assert copy.status_code == 200
    assert "%E5%9B%BE%E5%B1%82%201-corrected.geojson" in copy.headers["Content-Disposition"]
    (tmp_path / "copy.geojson").write_bytes(copy.data)
    again = send(client, tmp_path / "copy.geojson", planar="true").get_json()
    assert "TOP-COV-01" not in [f["properties"]["rule"] for f in again["features"]]
    data |= {"accept": ["0=trim:B"], "data": (io.BytesIO(path.read_bytes()), "p.geojson")}
    refused = client.post("/v1/validate/copy", data=data, headers=ENGLISH)
    assert (refused.status_code, refused.get_json()["field"]) == (400, "accept")
    missing = client.post("/v1/validate/copy", data={"accept": "1=clean"}, headers=ENGLISH)
    assert (missing.status_code, missing.get_json()["field"]) == (400, "data")


def test_how_far_a_judgement_is_can_be_asked(
    service: Flask, client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = service.config["GAZETTEER"].model_copy(update={"home": tmp_path})
    monkeypatch.setitem(service.config, "GAZETTEER", here)
    own, heard = str(uuid4()), []

    def run_in_subprocess(*given: Any) -> None:
        sandbox.validate_in_subprocess(*given)
        heard.append(client.get(f"/v1/validate/{own}").get_json())

    monkeypatch.setattr(layer_uploads, "validate_in_subprocess", run_in_subprocess)
    path = samples.planar(tmp_path / "p.geojson")
    assert client.get(f"/v1/validate/{own}").status_code == 404
    assert send(client, path, planar="true", progress=own).status_code == 200
    assert heard[0]["what"] == "judge" and heard[0]["done"] > 0
    assert client.get(f"/v1/validate/{own}").status_code == 404
    assert list((tmp_path / "validating").iterdir()) == []
    assert client.get("/v1/validate/none").status_code == 404


def test_a_file_that_is_too_large_is_refused_before_it_is_read(
    service: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = service.config["GAZETTEER"].model_copy(update={"validate_limit_mb": 0.5})
    monkeypatch.setitem(service.config, "GAZETTEER", small)

    class Unread(io.BytesIO):
        def read(self, *_: Any) -> bytes:
            raise AssertionError("somebody reads it")

    answer = client.post(
        "/v1/validate",
        input_stream=Unread(),
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": "9000000"},
    )
    assert (answer.status_code, answer.get_json()["field"]) == (413, "data")


@pytest.mark.parametrize("media", ["application/geo+json", "application/octet-stream"])
def test_the_layer_may_be_the_body_itself(client: FlaskClient, tmp_path: Path, media: str) -> None:
    content = samples.planar(tmp_path / "p.geojson").read_bytes()
    answer = client.post("/v1/validate?planar=true", data=content, content_type=media)
    assert answer.status_code == 200
    assert answer.get_json()["summary"]["findings"]["by_severity"]["error"] == 2
    empty = client.post("/v1/validate", data=b"", content_type=media)
    assert (empty.status_code, empty.get_json()["field"]) == (400, "data")
    other = client.post("/v1/validate", data=content, content_type="text/plain")
    assert other.status_code == 415


def test_layers_have_a_limit_of_their_own(register: str, tmp_path: Path) -> None:
    limits = {"home": tmp_path, "validate_rate_limit": "2/hour", "export_rate_limit": "1/hour"}
    with open_pool(register, 1) as pool:
        client = create_app(get_settings().model_copy(update=limits), pool).test_client()
        codes = [client.post("/v1/validate").status_code for _ in range(3)]
        assert codes == [400, 400, 429]
        asked = [client.get("/v1/export?within=999999").status_code for _ in range(2)]
        assert asked == [404, 429]


def test_the_catalogue_lists_every_rule_with_its_limits(client: FlaskClient) -> None:
    rules = client.get("/v1/rules", headers=ENGLISH).get_json()["rules"]
    assert [rule["id"] for rule in rules] == list(read_catalogue())
    gap = client.get("/v1/rules/TOP-COV-02").get_json()
    assert gap["tolerance"] == {"overlap_m": 0.05, "gap_width_m": 1.0}
    assert client.get("/v1/rules/TOP-XYZ-99").status_code == 404


def test_a_rule_on_names_tells_article_words_example_and_certainty(client: FlaskClient) -> None:
    rule = client.get("/v1/rules/NR-012", headers=ENGLISH).get_json()
    assert (rule["group"], rule["scope"], rule["severity"]) == ("NR", "name", "error")
    assert rule["origin"].endswith("(State Council Order No. 753), Art. 9(1)(8)")
    assert rule["words"].startswith("Translation: ")
    assert "太平镇" in rule["example"]
    assert (rule["certainty"], rule["asks"], rule["profile"]) == ("certain", False, None)
    assert client.get("/v1/rules/NR-024").get_json()["profile"] == "guangzhou"
    boundaries = client.get("/v1/rules/TOP-COV-01").get_json()
    assert boundaries["words"] is boundaries["example"] is boundaries["certainty"] is None


def test_the_page_shows_rules_on_names_in_their_own_section(client: FlaskClient) -> None:
    page = client.get("/rules?q=NR-007", headers=ENGLISH).text
    assert 'id="NR"' in page
    assert 'id="COV"' not in page
    rule = read_catalogue()["NR-007"]
    for text in (rule.article_words, rule.name_example):
        assert text is not None
        assert escape(text.text("en")) in page
    assert "verified in the text of the law" in page
    assert "made by a person, and kept" in page


def test_pages_tell_the_form_the_catalogue_and_one_rule(client: FlaskClient) -> None:
    form = client.get("/validate", headers=ENGLISH).text
    assert 'action="/v1/validate"' in form
    whole = client.get("/rules", headers=ENGLISH).text
    assert all(f'id="{rule}"' in whole for rule in read_catalogue())
    found = client.get("/rules?q=TOP-COV-02", headers=ENGLISH).text
    assert 'id="TOP-COV-02"' in found
    assert 'id="TOP-GEO-01"' not in found
    one = client.get("/rules/TOP-COV-02", headers=ENGLISH).text
    assert escape(read_catalogue()["TOP-COV-02"].trap.text("en")) in one
    assert client.get("/rules/TOP-XYZ-99", headers=ENGLISH).status_code == 404

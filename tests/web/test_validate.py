"""``POST /v1/validate`` and the catalogue over HTTP."""

import io
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from boundaries.rules.registry import catalogue
from tests.boundaries.validation import samples
from web import slots

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
    monkeypatch.setattr(slots, "places_of", lambda *_: taken)
    assert send(client, samples.sound(tmp_path / "s.geojson")).status_code == 503


def test_the_catalogue_lists_every_rule_with_its_limits(client: FlaskClient) -> None:
    rules = client.get("/v1/rules", headers=ENGLISH).get_json()["rules"]
    assert [rule["id"] for rule in rules] == list(catalogue())
    gap = client.get("/v1/rules/TOP-COV-02").get_json()
    assert gap["tolerance"] == {"overlap_m": 0.05, "gap_width_m": 1.0}
    assert client.get("/v1/rules/TOP-XYZ-99").status_code == 404


def test_pages_tell_the_form_the_catalogue_and_one_rule(client: FlaskClient) -> None:
    form = client.get("/validate", headers=ENGLISH).text
    assert 'action="/v1/validate"' in form
    whole = client.get("/rules", headers=ENGLISH).text
    assert all(f'id="{rule}"' in whole for rule in catalogue())
    found = client.get("/rules?q=TOP-COV-02", headers=ENGLISH).text
    assert 'id="TOP-COV-02"' in found
    assert 'id="TOP-GEO-01"' not in found
    one = client.get("/rules/TOP-COV-02", headers=ENGLISH).text
    assert catalogue()["TOP-COV-02"].trap["en"].split(":")[0] in one
    assert client.get("/rules/TOP-XYZ-99", headers=ENGLISH).status_code == 404

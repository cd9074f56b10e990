"""Exported files read in parts, as GDAL and browsers that resume a download do."""

from pathlib import Path

import pyogrio
import pytest
from flask import Flask
from flask.testing import FlaskClient

from gazetteer.settings import Settings
from web.services.export_files import discard_export_files

EXPORT = "/v1/export?what=divisions&level=county&within=440100&at=2024-06-01"


def clear_exports(service: Flask) -> Path:
    settings: Settings = service.config["GAZETTEER"]
    discard_export_files(settings)
    return settings.exports_directory


@pytest.mark.parametrize("format_", ["gpkg", "shp", "geojson", "json", "csv", "xlsx"])
def test_parts_are_those_of_the_whole(client: FlaskClient, format_: str) -> None:
    path = f"{EXPORT}&format={format_}"
    whole = client.get(path)
    assert whole.headers["Accept-Ranges"] == "bytes"
    assert int(whole.headers["Content-Length"]) == len(whole.data)
    for wanted, part in (
        ("bytes=0-99", whole.data[:100]),
        ("bytes=100-", whole.data[100:]),
        ("bytes=-50", whole.data[-50:]),
    ):
        answer = client.get(path, headers={"Range": wanted, "Accept-Encoding": "gzip"})
        assert (answer.status_code, answer.data) == (206, part)
        assert answer.headers["Content-Range"].endswith(f"/{len(whole.data)}")
        assert answer.headers["ETag"] == whole.headers["ETag"]
        assert "Content-Encoding" not in answer.headers


def test_head_states_the_length(client: FlaskClient) -> None:
    head, whole = client.head(EXPORT), client.get(EXPORT)
    assert head.status_code == 200 and head.data == b""
    for name in ("Content-Length", "Accept-Ranges", "ETag", "Content-Disposition"):
        assert head.headers[name] == whole.headers[name]


def test_a_part_beyond_the_end_is_a_problem(client: FlaskClient) -> None:
    size = len(client.get(EXPORT).data)
    answer = client.get(EXPORT, headers={"Range": f"bytes={size}-"})
    assert (answer.status_code, answer.get_json()["code"]) == (416, "range_not_satisfiable")
    assert answer.headers["Content-Range"] == f"bytes */{size}"


@pytest.mark.parametrize("wanted", ["bytes=0-1,5-9", "rows=0-5", "bytes=9-1", "x"])
def test_any_other_range_is_answered_with_the_whole(client: FlaskClient, wanted: str) -> None:
    answer = client.get(EXPORT, headers={"Range": wanted})
    assert answer.status_code == 200 and answer.headers["Accept-Ranges"] == "bytes"
    assert len(answer.data) == int(answer.headers["Content-Length"])


def test_the_same_state_is_the_same_file_in_any_process(
    service: Flask, client: FlaskClient
) -> None:
    first = client.get(EXPORT)
    clear_exports(service)
    again = client.get(EXPORT)
    assert again.data == first.data and again.headers["ETag"] == first.headers["ETag"]
    other_day = client.get(f"{EXPORT.replace('2024', '2023')}")
    assert other_day.headers["ETag"] != first.headers["ETag"]
    chinese = client.get(EXPORT, headers={"Accept-Language": "zh"})
    english = client.get(EXPORT, headers={"Accept-Language": "en"})
    assert chinese.headers["ETag"] != english.headers["ETag"]
    assert "Accept-Language" in english.headers["Vary"]


def test_who_has_the_file_is_not_sent_it_and_resumes_only_the_same(client: FlaskClient) -> None:
    etag = client.get(EXPORT).headers["ETag"]
    assert client.get(EXPORT, headers={"If-None-Match": etag}).status_code == 304
    resumed = {"Range": "bytes=10-19"}
    assert client.get(EXPORT, headers={**resumed, "If-Range": etag}).status_code == 206
    assert client.get(EXPORT, headers={**resumed, "If-Range": '"other"'}).status_code == 200


def test_only_files_that_are_written_count_and_they_are_removed_in_time(
    service: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = clear_exports(service)
    written: list[str] = []
    monkeypatch.setattr("web.http.rate_limits.count_action", written.append)
    for _ in range(3):
        client.get(EXPORT, headers={"Range": "bytes=0-9"})
    assert written == ["export"] and len(list(folder.iterdir())) == 1
    small = service.config["GAZETTEER"].model_copy(update={"export_cache_mb": 0})
    monkeypatch.setitem(service.config, "GAZETTEER", small)
    answer = client.get(f"{EXPORT}&format=csv")
    assert answer.status_code == 200 and answer.text.startswith("\ufeffcode,")
    assert list(folder.iterdir()) == []


def test_gdal_opens_an_export_by_its_address(live_server: str) -> None:
    address = f"/vsicurl/{live_server}{EXPORT}&format=gpkg"
    meta, _, shapes, columns = pyogrio.raw.read(address, layer="county")
    read = dict(zip(meta["fields"], columns, strict=True))
    assert len(shapes) == 11 and "440106" in read["code"]
    box = pyogrio.raw.read(address, layer="county", bbox=(113.3, 23.1, 113.4, 23.2))
    assert 0 < len(box[2]) < 11
    listed = f"/vsicurl/{live_server}/v1/export?what=units&within=440100&format=gpkg"
    assert pyogrio.read_info(listed, layer="units")["features"] > 2000

"""``/v1/reverse/csv`` on the shipped register: every row as the single call has it."""

import gc
import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from pyproj import Transformer

from gazetteer.database.pool import open_pool
from gazetteer.settings import get_settings
from tests.web.csv_tables import rows, sent
from web.app import create_app

PATH = "/v1/reverse/csv"
POINTS = [
    (113.3612, 23.1291),  # 天河
    (113.54, 22.13),  # 横琴
    (114.17, 22.28),  # Hong Kong
    (110.3, 21.2),
    (0.0, 0.0),
]


def table(points: list[tuple[float, float]]) -> str:
    lines = ["名称,x,y", *(f'"点,{n}",{x},{y}' for n, (x, y) in enumerate(points))]
    return "\r\n".join(lines) + "\r\n"


def single(client: FlaskClient, row: dict[str, str], **query: str) -> dict[str, Any]:
    given = {"lon": row["x"], "lat": row["y"], **query}
    answer: dict[str, Any] = client.get("/v1/reverse", query_string=given).get_json()
    return answer


def assert_same_as_single_call(row: dict[str, str], answer: dict[str, Any]) -> None:
    if "chain" not in answer:
        assert row["result_status"] == "invalid"
        return
    for level in ("province", "prefecture", "county"):
        units = [unit for unit in answer["chain"] if unit["level"] == level]
        if len(units) == 1:
            assert row[f"result_{level}"] == units[0]["name"]
            assert row[f"result_{level}_code"] == (units[0]["code"] or "")
        else:
            assert row[f"result_{level}"] == ""
    assert row["result_status"] == ("matched" if answer["chain"] else "outside")
    lowest = answer["chain"][-1] if answer["chain"] else {}
    assert row["result_code"] == (lowest.get("code") or "")
    assert row["result_near_boundary"] == str(answer["near_boundary"]).lower()
    distance = answer["boundary_distance_m"]
    assert row["result_boundary_distance_m"] == ("" if distance is None else str(distance))
    assert float(row["result_lon"]) == answer["point"]["lon"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_every_row_is_answered_as_a_single_call(client: FlaskClient, encoding: str) -> None:
    content = table(POINTS).encode(encoding)
    response = sent(client, PATH, content, columns="x,y", result_columns="full")
    assert response.status_code == 200, response.text
    answered = rows(response.data, encoding)
    assert [row["名称"] for row in answered] == [f"点,{n}" for n in range(len(POINTS))]
    for row in answered:
        assert_same_as_single_call(row, single(client, row))


@pytest.mark.parametrize("crs", ["4547", "gcj02", "3857"])
def test_a_file_may_be_in_another_system(client: FlaskClient, crs: str) -> None:
    points = POINTS[:2]
    if crs != "gcj02":
        to = Transformer.from_crs("EPSG:4490", f"EPSG:{crs}", always_xy=True)
        points = [to.transform(x, y) for x, y in points]
    fields = {"columns": "x,y", "crs": crs, "result_columns": "full"}
    answered = rows(sent(client, PATH, table(points).encode(), **fields).data)
    assert answered[0]["result_county"] == "天河区"
    for row in answered:
        assert_same_as_single_call(row, single(client, row, crs=crs))


def test_a_file_is_answered_as_of_a_day(client: FlaskClient) -> None:
    fields = {"columns": "x,y", "at": "1990-01-01", "result_columns": "full"}
    response = sent(client, PATH, table(POINTS[:1]).encode(), **fields)
    (row,) = rows(response.data)
    assert response.headers["X-Gazetteer-At"] == "1990-01-01"
    answer = single(client, row, at="1990-01-01")
    assert_same_as_single_call(row, answer)
    assert [part.split(":")[0] for part in row["result_known_since"].split(";") if part] == list(
        answer["known_since"]
    )


@pytest.mark.parametrize("x", ["", "east", "nan", "inf", "1_1", "500", "1e400"])
def test_what_is_no_position_is_told_in_its_row(client: FlaskClient, x: str) -> None:
    content = f"lon,lat\n{x},23\n113.36,23.13\n".encode()
    answered = rows(sent(client, PATH, content).data)
    assert [row["result_status"] for row in answered] == ["invalid", "matched"]
    assert "lon" in answered[0]["result_detail"]


def test_a_row_that_is_refused_keeps_no_connection(register: str) -> None:
    """Not even until the collector comes by: what is refused holds on to where it was raised."""
    with open_pool(register, 1) as pool:
        client = create_app(
            get_settings().model_copy(update={"rate_limit": "off"}), pool
        ).test_client()
        gc.disable()
        try:
            content = b"lon,lat\neast,23\n113.36,23.13\n113.36,23.13\n"
            answered = rows(sent(client, PATH, content, basis="announced").data)
            assert pool.get_stats()["pool_available"] == 1
        finally:
            gc.enable()
    assert [row["result_status"] for row in answered] == ["invalid", "matched", "matched"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"columns": "lon"}, "columns"),
        ({"columns": "lon,height"}, "columns"),
        ({"crs": "2437"}, "crs"),
        ({"crs": "moon"}, "crs"),
        ({"known_at": "2000-01-01T00:00:00Z"}, "known_at"),
        ({"result_columns": "result_score"}, "result_columns"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(
    client: FlaskClient, fields: dict[str, str], field: str
) -> None:
    response = sent(client, PATH, b"lon,lat\n113,23\n", **fields)
    assert (response.status_code, response.get_json()["field"]) == (400, field)


def test_a_position_is_known_by_its_headings_and_comes_back_as_a_spreadsheet(
    client: FlaskClient,
) -> None:
    content = "编号,纬度,经度\n007,23.1291,113.3612\n".encode()
    response = sent(client, PATH, content, format="xlsx", headings="labels")
    sheet = load_workbook(io.BytesIO(response.data)).active
    assert sheet is not None
    header, row = sheet.iter_rows(values_only=True)
    assert header[3:6] == ("结果状态", "结果代码", "结果全称")
    assert (row[0], row[3], row[4]) == ("007", "已匹配", "440106")
    unknown = sent(client, PATH, "甲,乙\n23,113\n".encode()).get_json()
    assert (unknown["field"], "甲、乙" in unknown["detail"]) == ("columns", True)

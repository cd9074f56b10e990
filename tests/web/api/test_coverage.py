"""``/v1/coverage``: facilities counted in units, nothing counted in silence."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.csv_tables import rows, sent

PATH = "/v1/coverage"
LIST = """名称,地址,经度,纬度
一站,广州市天河区五山街道五山路1号,,
二站,广东省广州市天河区五山街道,,
三站,广州市天河区,,
四站,广州市番禺区沙湾街道,,
五站,朝阳区,,
六站,我喜欢猫,,
七站,,,
八站,广州市天河区石牌街道,,
"""


def counted(client: FlaskClient, content: str, **fields: str) -> dict[str, Any]:
    form = {"columns": "地址", "name": "名称", "level": "township", "within": "440106", **fields}
    response = sent(client, PATH, content.encode(), **form)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.get_json()
    return answer


def test_every_unit_is_told_with_its_facilities_also_those_without_any(
    client: FlaskClient,
) -> None:
    answer = counted(client, LIST)
    children = client.get("/v1/divisions/440106/children").get_json()["children"]
    assert [unit["code"] for unit in answer["units"]] == sorted(c["code"] for c in children)
    held = {unit["name"]: unit["rows"] for unit in answer["units"] if unit["count"]}
    assert held == {"五山街道": [1, 2], "石牌街道": [8]}
    assert answer["totals"]["units"] == len(children)
    assert answer["totals"]["units_without"] == len(children) - 2
    (wushan,) = (unit for unit in answer["units"] if unit["name"] == "五山街道")
    assert wushan["label"] == "广东省广州市天河区五山街道"
    assert [parent["code"] for parent in wushan["parents"]] == ["440000", "440100", "440106"]


def test_who_is_counted_nowhere_is_told_with_the_reason(client: FlaskClient) -> None:
    answer = counted(client, LIST)
    statuses = {f["name"]: f["status"] for f in answer["facilities"]}
    assert statuses == {
        "一站": "counted",
        "二站": "counted",
        "三站": "not_at_level",
        "四站": "outside",
        "五站": "ambiguous",
        "六站": "not_found",
        "七站": "invalid",
        "八站": "counted",
    }
    totals = answer["totals"]
    assert sum(totals[status] for status in set(statuses.values())) == totals["facilities"] == 8
    assert answer["facilities"][2]["unit"] == {
        "level": "county",
        "code": "440106",
        "name": "天河区",
    }


def test_a_facility_that_lies_somewhere_above_the_territory_may_be_inside(
    client: FlaskClient,
) -> None:
    answer = counted(client, "名称,地址\n甲,广州市\n乙,深圳市\n")
    assert [f["status"] for f in answer["facilities"]] == ["not_at_level", "outside"]


def test_a_facility_without_an_address_is_located_by_its_position(client: FlaskClient) -> None:
    content = "名称,地址,经度,纬度\n甲,,113.3612,23.1291\n乙,番禺区,0,0\n丙,,0,0\n丁,,x,y\n"
    answer = counted(client, content, level="county", within="440100", coordinates="经度,纬度")
    assert [f["status"] for f in answer["facilities"]] == [
        "counted", "counted", "outside", "invalid"
    ]  # fmt: skip
    assert answer["facilities"][0]["coordinate_level"] == "point"
    assert answer["facilities"][0]["point"] == [113.3612, 23.1291]
    held = {unit["name"]: unit["rows"] for unit in answer["units"] if unit["count"]}
    assert held == {"天河区": [1], "番禺区": [2]}


def test_a_prefecture_without_counties_has_towns_all_the_same(client: FlaskClient) -> None:
    content = "名称,地址\n甲,东莞市长安镇锦厦村\n"
    answer = counted(client, content, within="441900")
    held = {unit["name"]: unit["rows"] for unit in answer["units"] if unit["count"]}
    assert held == {"长安镇": [1]}


def test_the_day_decides_which_units_there_are(client: FlaskClient) -> None:
    content = "名称,地址\n甲,广东省广州市萝岗区\n"
    fields = {"level": "county", "within": "440100"}
    then = counted(client, content, at="2010-01-01", **fields)
    assert "萝岗区" in [unit["name"] for unit in then["units"]]
    assert [unit["count"] for unit in then["units"] if unit["name"] == "萝岗区"] == [1]
    now = counted(client, content, **fields)
    assert [unit["name"] for unit in now["units"] if unit["count"]] == ["黄埔区"]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_the_file_tells_the_same(client: FlaskClient, encoding: str) -> None:
    form = {"columns": "地址", "name": "名称", "level": "township", "within": "440106"}
    response = sent(client, f"{PATH}/csv", LIST.encode(encoding), **form)
    records = rows(response.data, encoding)
    answer = counted(client, LIST)
    units = [row for row in records if row["record"] == "unit"]
    assert [(row["code"], int(row["count"])) for row in units] == [
        (unit["code"], unit["count"]) for unit in answer["units"]
    ]
    left = {row["rows"]: row["status"] for row in records if row["record"] == "facility"}
    assert left == {
        str(f["row"]): f["status"] for f in answer["facilities"] if f["status"] != "counted"
    }


@pytest.mark.parametrize(
    ("fields", "status", "field"),
    [
        ({"within": "999999"}, 404, "within"),
        ({"within": "44"}, 400, "within"),
        ({"within": "440106", "level": "county"}, 400, "level"),
        ({"within": "440106", "level": "province"}, 400, "level"),
        ({"within": "440106001", "level": "county"}, 400, "level"),
        ({"columns": "住址"}, 400, "columns"),
        ({"name": "who"}, 400, "name"),
        ({"coordinates": "经度"}, 400, "coordinates"),
        ({"coordinates": "经度,纬度", "crs": "2437"}, 400, "crs"),
        ({"result_columns": "result_code"}, 400, "result_columns"),
    ],
)
def test_what_cannot_be_counted_is_refused_by_name(
    client: FlaskClient, fields: dict[str, str], status: int, field: str
) -> None:
    form = {"columns": "地址", "level": "township", "within": "440106", **fields}
    response = sent(client, PATH, LIST.encode(), **form)
    assert (response.status_code, response.get_json()["field"]) == (status, field)


def test_a_list_of_positions_alone_is_known_by_its_headings(client: FlaskClient) -> None:
    content = "名称,经度,纬度\n甲,113.3612,23.1291\n".encode()
    response = sent(client, PATH, content, level="county", within="440100")
    assert response.status_code == 200, response.text
    counted_codes = [unit["code"] for unit in response.get_json()["units"] if unit["count"]]
    assert counted_codes == ["440106"]
    refused = sent(client, PATH, "甲,乙\n1,2\n".encode(), level="county", within="440100")
    assert (refused.status_code, refused.get_json()["field"]) == (400, "columns")

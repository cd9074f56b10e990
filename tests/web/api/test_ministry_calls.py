"""Programs written for the national database work with this register by another address."""

from typing import Any

import pytest
from flask.testing import FlaskClient

DIVISIONS, NAMES = "/compat/mca/xzqh/getList", "/compat/mca/stname/listPub"


def read(client: FlaskClient, path: str, **query: Any) -> dict[str, Any]:
    answer = client.get(path, query_string=query)
    assert answer.status_code == 200, answer.text
    content: dict[str, Any] = answer.get_json()
    return content


def test_all_china_has_its_provinces_below_it(client: FlaskClient) -> None:
    answer = read(client, DIVISIONS, maxLevel=1)
    assert (answer["status"], answer["total"]) == (200, 34)
    assert {child["level"] for child in answer["data"]["children"]} == {1}
    assert answer["data"]["children"][0]["code"] == "110000000000"


@pytest.mark.parametrize("code", ["44", "440000", "440000000000"])
def test_a_province_is_found_by_its_code_however_long(client: FlaskClient, code: str) -> None:
    data = read(client, DIVISIONS, code=code, maxLevel=2)["data"]
    assert (data["name"], data["level"], data["type"]) == ("广东省", 1, "省")
    assert len(data["children"]) == 21
    counties = [county for city in data["children"] for county in city["children"]]
    assert sum(county["level"] == 3 for county in counties) == 122


def test_a_city_without_counties_has_its_towns_below_it(client: FlaskClient) -> None:
    data = read(client, DIVISIONS, code="4419", maxLevel=1, trimCode="true")["data"]
    assert (data["code"], data["name"]) == ("4419", "东莞市")
    assert {child["level"] for child in data["children"]} == {4}
    assert all(len(child["code"]) == 9 for child in data["children"])


def test_a_year_is_its_last_day(client: FlaskClient) -> None:
    def list_names(**query: Any) -> set[str]:
        data = read(client, DIVISIONS, code="440100", maxLevel=1, **query)["data"]
        return {child["name"] for child in data["children"]}

    assert "萝岗区" in list_names(year=2013)
    assert "萝岗区" not in list_names()
    assert "黄埔区" in list_names(year=0)


def test_names_are_found_by_a_part_or_as_a_whole(client: FlaskClient) -> None:
    part = read(client, NAMES, stName="天河", size=3)
    whole = read(client, NAMES, stName="天河区", searchType="精确")
    assert part["total"] > 3 == len(part["records"])
    (tianhe,) = whole["records"]
    assert tianhe["roman_alphabet_spelling"] == "Tianhe Qu"
    assert (tianhe["province"], tianhe["city_name"], tianhe["area"]) == (
        "440000",
        "广州市",
        "440106",
    )
    pages = [read(client, NAMES, stName="天河", size=2, page=page)["records"] for page in (1, 2)]
    ids = [record["id"] for records in pages for record in records]
    assert len(ids) == len(set(ids)) == 4


def test_names_within_a_unit_are_those_of_no_neighbour(client: FlaskClient) -> None:
    records = read(client, NAMES, stName="村", code="440110", size=5)["records"]
    assert records == []  # no such code; 440111 and others begin in the same way
    records = read(client, NAMES, stName="村", code="440111", size=50)["records"]
    assert {record["area"] for record in records} == {"440111"}


def test_a_text_is_no_pattern(client: FlaskClient) -> None:
    for text in ("%", "_", "\\", "天%"):
        assert read(client, NAMES, stName=text)["total"] == 0


def test_a_form_is_answered_alike(client: FlaskClient) -> None:
    form = {"stName": "黄村", "searchType": "", "code": "440106", "page": "1", "size": "10"}
    assert client.post(NAMES, data=form).get_json() == read(client, NAMES, **form)


@pytest.mark.parametrize(
    ("path", "query", "status", "field"),
    [
        (DIVISIONS, {"code": "999999"}, 404, "code"),
        (DIVISIONS, {"code": "44x"}, 400, "code"),
        (DIVISIONS, {"maxLevel": 9}, 400, "maxLevel"),
        (DIVISIONS, {"year": 1900}, 404, "year"),
        (NAMES, {}, 400, "stName"),
        (NAMES, {"stName": "天河", "searchType": "like"}, 400, "searchType"),
        (NAMES, {"stName": "天河", "size": 100_000}, 400, "size"),
    ],
)
def test_wrong_parameters_are_named(
    client: FlaskClient, path: str, query: dict[str, Any], status: int, field: str
) -> None:
    answer = client.get(path, query_string=query)
    assert (answer.status_code, answer.get_json()["field"]) == (status, field)

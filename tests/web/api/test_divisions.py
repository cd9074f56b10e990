"""Units by code on the shipped register: who carried a code on a day, under whom, with what kin."""

from typing import Any

import pytest
from flask.testing import FlaskClient


def division(client: FlaskClient, code: str, **query: str) -> dict[str, Any]:
    response = client.get(f"/v1/divisions/{code}", query_string=query)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.get_json()
    return answer


def problem(client: FlaskClient, code: str, status: int, **query: str) -> dict[str, Any]:
    response = client.get(f"/v1/divisions/{code}", query_string=query)
    assert response.status_code == status, response.text
    answer: dict[str, Any] = response.get_json()
    return answer


def test_440106_is_tianhe_district_today(client: FlaskClient) -> None:
    answer = division(client, "440106")
    assert answer["name"] == "天河区"
    assert answer["romanized_name"] == "Tianhe Qu"
    assert (answer["level"], answer["unit_type"]) == ("county", "市辖区")
    assert answer["parent"] == {"code": "440100", "name": "广州市"}
    assert [unit["name"] for unit in answer["ancestors"]] == ["广东省", "广州市"]
    assert answer["status"] == "current"
    assert answer["valid"]["from"] == "1985-01-01"
    assert answer["valid"]["from_precision"] == "year"
    assert answer["valid"]["to"] is None


def test_a_code_that_was_used_again_is_two_units(client: FlaskClient) -> None:
    suburb = division(client, "440511", at="1990-01-01")
    jinping = division(client, "440511", at="2010-01-01")
    assert (suburb["name"], jinping["name"]) == ("郊区", "金平区")
    assert suburb["unit_id"] != jinping["unit_id"]
    assert (suburb["status"], jinping["status"]) == ("retired", "current")


def test_a_unit_that_changed_its_province_is_one_unit_under_two_codes(client: FlaskClient) -> None:
    guangdong = division(client, "441000", at="1988-01-01")
    hainan = division(client, "460100", at="1988-06-01")
    assert guangdong["unit_id"] == hainan["unit_id"]
    assert guangdong["ancestors"][0]["name"] == "广东省"
    assert hainan["ancestors"][0]["name"] == "海南省"


def test_a_day_of_change_belongs_to_what_came_after(client: FlaskClient) -> None:
    assert division(client, "440724", at="1993-01-04")["name"] == "开平县"
    assert division(client, "440783", at="1993-01-05")["name"] == "开平市"
    assert problem(client, "440724", 404, at="1993-01-05")["code"] == "code_not_in_force"


def test_a_county_level_city_is_under_the_province_and_in_the_custody_of_the_prefecture(
    client: FlaskClient,
) -> None:
    kaiping = division(client, "440783")
    assert kaiping["subordination_parent"] == {"code": "440000", "name": "广东省"}
    assert kaiping["custody_parent"] == {"code": "440700", "name": "江门市"}
    assert kaiping["parent"] == kaiping["custody_parent"]


def test_successors_and_predecessors_name_each_other_and_the_act(client: FlaskClient) -> None:
    county = division(client, "440724", at="1990-01-01")
    city = division(client, "440783")
    (successor,), (predecessor,) = county["successors"], city["predecessors"]
    assert (successor["code"], successor["name"]) == ("440783", "开平市")
    assert (predecessor["code"], predecessor["name"]) == ("440724", "开平县")
    assert successor["on"] == predecessor["on"] == "1993-01-05"
    assert (successor["kind"], successor["share"]) == ("continues", 1.0)
    assert successor["act_id"] == predecessor["act_id"] is not None


def test_a_share_without_evidence_is_null(client: FlaskClient) -> None:
    qujiang = division(client, "440221", at="2000-01-01")
    assert {kin["code"] for kin in qujiang["successors"]} == {
        "440203", "440204", "440205", "440224",
    }  # fmt: skip
    assert {kin["share"] for kin in qujiang["successors"]} == {None}


@pytest.mark.parametrize("code", ["441900", "442000"])
def test_cities_without_counties_have_townships_as_children_and_nothing_else(
    client: FlaskClient, code: str
) -> None:
    answer = client.get(f"/v1/divisions/{code}/children").get_json()
    assert len(answer["children"]) > 20
    assert {child["level"] for child in answer["children"]} == {"township"}
    assert {len(child["code"]) for child in answer["children"]} == {9}


def test_a_township_of_such_a_city_has_the_city_as_parent(client: FlaskClient) -> None:
    assert division(client, "441900003")["parent"] == {"code": "441900", "name": "东莞市"}


def test_children_go_down_to_villages(client: FlaskClient) -> None:
    townships = client.get("/v1/divisions/440106/children").get_json()["children"]
    wushan = next(child for child in townships if child["name"] == "五山街道")
    assert wushan["has_children"]
    villages = client.get(f"/v1/divisions/{wushan['code']}/children").get_json()["children"]
    assert {child["level"] for child in villages} == {"village"}
    assert not any(child["has_children"] for child in villages)
    assert {child["code"][:9] for child in villages} == {wushan["code"]}


def test_children_before_their_records_begin_are_told_apart_from_none(client: FlaskClient) -> None:
    answer = client.get("/v1/divisions/440106/children?at=1990-01-01").get_json()
    assert answer["children"] == []
    assert answer["records_begin"]["township"] > "1990-01-01"


def test_the_children_of_guangdong_on_a_day_are_its_prefectures_of_that_day(
    client: FlaskClient,
) -> None:
    now = client.get("/v1/divisions/440000/children").get_json()["children"]
    assert len(now) == 21
    before = client.get("/v1/divisions/440000/children?at=1985-01-01").get_json()["children"]
    assert "东莞市" not in {child["name"] for child in before if child["level"] == "prefecture"}


def test_history_tells_every_change_with_its_legal_document(client: FlaskClient) -> None:
    answer = client.get("/v1/divisions/440205/history").get_json()
    began = answer["events"][0]
    assert (began["kind"], began["on"]) == ("establish", "2004-05-29")
    assert began["act"]["number"] == "国函〔2004〕40号"
    assert began["act"]["authority"] == "国务院"
    assert began["act"]["approved_on"] == "2004-05-29"
    assert began["summary_zh"] == "设立曲江区"
    assert any(event["after"] == "440221" for event in answer["events"])


def test_history_is_whole_whatever_the_day(client: FlaskClient) -> None:
    past = client.get("/v1/divisions/441000/history?at=1988-01-01").get_json()
    now = client.get("/v1/divisions/460100/history").get_json()
    assert past["versions"] == now["versions"]
    assert [version["code"] for version in now["versions"]] == ["441000", "460100"]
    (moved,) = [event for event in now["events"] if event["kind"] == "code_change"]
    assert (moved["before"], moved["after"], moved["on"]) == ("441000", "460100", "1988-04-13")


def test_an_answer_repeats_its_moment_and_asked_again_with_it_is_the_same(
    client: FlaskClient,
) -> None:
    answer = division(client, "440106", at="2001-02-03")
    assert (answer["at"], answer["basis"]) == ("2001-02-03", "effective")
    moment = {name: answer[name] for name in ("at", "known_at", "basis")}
    assert division(client, "440106", **moment) == answer


def test_a_code_out_of_force_is_refused_with_the_periods_when_it_was_in_force(
    client: FlaskClient,
) -> None:
    answer = problem(client, "440511", 404, at="1995-01-01")
    assert (answer["code"], answer["field"]) == ("code_not_in_force", "at")
    assert [(p["name"], p["valid"]["from"], p["valid"]["to"]) for p in answer["periods"]] == [
        ("郊区", "1983-12-22", "1991-09-14"),
        ("金平区", "2003-01-29", None),
    ]
    assert {kin["code"] for kin in answer["periods"][0]["successors"]} >= {"440507", "440509"}


def test_a_day_before_the_first_record_is_refused_with_the_day_of_the_first(
    client: FlaskClient,
) -> None:
    for path in ("", "/children", "/history", "/area"):
        response = client.get(f"/v1/divisions/440106{path}?at=1949-10-01")
        answer = response.get_json()
        assert response.status_code == 404
        assert (answer["code"], answer["field"]) == ("no_data_before", "at")
        assert answer["since"] == "1981-01-01"


def test_an_unknown_code_is_named(client: FlaskClient) -> None:
    answer = problem(client, "999999", 404)
    assert (answer["code"], answer["field"]) == ("unknown_code", "code")


def test_the_form_of_tianditu_is_told_from_a_township_code(client: FlaskClient) -> None:
    answer = problem(client, "156440106", 404)
    assert answer["code"] == "unknown_code"
    assert "440106" in answer["detail"] and "天地图" in answer["detail"]


@pytest.mark.parametrize("code", ["44010", "4401061", "44010A", "٤٤٠١٠٦", "440106%00", "%0A440106"])
def test_a_malformed_code_is_refused(client: FlaskClient, code: str) -> None:
    answer = problem(client, code, 400)
    assert (answer["code"], answer["field"]) == ("invalid_value", "code")


@pytest.mark.parametrize(
    "at", ["2023-02-29", "2020-13-01", "20200101", "1262304000", "2020", "2020-01-01T00:00:00", "x"]
)
def test_a_day_that_does_not_exist_is_refused(client: FlaskClient, at: str) -> None:
    answer = problem(client, "440106", 400, at=at)
    assert (answer["code"], answer["field"]) == ("invalid_value", "at")


@pytest.mark.parametrize("at", ["1981-01-01", "2100-01-01", "9999-12-31"])
def test_the_ends_of_the_calendar_are_days_like_others(client: FlaskClient, at: str) -> None:
    assert division(client, "440100", at=at)["at"] == at


@pytest.mark.parametrize(
    "known_at",
    [
        "2099-01-01T00:00:00Z",  # in the future
        "9999-12-31T23:59:59-23:59",  # outside the calendar
        "0001-01-01T00:00:00+23:59",
        "2024-05-01",  # a day
        "2024-05-01T00:00:00",  # without offset
        "1700000000",
        "x",
    ],
)
def test_an_impossible_moment_of_knowledge_is_refused(client: FlaskClient, known_at: str) -> None:
    assert problem(client, "440106", 400, known_at=known_at)["field"] == "known_at"


def test_before_its_first_publication_the_register_says_since_when_it_knows(
    client: FlaskClient,
) -> None:
    for path in ("", "/children", "/history", "/area"):
        response = client.get(f"/v1/divisions/440106{path}?known_at=2000-01-01T00:00:00Z")
        assert response.status_code == 400
        assert response.get_json()["field"] == "known_at"
        assert "since" in response.get_json()


def test_another_basis_is_repeated_and_an_unknown_one_refused(client: FlaskClient) -> None:
    for basis in ("announced", "implemented"):
        assert division(client, "440106", basis=basis)["basis"] == basis
    assert problem(client, "440106", 400, basis="approved")["field"] == "basis"


def test_a_parameter_that_does_not_exist_or_comes_twice_is_refused(client: FlaskClient) -> None:
    assert problem(client, "440106", 400, date="2020-01-01")["field"] == "date"
    response = client.get("/v1/divisions/440106?at=2020-01-01&at=2021-01-01")
    assert (response.status_code, response.get_json()["field"]) == (400, "at")


def test_an_area_is_a_feature_with_its_source_and_accuracy(client: FlaskClient) -> None:
    feature = client.get("/v1/divisions/440106/area").get_json()
    assert feature["properties"]["area_km2"] == pytest.approx(137, abs=10)  # the official figure
    assert feature["properties"]["source"]


def test_an_area_that_is_not_known_on_a_day_is_told_apart_from_a_unit_that_is_not(
    client: FlaskClient,
) -> None:
    response = client.get("/v1/divisions/440106/area?at=1990-01-01")
    problem = response.get_json()
    assert (response.status_code, problem["code"]) == (404, "no_area_known")
    assert problem["known_since"] > "1990-01-01"


def test_a_code_that_a_list_filled_up_is_that_of_its_unit(client: FlaskClient) -> None:
    for written, code in (("440100000000", "440100"), ("441900003000", "441900003")):
        answer = client.get(f"/v1/divisions/{written}").get_json()
        assert answer == client.get(f"/v1/divisions/{code}").get_json()
        assert answer["code"] == code

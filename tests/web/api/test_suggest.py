"""``/v1/suggest`` on the shipped register."""

from typing import Any

import pytest
from flask.testing import FlaskClient


def test_suggestions_tell_what_and_why(client: FlaskClient) -> None:
    answer = client.get("/v1/suggest?q=gz天河&limit=3").get_json()
    first = answer["suggestions"][0]
    assert (first["code"], first["label"]) == ("440106", "广东省广州市天河区")
    assert (first["matched_by"], first["via_former_name"]) == ("short", False)
    assert len(answer["suggestions"]) == 3
    assert answer["basis"] == "effective"


def test_a_former_name_is_suggested_as_such_on_its_day_as_current(client: FlaskClient) -> None:
    now = client.get("/v1/suggest?q=萝岗区").get_json()["suggestions"][0]
    assert (now["name"], now["via_former_name"]) == ("黄埔区", True)
    then = client.get("/v1/suggest?q=萝岗区&at=2010-01-01").get_json()["suggestions"][0]
    assert (then["name"], then["via_former_name"]) == ("萝岗区", False)


def test_a_level_filters(client: FlaskClient) -> None:
    answer = client.get("/v1/suggest?q=天河&level=township").get_json()
    assert {s["level"] for s in answer["suggestions"]} == {"township"}


def test_the_filters_are_those_of_the_search(client: FlaskClient) -> None:
    filters = {"within": "440100", "class": "division", "near": "113.3,23.1"}
    suggested = client.get("/v1/suggest", query_string={"q": "白云", **filters}).get_json()
    searched = client.get("/v1/search", query_string={"q": "白云", "limit": "10", **filters})
    hits = [f["properties"]["geocoding"] for f in searched.get_json()["features"]]
    assert [s["place_id"] for s in suggested["suggestions"]] == [h["place_id"] for h in hits]
    assert "广东省广州市白云区" in {h["label"] for h in hits}
    assert all(h["label"].startswith("广东省广州市") for h in hits)


def test_at_home_the_places_of_home_come_first(client: FlaskClient) -> None:
    first = client.get("/v1/suggest?q=gz").get_json()["suggestions"][0]
    assert (first["code"], first["matched_by"]) == ("440100", "initials")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "q"),
        ({"q": " "}, "q"),
        ({"q": "天" * 101}, "q"),
        ({"q": "天", "limit": "0"}, "limit"),
        ({"q": "天", "level": "street"}, "level"),
        ({"q": "天", "within": "999999"}, "within"),
        ({"q": "天", "bbox": "1,2,3"}, "bbox"),
        ({"q": "天", "near": "23,113"}, "near"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(
    client: FlaskClient, query: dict[str, Any], field: str
) -> None:
    response = client.get("/v1/suggest", query_string=query)
    assert response.status_code == (404 if query.get("within") else 400)
    assert response.get_json()["field"] == field

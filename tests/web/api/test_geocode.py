"""``/v1/geocode`` on the shipped register; every answer is held to the description."""

from typing import Any

import pytest
from flask.testing import FlaskClient

Answer = dict[str, Any]


def asked(client: FlaskClient, address: str, **query: str) -> Answer:
    response = client.get("/v1/geocode", query_string={"address": address, **query})
    assert response.status_code == 200, response.text
    answer: Answer = response.get_json()
    return answer


def place(answer: Answer) -> Answer:
    assert answer["geocoding"]["status"] == "matched"
    (feature,) = answer["features"]
    found: Answer = feature["properties"]["geocoding"]
    return found


def test_an_address_is_answered_with_its_unit_and_its_rest(client: FlaskClient) -> None:
    answer = asked(client, "广东省广州市天河区五山街道五山路３８１号")
    found = place(answer)
    assert (found["name"], found["code"], found["level"]) == ("五山街道", "440106001", "township")
    assert found["label"] == "广东省广州市天河区五山街道"
    assert found["match_level"] == "door"
    assert found["score"] == 1.0
    assert found["faults"] == []
    assert [d["level"] for d in found["divisions"]] == [
        "province",
        "prefecture",
        "county",
        "township",
    ]
    assert answer["geocoding"]["normalized"] == "广东省广州市天河区五山街道五山路381号"


def test_the_offsets_of_elements_lie_in_the_address_as_asked(client: FlaskClient) -> None:
    address = "廣州市 天河區,五山路三百八十一号"
    found = place(asked(client, address))
    pieces = [address[e["start"] : e["end"]] for e in found["elements"]]
    assert pieces == ["五山路", "三百八十一号"]


def test_a_coordinate_says_what_it_stands_for(client: FlaskClient) -> None:
    answer = asked(client, "东莞市长安镇锦厦村")
    found = place(answer)
    assert (found["level"], found["coordinate_level"]) == ("village", "prefecture")
    lon, lat = answer["features"][0]["geometry"]["coordinates"]
    assert 113.5 < lon < 114.3
    assert 22.6 < lat < 23.2


def test_a_former_name_is_told_with_its_period(client: FlaskClient) -> None:
    found = place(asked(client, "广东省萝岗区科学大道"))
    assert (found["name"], found["via_former_name"], found["matched_by"]) == (
        "黄埔区",
        True,
        "former",
    )
    assert found["former_names"] == [
        {
            "text": "萝岗区",
            "relation": "successor",
            "level": "county",
            "from": "2005-04-28",
            "to": "2014-01-25",
        }
    ]


def test_the_day_decides(client: FlaskClient) -> None:
    answer = asked(client, "广东省萝岗区科学大道", at="2010-01-01")
    assert place(answer)["name"] == "萝岗区"
    assert answer["geocoding"]["at"] == "2010-01-01"


def test_what_the_text_does_not_decide_is_answered_with_all_candidates(
    client: FlaskClient,
) -> None:
    answer = asked(client, "朝阳区")
    assert answer["geocoding"]["status"] == "ambiguous"
    assert answer["geocoding"]["deciding_field"] == "province"
    labels = {f["properties"]["geocoding"]["label"] for f in answer["features"]}
    assert labels == {"北京市朝阳区", "吉林省长春市朝阳区"}
    assert answer["geocoding"]["candidates"] == 2


def test_nothing_is_found_in_a_text_without_a_name(client: FlaskClient) -> None:
    answer = asked(client, "我喜欢猫")
    assert (answer["geocoding"]["status"], answer["features"]) == ("not_found", [])


def test_parts_are_read_like_one_text(client: FlaskClient) -> None:
    answer = asked(client, "五山路1号", province="广东省", county="天河区")
    assert place(answer)["code"] == "440106"


def test_a_fault_is_told_in_the_language_of_the_reader(client: FlaskClient) -> None:
    query = {"address": "广州市南山区"}
    for language, words in (("en", "Contradicts"), ("zh", "矛盾")):
        response = client.get(
            "/v1/geocode", query_string=query, headers={"Accept-Language": language}
        )
        found = place(response.get_json())
        details = [f["detail"] for f in found["faults"] if f["fault"] == "contradiction"]
        assert [words in detail for detail in details] == [True]


def test_an_explanation_tells_steps_readings_and_faults(client: FlaskClient) -> None:
    lines = asked(client, "廣州市南山区", explain="1", at="2026-01-01")["geocoding"]["explain"]
    text = "\n".join(lines)
    assert "广州市南山区" in text
    assert text.count("释读 · ") + text.count("Interpretation · ") >= 2
    assert "−0.30" in text


def test_the_state_of_the_register_that_answered_is_told(client: FlaskClient) -> None:
    known_at = asked(client, "天河区")["geocoding"]["known_at"]
    assert known_at == client.get("/v1/search?q=天河区").get_json()["geocoding"]["known_at"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "address"),
        ({"address": " "}, "address"),
        ({"address": "天" * 10_001}, "address"),
        ({"address": "天河区", "at": "yesterday"}, "at"),
        ({"address": "天河区", "known_at": "2020-01-01T00:00:00Z"}, "known_at"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(
    client: FlaskClient, query: Answer, field: str
) -> None:
    response = client.get("/v1/geocode", query_string=query)
    assert response.status_code == 400
    assert response.get_json()["field"] == field


@pytest.mark.parametrize("address", ["天" * 10_000, "(" * 9_999, "广州市" * 3_000, "\ud7ff\uffff"])
def test_long_and_odd_texts_get_an_answer(client: FlaskClient, address: str) -> None:
    asked(client, address)

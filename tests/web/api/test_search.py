"""Search by name on the shipped register."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

Answer = dict[str, Any]


def found(client: FlaskClient, q: str, **query: str) -> list[Answer]:
    response = client.get("/v1/search", query_string={"q": q, **query})
    assert response.status_code == 200, response.text
    features = response.get_json()["features"]
    return [feature["properties"]["geocoding"] for feature in features]


def refused(client: FlaskClient, **query: str) -> Answer:
    response = client.get("/v1/search", query_string=query)
    assert 400 <= response.status_code < 500, response.text
    answer: Answer = response.get_json()
    return answer


@pytest.mark.parametrize(
    ("text", "name", "matched_by"),
    [
        ("天河区", "天河区", "standard"),
        ("天河", "天河区", "short"),  # a short name is the whole name
        ("廣州", "广州市", "short"),  # traditional characters
        ("ＧＵＡＮＧＺＨＯＵ ＳＨＩ", "广州市", "pinyin"),  # full width
        ("tianhe", "天河区", "pinyin"),
        ("Tianhe Qu", "天河区", "pinyin"),
        ("Tiānhé Qū", "天河区", "pinyin"),
        ("guangdongsheng", "广东省", "pinyin"),
        (" 天河区 ", "天河区", "standard"),
    ],
)
def test_a_place_is_found_by_each_way_to_write_its_name(
    client: FlaskClient, text: str, name: str, matched_by: str
) -> None:
    first = found(client, text)[0]
    assert (first["name"], first["matched_by"]) == (name, matched_by)
    assert not first["via_former_name"]


def test_the_beginning_of_a_name_is_enough_and_whole_names_come_first(
    client: FlaskClient,
) -> None:
    hits = found(client, "天河", limit="100")
    assert hits[0]["matched_name"] == "天河"
    assert "天河南街道" in {hit["name"] for hit in hits}
    assert all(hit["matched_name"].startswith("天河") for hit in hits)


def test_a_place_is_found_by_another_of_its_names(client: FlaskClient) -> None:
    first = found(client, "Lo-ching")[0]
    assert (first["name"], first["matched_name"]) == ("罗镜", "Lo-ching")
    assert first["matched_by"] == "latin"


def test_a_former_name_leads_to_its_unit_and_says_when_it_was_in_force(
    client: FlaskClient,
) -> None:
    hit = found(client, "开平县")[0]
    assert (hit["code"], hit["name"]) == ("440783", "开平市")
    assert (hit["matched_name"], hit["matched_by"]) == ("开平县", "former")
    assert hit["via_former_name"]
    assert hit["valid"] == {"from": "1981-01-01", "to": "1993-01-05"}
    (then,) = found(client, "开平县", at="1990-01-01")
    assert (then["matched_by"], then["via_former_name"]) == ("standard", False)


def test_a_name_that_comes_later_is_not_told_as_a_former_one(client: FlaskClient) -> None:
    (hit,) = found(client, "开平市", at="1990-01-01")
    assert (hit["matched_by"], hit["via_former_name"]) == ("later", False)


def test_a_label_names_the_chain_of_units_once_however_many_hits_share_it(
    client: FlaskClient,
) -> None:
    hits = found(client, "罗镜")
    assert len(hits) > 1
    assert hits[0]["label"] == "广东省云浮市罗定市罗镜镇"
    for hit in hits:
        levels = [division["level"] for division in hit["divisions"]]
        assert len(levels) == len(set(levels))


def test_hits_are_filtered_by_level_class_unit_and_box(client: FlaskClient) -> None:
    assert {hit["level"] for hit in found(client, "天河", level="township")} == {"township"}
    assert {hit["level"] for hit in found(client, "罗镜", **{"class": "other"})} == {
        "natural_settlement"
    }
    inside = found(client, "天河", within="440100", limit="100")
    assert inside and all(hit["divisions"][-1]["code"].startswith("4401") for hit in inside)
    assert found(client, "天河区", within="440300") == []
    assert found(client, "罗镜", bbox="111,22,112,23")
    assert found(client, "罗镜", bbox="113,22,114,23") == []


def test_of_places_with_one_name_the_nearest_comes_first(client: FlaskClient) -> None:
    response = client.get("/v1/search?q=龙潭&class=other&limit=100")
    far, near = [feature["geometry"]["coordinates"] for feature in response.get_json()["features"]][
        :2
    ]
    for lon, lat in (far, near):
        query = {"q": "龙潭", "class": "other", "near": f"{lon},{lat}"}
        first = client.get("/v1/search", query_string=query).get_json()["features"][0]
        assert first["geometry"]["coordinates"] == [lon, lat]


def test_a_unit_with_an_area_is_shown_where_its_label_stands(client: FlaskClient) -> None:
    (feature,) = client.get("/v1/search?q=天河区&level=county").get_json()["features"]
    lon, lat = feature["geometry"]["coordinates"]
    chain = client.get("/v1/reverse", query_string={"lon": lon, "lat": lat}).get_json()["chain"]
    assert "440106" in {unit["code"] for unit in chain}


@pytest.mark.parametrize("text", ["%", "_", "天_区", "天%", "\\", "'; DROP TABLE unit_state; --"])
def test_signs_of_patterns_and_statements_are_plain_text(client: FlaskClient, text: str) -> None:
    assert found(client, text, basis="announced") == []


def test_the_moment_that_an_answer_tells_gives_the_same_answer(client: FlaskClient) -> None:
    first = client.get("/v1/search?q=gz").get_json()
    moment = {name: first["geocoding"][name] for name in ("at", "known_at", "basis")}
    assert client.get("/v1/search", query_string={"q": "gz", **moment}).get_json() == first


@pytest.mark.parametrize("q", ["天河区", "开平县", "tianhequ"])
def test_by_another_basis_the_place_itself_is_found(client: FlaskClient, q: str) -> None:
    names = {hit["matched_name"] for hit in found(client, q, basis="implemented")}
    assert names & {"天河区", "开平县"}


def test_what_lies_in_a_unit_is_asked_by_its_code_or_its_id(client: FlaskClient) -> None:
    unit = client.get("/v1/divisions/440100").get_json()["unit_id"]
    by_code = found(client, "石牌", within="440100")
    assert by_code
    assert by_code == found(client, "石牌", within=unit)
    assert by_code == found(client, "石牌", within=unit.upper())
    nobody = "00000000-0000-0000-0000-000000000000"
    problem = refused(client, q="石牌", within=nobody)
    assert (problem["status"], problem["field"]) == (404, "within")


def test_a_lone_surrogate_in_the_address_is_answered(client: FlaskClient) -> None:
    assert client.get("/v1/search?q=%ED%A0%80").status_code in (200, 400)


@pytest.mark.parametrize("text", ["", " ", "\0", "天\0河", "长" * 201])
def test_a_text_that_cannot_be_a_name_is_refused(client: FlaskClient, text: str) -> None:
    assert refused(client, q=text)["field"] == "q"


def test_the_longest_text_is_answered(client: FlaskClient) -> None:
    assert found(client, "长" * 200) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("limit", "0"), ("limit", "101"), ("limit", "x"), ("limit", "1.5"),
        ("level", "district"), ("class", "\0"),
        ("within", "44"), ("within", "999999"),
        ("bbox", "1,2,3"), ("bbox", "nan,22,112,23"), ("bbox", "112,23,111,22"),
        ("bbox", "22,112,23,113"), ("near", "23,113"), ("near", "inf,23"), ("near", ""),
        ("at", "2023-02-29"), ("known_at", "2099-01-01T00:00:00Z"), ("page", "1"),
    ],
)  # fmt: skip
def test_a_filter_that_cannot_be_right_is_refused_by_its_name(
    client: FlaskClient, field: str, value: str
) -> None:
    assert refused(client, q="天河", **{field: value})["field"] == field


def test_the_limit_holds(client: FlaskClient) -> None:
    assert len(found(client, "大", limit="1")) == 1
    assert len(found(client, "大", limit="100")) == 100


def test_a_place_is_told_with_its_names_their_spellings_and_periods(client: FlaskClient) -> None:
    (hit,) = found(client, "天河区", level="county")
    place = client.get(f"/v1/places/{hit['place_id']}").get_json()
    assert (place["code"], place["unit_id"]) == ("440106", hit["unit_id"])
    standard = place["names"][0]
    assert (standard["text"], standard["name_kind"]) == ("天河区", "standard")
    assert (standard["specific_part"], standard["generic_part"]) == ("天河", "区")
    assert [(s["text"], s["system"]) for s in standard["spellings"]] == [("Tianhe Qu", "pinyin")]
    assert "天河" in {name["text"] for name in place["names"] if name["name_kind"] == "short"}


def test_a_place_of_its_own_has_a_location_and_the_unit_it_lies_in(client: FlaskClient) -> None:
    hit = next(hit for hit in found(client, "罗镜") if hit["unit_id"] is None)
    place = client.get(f"/v1/places/{hit['place_id']}").get_json()
    assert place["within"] == {"code": "445381", "name": "罗定市"}
    assert place["location"] == {"lon": 111.44376, "lat": 22.54146}


def test_the_versions_of_a_place_name_the_changeset_that_wrote_them(client: FlaskClient) -> None:
    (hit,) = found(client, "天河区", level="county")
    history = client.get(f"/v1/places/{hit['place_id']}/history").get_json()
    (version,) = history["versions"]
    assert (version["changeset_id"], version["purpose"]) == (1, "load")
    assert history["names"]


@pytest.mark.parametrize("path", ["", "/history"])
def test_a_place_that_is_none_is_refused(client: FlaskClient, path: str) -> None:
    malformed = client.get(f"/v1/places/x{path}")
    assert (malformed.status_code, malformed.get_json()["field"]) == (400, "id")
    unknown = client.get(f"/v1/places/00000000-0000-0000-0000-000000000000{path}")
    assert (unknown.status_code, unknown.get_json()["field"]) == (404, "id")


def test_pages_follow_each_other_without_a_gap(client: FlaskClient) -> None:
    whole = [hit["place_id"] for hit in found(client, "石", limit="50")]
    paged: list[Any] = []
    offset: int | None = 0
    while offset is not None and len(paged) < 50:
        query = {"q": "石", "limit": "10", "offset": str(offset)}
        answer = client.get("/v1/search", query_string=query).get_json()
        paged += [f["properties"]["geocoding"]["place_id"] for f in answer["features"]]
        offset = answer["geocoding"]["next_offset"]
    assert paged == whole
    last = client.get("/v1/search?q=天河区&limit=10").get_json()
    assert last["geocoding"]["next_offset"] is None
    past = client.get("/v1/search?q=天河&limit=2&basis=announced").get_json()
    assert (len(past["features"]), past["geocoding"]["next_offset"]) == (2, 2)
    assert refused(client, q="天河", offset="1001")["field"] == "offset"


@pytest.mark.parametrize(
    "path",
    [
        "/v1/search?q=石牌&limit=50",
        "/v1/search?q=天河&basis=announced",
        "/v1/geocode?address=广州市天河区五山路381号",
        "/v1/geocode?address=朝阳区",
    ],
)
def test_answers_are_geocodejson(client: FlaskClient, path: str) -> None:
    """By the schema of the specification 0.1.0: what it requires, and the types it gives."""
    answer = client.get(path).get_json()
    assert answer["geocoding"]["version"] == "0.1.0"
    assert answer["features"]
    for feature in answer["features"]:
        place = feature["properties"]["geocoding"]
        assert place["type"] in {"house", "street", "locality", "district", "city", "state"}
        assert place["admin"]["level4"]
        assert all(re.fullmatch("level[0-9]+", level) for level in place["admin"])
        assert all(isinstance(place[name], str) for name in ("label", "name"))

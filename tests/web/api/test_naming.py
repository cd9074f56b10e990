"""``/v1/naming/check`` on the shipped register: what each rule says about a name, and why."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient

from gazetteer.database.pool import open_pool
from gazetteer.settings import get_settings
from tests.described import DescribedClient
from tests.web.api.named_city import IN_CITY, OUT_OF_CITY, plant_city
from web.app import create_app
from web.http.connections import BACKGROUND_CONNECTIONS

PATH = "/v1/naming/check"
TIANHE = "440106"
POINT = {"type": "Point", "coordinates": [113.36, 23.13]}
ENGLISH = {"Accept-Language": "en"}
Answer = dict[str, Any]


def check(client: FlaskClient, name: str, legal_class: str = "road", **stated: Any) -> Answer:
    """The answer about a name in 天河区, unless stated otherwise."""
    body = {"name": name, "legal_class": legal_class, "within": TIANHE, **stated}
    response = client.post(PATH, json=body, headers=ENGLISH)
    assert response.status_code == 200, response.text
    answer: Answer = response.get_json()
    return answer


def find(answer: Answer, rule: str) -> list[Answer]:
    """What a rule says."""
    return [finding for finding in answer["findings"] if finding["rule"] == rule]


def list_departures(answer: Answer) -> list[str]:
    """The rules from which the name departs, or about which somebody has to decide."""
    told = ("departure", "question")
    return sorted({f["rule"] for f in answer["findings"] if f["outcome"] in told})


def test_a_proposed_name_is_checked_without_an_account(client: FlaskClient) -> None:
    answer = check(client, "天河大厦", "building", geometry=POINT)
    assert answer["verdict"] == "admissible"
    assert (answer["specific"], answer["generic"]) == ("天河", "大厦")
    assert answer["within"] == ["广东省", "广州市", "天河区"]
    assert answer["romanization"]["text"] == "Tianhe Dasha"
    assert answer["romanization"]["words"] == ["天河", "大厦"]
    assert "RM-01" in answer["romanization"]["rules"]
    (area,) = find(answer, "NR-015")
    assert (area["outcome"], area["severity"]) == ("not_examined", "info")
    assert area["message"] == "Cannot be examined: no built-up area is loaded here"
    for finding in answer["findings"]:
        assert all(finding[name] for name in ("severity", "title", "article", "message"))
        assert finding["certainty"] in ("certain", "probable", "inferred")


def test_the_same_check_is_answered_in_chinese(client: FlaskClient) -> None:
    body = {"name": "路", "legal_class": "road"}
    answer = client.post(PATH, json=body, headers={"Accept-Language": "zh"}).get_json()
    (finding,) = find(answer, "NR-001")
    assert finding["message"] == "“路”只有通名，缺少专名"
    assert "第九条" in finding["article"]


GOOD: list[tuple[str, str, Answer]] = [
    ("云霞路", "road", {}),
    ("凌塘新街", "road", {}),
    ("幽兰巷", "road", {"within": "440106001"}),
    ("云霞镇", "division", {"level": "township"}),
    ("望江区", "division", {"level": "county", "within": "440100"}),
    ("望岗村", "village_seat", {}),
    ("云顶大厦", "building", {"size": {"floors": 32, "city_size": "big"}}),
    ("五山桥", "facility", {"main_place_name": "五山"}),
    ("凌霄峰", "natural", {}),
    ("岭南公园", "park_reserve", {}),
]


@pytest.mark.parametrize(("name", "legal_class", "stated"), GOOD)
def test_a_good_name_departs_from_no_rule(
    client: FlaskClient, name: str, legal_class: str, stated: Answer
) -> None:
    answer = check(client, name, legal_class, **stated)
    assert (answer["verdict"], list_departures(answer)) == ("admissible", [])


FAULTY: list[tuple[str, str, Answer, str, str, str]] = [
    # name, class, what else is stated, verdict, rules, kind of the first
    ("路", "road", {}, "inadmissible", "NR-001", "no_specific"),
    ("天河云霞", "road", {}, "inadmissible", "NR-001", "no_generic"),
    ("云霞大厦", "road", {}, "inadmissible", "NR-001", "other_class"),
    ("棺材巷", "road", {}, "undecided", "NR-002", "question"),
    ("环球路", "road", {}, "doubtful", "NR-003", "big"),
    ("龍华路", "road", {}, "inadmissible", "NR-004", "traditional"),
    ("Ｒoyal苑", "building", {}, "inadmissible", "NR-004", "foreign_letter"),
    ("沙涌新街", "road", {}, "doubtful", "NR-005", "dialect"),
    ("毛泽东路", "road", {}, "inadmissible", "NR-006", "word"),
    ("孔子路", "road", {}, "undecided", "NR-007", "question"),
    ("纽约广场", "building", {}, "inadmissible", "NR-008", "word"),
    ("腾讯大道", "road", {}, "undecided", "NR-009", "question"),
    (
        *("天河区", "division", {"level": "county", "within": "440300"}),
        *("inadmissible", "NR-010", "duplicate"),
    ),
    (
        *("天和区", "division", {"level": "county", "within": "440300"}),
        *("doubtful", "NR-011", "same_sound"),
    ),
    (
        *("太平镇", "division", {"level": "township", "within": "440300"}),
        *("inadmissible", "NR-012", "duplicate"),
    ),
    ("上社村", "village_seat", {}, "inadmissible", "NR-013", "duplicate"),
    ("丹霞山镇", "division", {"level": "township"}, "inadmissible", "NR-017", "famous"),
    ("荔湾大桥", "facility", {}, "doubtful", "NR-018", "other_place"),
    ("云霞路", "road", {"former_name": "沙面大街"}, "inadmissible", "NR-019", "no_cause"),
    ("花园大厦", "building", {}, "doubtful", "NR-027", "stacked"),
    (
        *("云顶大厦", "building", {"size": {"floors": 6, "floor_area_m2": 900}}),
        *("doubtful", "NR-030", "other_size"),
    ),
]


@pytest.mark.parametrize(
    ("name", "legal_class", "stated", "verdict", "rule", "kind"), FAULTY, ids=[n[0] for n in FAULTY]
)
def test_a_faulty_name_departs_from_the_rule_that_the_law_gives(
    client: FlaskClient,
    name: str,
    legal_class: str,
    stated: Answer,
    verdict: str,
    rule: str,
    kind: str,
) -> None:
    answer = check(client, name, legal_class, **stated)
    assert (answer["verdict"], list_departures(answer)) == (verdict, [rule])
    assert find(answer, rule)[0]["kind"] == kind


@pytest.mark.parametrize(
    ("romanized", "rules"),
    [
        ("Nanjing Road", ["NR-028", "RM-10"]),
        ("Nanjinglu", ["NR-028", "RM-01"]),
        ("Nankin Lu", ["NR-028", "RM-09"]),
        ("Nanjing Lu", []),
    ],
)
def test_another_spelling_than_that_of_the_rules_is_refused(
    client: FlaskClient, romanized: str, rules: list[str]
) -> None:
    answer = check(client, "南京路", romanized=romanized)
    assert list_departures(answer) == rules
    assert answer["verdict"] == ("inadmissible" if rules else "admissible")


def test_a_long_name_is_only_remarked(client: FlaskClient) -> None:
    answer = check(client, "麓湖幽兰云霞中山路")
    (finding,) = find(answer, "NR-026")
    assert (finding["severity"], answer["verdict"]) == ("info", "admissible")


def test_a_dialect_character_stays_where_the_name_is_in_force(client: FlaskClient) -> None:
    assert list_departures(check(client, "沙涌新街", in_force=True)) == []


def test_a_town_is_unique_in_its_province_and_only_there(client: FlaskClient) -> None:
    town = {"legal_class": "division", "level": "township"}
    (found,) = find(check(client, "太平镇", within="440300", **town), "NR-012")
    assert (found["severity"], found["kind"]) == ("error", "duplicate")
    assert "440117111" in {name["code"] for name in found["names"]}
    for name in found["names"]:
        assert (name["likeness"], name["units"][0]) == ("same", "广东省")
        assert name["distance_m"] > 0
    (sounds,) = find(check(client, "太坪镇", within="440300", **town), "NR-012")
    assert (sounds["severity"], sounds["kind"]) == ("warning", "same_sound")
    (similar,) = find(check(client, "台坪镇", within="440300", **town), "NR-012")
    assert (similar["severity"], similar["kind"]) == ("info", "similar_sound")
    elsewhere = check(client, "太平镇", within="450000", **town)
    assert find(elsewhere, "NR-012") == []
    assert "太平镇" in {name["name"] for name in elsewhere["names"]}


def test_a_place_is_no_duplicate_of_itself(client: FlaskClient) -> None:
    stated = {"legal_class": "division", "level": "county", "within": "440100"}
    (found,) = find(check(client, "天河区", **stated), "NR-010")
    own = check(client, "天河区", place_id=found["names"][0]["place_id"], in_force=True, **stated)
    assert (own["verdict"], list_departures(own)) == ("admissible", [])


def test_the_register_is_asked_as_of_the_day(client: FlaskClient) -> None:
    stated = {"legal_class": "division", "level": "county", "within": "440100"}
    assert find(check(client, "萝岗区", at="2010-06-01", **stated), "NR-010")
    assert find(check(client, "萝岗区", at="2026-06-01", **stated), "NR-010") == []


def test_a_position_alone_tells_the_units_in_which_a_place_lies(client: FlaskClient) -> None:
    answer = check(client, "云霞路", within=None, geometry=POINT)
    assert answer["within"][:3] == ["广东省", "广州市", "天河区"]


def test_lexicons_are_named_with_their_versions(client: FlaskClient) -> None:
    lexicons = {one["id"]: one for one in check(client, "云霞路")["lexicons"]}
    assert lexicons["characters"]["entries"] == 8105
    assert lexicons["protected_names"]["coverage"] == "empty: fill in"
    assert all(one["version"] and one["source"] for one in lexicons.values())


def test_a_rule_whose_lexicon_is_empty_says_so(client: FlaskClient) -> None:
    answer = check(client, "云霞路", former_name="沙面大街", cause="construction")
    (finding,) = find(answer, "NR-020")
    assert (finding["outcome"], finding["kind"]) == ("not_examined", "lexicon_empty")


@pytest.mark.parametrize(
    ("linked", "verdict", "outcome"),
    [(False, "admissible", "ruled"), (True, "inadmissible", "departure")],
)
def test_a_ruling_answers_the_question(
    client: FlaskClient, linked: bool, verdict: str, outcome: str
) -> None:
    ruling = {"rule": "NR-009", "linked": linked, "reason": "见会议纪要第9号"}
    answer = check(client, "腾讯大道", rulings=[ruling])
    (finding,) = find(answer, "NR-009")
    assert (answer["verdict"], finding["outcome"]) == (verdict, outcome)
    assert "见会议纪要第9号" in finding["message"]


def test_a_ruling_lifts_no_error_of_another_rule(client: FlaskClient) -> None:
    ruling = {"rule": "NR-006", "linked": False, "reason": "同名"}
    assert check(client, "毛泽东路", rulings=[ruling])["verdict"] == "inadmissible"


@pytest.mark.parametrize(
    ("name", "legal_class", "stated"),
    [
        ("龍华路", "road", {}),
        ("环球路", "road", {}),
        ("太平镇", "division", {"level": "township", "within": "440300"}),
        ("上社村", "village_seat", {}),
        ("云霞大厦", "road", {}),
    ],
)
def test_suggested_names_are_admissible_when_they_are_checked(
    client: FlaskClient, name: str, legal_class: str, stated: Answer
) -> None:
    asked = check(client, name, legal_class, suggest=True, **stated)
    order = ["inadmissible", "undecided", "doubtful", "admissible"]
    for suggested in asked["suggestions"]:
        verdict = check(client, suggested, legal_class, **stated)["verdict"]
        assert order.index(verdict) > max(order.index(asked["verdict"]), 1), suggested
    assert name not in asked["suggestions"]
    assert len(asked["suggestions"]) == len(set(asked["suggestions"])) <= 5


def test_there_are_suggestions_for_a_traditional_character_and_a_duplicate(
    client: FlaskClient,
) -> None:
    assert "龙华路" in check(client, "龍华路", suggest=True)["suggestions"]
    town = check(client, "太平镇", "division", level="township", within="440300", suggest=True)
    assert town["suggestions"]
    assert check(client, "云霞路", suggest=True)["suggestions"] == []


def test_a_stated_reading_goes_before_that_of_the_rules(client: FlaskClient) -> None:
    usual = check(client, "长兴路")["romanization"]["text"]
    answer = check(client, "长兴路", reading="zhǎng xīng lù")
    assert (usual, answer["romanization"]["text"]) == ("Changxing Lu", "Zhangxing Lu")


def test_the_stated_reading_of_a_village_is_compared_without_its_committee(
    client: FlaskClient,
) -> None:
    village = {"legal_class": "village_seat", "reading": "shàng shè cūn"}
    (found,) = find(check(client, "尚舍村", **village), "NR-013")
    assert (found["kind"], found["names"][0]["name"]) == ("same_sound", "上社社区居委会")


BAD: list[tuple[Answer, str]] = [
    ({"name": ""}, "name"),
    ({"name": "   "}, "name"),
    ({"name": "云\u202e路"}, "name"),
    ({"name": "云\u0000路"}, "name"),
    ({"name": "云" * 61}, "name"),
    ({"name": 7}, "name"),
    ({"legal_class": "river"}, "legal_class"),
    ({"legal_class": "division"}, "level"),
    ({"legal_class": "division", "level": "village"}, "level"),
    ({"level": "street"}, "level"),
    ({"within": "999999"}, "within"),
    ({"within": "44"}, "within"),
    ({"geometry": {"type": "Circle"}}, "geometry"),
    ({"geometry": {"type": "Point", "coordinates": [23.13, 113.36]}}, "geometry"),
    ({"geometry": {"type": "Point", "coordinates": []}}, "geometry"),
    ({"geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}}, "geometry"),
    ({"geometry": [113, 23]}, "geometry"),
    ({"place_id": "7"}, "place_id"),
    ({"cause": "whim"}, "cause"),
    ({"former_name": "\u202e"}, "former_name"),
    ({"reading": "yún xiá"}, "reading"),
    ({"reading": "yún xiá lù lù"}, "reading"),
    ({"reading": "yún xiá \u0000"}, "reading"),
    ({"romanized": "Yunxia\u202e Lu"}, "romanized"),
    ({"romanized": "x" * 201}, "romanized"),
    ({"size": {"floors": -1}}, "size"),
    ({"rulings": [{"rule": "NR-009", "linked": False, "reason": ""}]}, "rulings"),
    ({"at": "2026"}, "at"),
    ({"at": "31.12.2026"}, "at"),
    ({"colour": "red"}, "colour"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "field"), BAD, ids=[f"{f}-{n}" for n, (_, f) in enumerate(BAD)])
def test_a_field_that_cannot_be_right_is_named(
    client: FlaskClient, wrong: Answer, field: str
) -> None:
    body = {"name": "云霞路", "legal_class": "road", "within": TIANHE, **wrong}
    response = client.post(PATH, json=body, headers=ENGLISH)
    assert response.status_code in (400, 404), response.text
    assert response.get_json()["field"].split(".")[0].split("[")[0] == field


def test_text_that_looks_like_markup_comes_back_as_text(client: FlaskClient) -> None:
    answer = check(client, "<script>alert(1)</script>路")
    assert (answer["name"], answer["verdict"]) == ("<script>alert(1)</script>路", "inadmissible")


@pytest.fixture
def city(register_copy: str) -> Iterator[FlaskClient]:
    """A service where a built-up area is loaded in 天河区, with a road and a building in it."""
    with psycopg.connect(register_copy, autocommit=True) as conn:
        plant_city(conn)
    with open_pool(register_copy, 1 + BACKGROUND_CONNECTIONS) as pool:
        app = create_app(get_settings().model_copy(update={"rate_limit": "off"}), pool)
        app.test_client_class = DescribedClient
        yield app.test_client()


def test_names_are_unique_in_a_built_up_area(city: FlaskClient) -> None:
    for name, legal_class, rule in (
        ("云霞路", "road", "NR-014"),
        ("云霞大厦", "building", "NR-015"),
    ):
        (found,) = find(check(city, name, legal_class, geometry=IN_CITY), rule)
        assert (found["kind"], found["severity"]) == ("duplicate", "error")
        (like,) = found["names"]
        assert (like["name"], like["point_level"]) == (name, "point")
        assert 0 < like["distance_m"] < 5000
        assert find(check(city, name, legal_class, geometry=OUT_OF_CITY), rule) == []
        (unknown,) = find(check(city, name, legal_class), rule)
        assert (unknown["outcome"], unknown["kind"]) == ("not_examined", "no_position")
    (sounds,) = find(check(city, "云峡路", geometry=IN_CITY), "NR-014")
    assert (sounds["kind"], sounds["severity"]) == ("same_sound", "warning")
    assert find(check(city, "幽兰路", geometry=IN_CITY), "NR-014") == []


def test_rural_roads_are_unique_in_their_township(city: FlaskClient) -> None:
    rural = {"geometry": OUT_OF_CITY, "within": "440106001"}
    (found,) = find(check(city, "幽兰路", **rural), "NR-016")
    assert (found["kind"], found["names"][0]["name"]) == ("duplicate", "幽兰路")
    other = {"geometry": OUT_OF_CITY, "within": "440106002"}
    assert find(check(city, "幽兰路", **other), "NR-016") == []


def test_a_place_that_has_a_name_gets_no_second_one(city: FlaskClient) -> None:
    road = {"type": "Point", "coordinates": [113.3501, 23.1301]}
    (found,) = find(check(city, "凌霄路", geometry=road), "NR-023")
    assert found["kind"] == "named_already"
    renamed = check(city, "凌霄路", geometry=road, former_name="云霞路", cause="construction")
    assert find(renamed, "NR-023") == []

"""``/reconcile`` on the bundled register, as OpenRefine queries it."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.services.reconcile import response_shapes
from web.services.reconcile.reconcile_queries import MAX_QUERIES

Answer = dict[str, Any]


def send(client: FlaskClient, **fields: Any) -> TestResponse:
    return client.post("/reconcile", data={k: json.dumps(v) for k, v in fields.items()})


def send_batch(client: FlaskClient, **queries: Answer) -> Answer:
    response = send(client, queries=queries)
    assert response.status_code == 200, response.text
    answer: Answer = response.get_json()
    assert response_shapes.fits(answer, response_shapes.RESULTS)
    assert set(answer) == set(queries)
    return answer


def find_candidates(client: FlaskClient, query: str | None, **more: Any) -> list[Answer]:
    given = more.pop("given", {})
    properties = [{"pid": pid, "v": value} for pid, value in given.items()]
    content = {**({"query": query} if query else {}), "properties": properties, **more}
    found: list[Answer] = send_batch(client, q0=content)["q0"]["result"]
    return found


def find_best(client: FlaskClient, query: str | None, **more: Any) -> Answer:
    return find_candidates(client, query, **more)[0]


def extend_place(client: FlaskClient, place: str, *columns: str, at: str = "") -> Answer:
    properties = [{"id": column, **({"settings": {"at": at}} if at else {})} for column in columns]
    response = send(client, extend={"ids": [place], "properties": properties})
    assert response.status_code == 200, response.text
    answer: Answer = response.get_json()
    assert response_shapes.fits(answer, response_shapes.EXTENSION)
    assert [column["id"] for column in answer["meta"]] == list(columns)
    row: Answer = answer["rows"][place]
    return row


def test_the_manifest_says_what_there_is_and_where(client: FlaskClient) -> None:
    manifest = client.get("/reconcile").get_json()
    assert response_shapes.fits(manifest, response_shapes.MANIFEST)
    for service in manifest["suggest"].values():
        address = (service["service_url"] + service["service_path"]).removeprefix(
            "http://localhost"
        )
        assert response_shapes.fits(
            client.get(address + "?prefix=a").get_json(), response_shapes.SUGGESTIONS
        )
    found = find_best(client, "天河区")
    for pattern in (manifest["preview"]["url"], manifest["view"]["url"]):
        address = pattern.removeprefix("http://localhost").replace("{{id}}", found["id"])
        assert client.get(address).status_code in (200, 302)


def test_a_name_that_the_register_has_once_is_a_match(client: FlaskClient) -> None:
    found = find_candidates(client, "天河区")
    assert [(c["name"], c["match"]) for c in found] == [("天河区", True)]
    assert "440106" in found[0]["description"]
    assert [term["id"] for term in found[0]["type"]] == ["county", "unit"]


@pytest.mark.parametrize(
    ("query", "name", "told"),
    [
        ("芳村区", "荔湾区", "前身名称 芳村区"),  # it went up in a unit that existed before
        ("顺德县", "顺德区", "前身名称 顺德县"),
    ],
)
def test_a_description_says_what_an_earlier_name_is_to_the_place(
    client: FlaskClient, query: str, name: str, told: str
) -> None:
    response = client.post(
        "/reconcile",
        data={"queries": json.dumps({"q0": {"query": query}})},
        headers={"Accept-Language": "zh"},
    )
    found = response.get_json()["q0"]["result"][0]
    assert found["name"] == name
    assert told in found["description"]
    assert "曾用名" not in found["description"]


def test_namesakes_are_candidates_and_none_is_a_match_until_the_table_decides(
    client: FlaskClient,
) -> None:
    found = find_candidates(client, "朝阳区")
    assert len(found) >= 2
    assert not any(candidate["match"] for candidate in found)
    by_name = find_best(client, "朝阳区", given={"province": "吉林省"})
    by_code = find_best(client, "朝阳区", given={"within": "220100"})
    by_id = find_best(
        client,
        "朝阳区",
        given={"within": {"id": find_best(client, "长春市")["id"], "name": "长春"}},
    )
    assert by_name["match"]
    assert by_code == by_id
    assert (by_code["match"], by_code["id"]) == (True, by_name["id"])


def test_a_place_elsewhere_than_the_table_says_is_offered_but_no_match(
    client: FlaskClient,
) -> None:
    for within in ("广州市", "440100"):
        found = find_candidates(client, "宝安区", given={"within": within})
        assert found[0]["name"] == "宝安区"
        assert not any(candidate["match"] for candidate in found)


def test_the_type_is_kept_to_and_may_ask_for_the_unit_of_an_address(client: FlaskClient) -> None:
    address = "广州市天河区五山街道五山路381号"
    assert not find_best(client, address)["match"]
    county = find_best(client, address, type="county")
    assert (county["name"], county["match"]) == ("天河区", True)
    assert find_best(client, address, type=["township", "village"])["name"] == "五山街道"
    assert find_candidates(client, "天河区", type="village") == []
    assert find_best(client, address, given={"level": "县级"})["name"] == "天河区"


def test_a_year_decides_which_unit_a_name_and_a_code_mean(client: FlaskClient) -> None:
    now = find_best(client, "440511")
    then = find_best(client, "440511", given={"at": 1990})
    assert (now["match"], then["match"]) == (True, True)
    assert now["id"] != then["id"]
    assert find_best(client, "萝岗区")["name"] == "黄埔区"
    assert "2005–2014" in find_best(client, "萝岗区")["description"]
    assert find_best(client, "萝岗区", given={"at": "2010-06-01T00:00:00Z"})["name"] == "萝岗区"


def test_a_code_of_another_day_is_offered_but_no_match(client: FlaskClient) -> None:
    found = find_best(client, "440221")
    assert (found["name"], found["match"]) == ("曲江县", False)


def test_a_code_and_a_name_must_agree(client: FlaskClient) -> None:
    assert find_best(client, "天河区", given={"code": 440106.0})["match"]
    differing = find_candidates(client, "天河区", given={"code": "440105"})
    assert {"天河区", "海珠区"} <= {candidate["name"] for candidate in differing}
    assert not any(candidate["match"] for candidate in differing)


def test_parts_in_columns_of_their_own_need_no_query(client: FlaskClient) -> None:
    found = find_best(client, None, given={"province": "广东省", "county": "天河", "village": ""})
    assert (found["name"], found["match"]) == ("天河区", True)


def test_an_id_finds_its_place(client: FlaskClient) -> None:
    first = find_best(client, "番禺区")
    again = find_best(client, first["id"])
    assert (again["name"], again["score"], again["match"]) == ("番禺区", 100, True)


def test_one_wrong_letter_is_offered_but_no_match(client: FlaskClient) -> None:
    found = find_best(client, "东莞市麻冲镇")
    assert (found["name"], found["match"]) == ("麻涌镇", False)


def test_pinyin_spelled_by_ear_is_offered_and_what_has_nothing_in_common_is_not(
    client: FlaskClient,
) -> None:
    found = find_candidates(client, "guangzou", type="prefecture")
    assert (found[0]["name"], found[0]["match"]) == ("广州市", False)
    assert all(candidate["score"] > 0 for candidate in found)
    assert [c["name"] for c in find_candidates(client, "Huizhou", type="prefecture")] == ["惠州市"]


def test_a_row_that_cannot_be_right_leaves_the_others_answered(client: FlaskClient) -> None:
    bad = {"query": "天河区", "properties": [{"pid": "at", "v": "1990-13-40"}]}
    answer = send_batch(client, good={"query": "天河区"}, bad=bad)
    assert answer["good"]["result"][0]["match"]
    assert answer["bad"]["result"] == []
    assert "1990-13-40" in answer["bad"]["error"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"query": "天河区", "type": "planet"}, "planet"),
        ({"query": "天河区", "properties": [{"pid": "colour", "v": "red"}]}, "colour"),
        ({"query": "天河区", "limit": 0}, "limit"),
        ({"query": "天河区", "unknown": 1}, "unknown"),
        ({"query": " "}, ""),
        ({"query": ""}, ""),
        ({}, ""),
        ("天河区", ""),
        (None, ""),
    ],
)
def test_what_no_row_can_mean_is_told_in_its_place_and_the_others_are_answered(
    client: FlaskClient, query: Any, words: str
) -> None:
    answer = send_batch(client, a={"query": "天河区"}, bad=query, z={"query": "番禺区"})
    assert [answer[name]["result"][0]["match"] for name in ("a", "z")] == [True, True]
    assert answer["bad"]["result"] == []
    assert answer["bad"]["error"]
    assert words in answer["bad"]["error"]


@pytest.mark.parametrize(
    ("query", "kind", "name"),
    [
        ("吉林", "province", "吉林省"),
        ("海南", "province", "海南省"),
        ("长沙", "prefecture", "长沙市"),
        ("南昌", "prefecture", "南昌市"),
        ("朝阳", "prefecture", "朝阳市"),
        ("沙田", "county", "沙田区"),
        ("Xi'an", "prefecture", "西安市"),
        ("HUIZHOU", "Prefecture", "惠州市"),
        ("Tianhe District", "县级", "天河区"),
        ("441900003000", "township", "东城街道"),
    ],
)
def test_a_type_decides_between_namesakes(
    client: FlaskClient, query: str, kind: str, name: str
) -> None:
    found = find_candidates(client, query, type=kind)
    assert [(candidate["name"], candidate["match"]) for candidate in found] == [(name, True)]


def test_a_column_of_a_level_says_what_its_name_is(client: FlaskClient) -> None:
    found = find_best(client, None, given={"province": "辽宁", "prefecture": "朝阳"})
    assert (found["name"], found["match"]) == ("朝阳市", True)
    found = find_best(client, "朝阳", type="county", given={"province": "辽宁"})
    assert (found["name"], found["match"]) == ("朝阳县", True)


def test_json_is_answered_as_a_form_is(client: FlaskClient) -> None:
    queries = {"q0": {"query": "天河区"}}
    by_form = send(client, queries=queries)
    for content in ({"queries": queries}, {"queries": json.dumps(queries)}):
        assert client.post("/reconcile", json=content).get_json() == by_form.get_json()
    assert client.post("/reconcile", data="[", content_type="application/json").status_code == 400


def test_old_clients_get_a_script_that_calls_their_function(client: FlaskClient) -> None:
    for path, query in (
        ("/reconcile", {}),
        ("/reconcile", {"queries": json.dumps({"q0": {"query": "天河区"}})}),
        ("/reconcile/suggest/entity", {"prefix": "天河"}),
        ("/reconcile/suggest/type", {}),
        ("/reconcile/suggest/property", {}),
        ("/reconcile/properties", {}),
    ):
        plain = client.get(path, query_string=query)
        script = client.get(path, query_string={**query, "callback": "jQuery1._2$"})
        assert script.mimetype == "text/javascript"
        assert script.text == f"/**/jQuery1._2$({plain.text});"
        assert script.headers["X-Content-Type-Options"] == "nosniff"
        for name in ("alert(1)//", "a b", "", "a.", "<script>", "9a", "é", "a" * 101, "a\n"):
            refused = client.get(path, query_string={**query, "callback": name})
            assert (refused.status_code, refused.get_json()["field"]) == (400, "callback")


@pytest.mark.parametrize("text", ["", "[", "[]", "null", "9" * 400, "[" * 5000])
def test_what_is_no_batch_is_refused(client: FlaskClient, text: str) -> None:
    for field in ("queries", "extend"):
        assert client.post("/reconcile", data={field: text}).status_code == 400


def test_a_batch_is_bounded_as_the_manifest_says(client: FlaskClient) -> None:
    assert client.get("/reconcile").get_json()["batchSize"] == MAX_QUERIES
    queries = {f"q{i}": {"query": "天河区"} for i in range(MAX_QUERIES + 1)}
    response = send(client, queries=queries)
    assert (response.status_code, response.get_json()["field"]) == (413, "queries")


def test_properties_are_fetched_as_of_a_day_or_as_they_last_were(client: FlaskClient) -> None:
    district = find_best(client, "440106")["id"]
    row = extend_place(
        client, district, "within", "code", "valid_from", "lon", "county", "township"
    )
    assert row["within"][0]["name"] == "广州市"
    assert row["code"] == [{"str": "440106"}]
    assert row["valid_from"] == [{"date": "1985-01-01T00:00:00Z"}]
    assert 113 < row["lon"][0]["float"] < 114
    assert row["county"] == [{"id": district, "name": "天河区"}]
    assert row["township"] == []
    assert extend_place(client, district, "code", at="1984") == {"code": []}
    ended = find_best(client, "440221")["id"]
    row = extend_place(client, ended, "code", "successor", "valid_to", "valid_to_precision")
    assert row["code"] == [{"str": "440221"}]
    assert "曲江区" in {successor["name"] for successor in row["successor"]}
    assert row["valid_to"] == [{"date": "2004-05-29T00:00:00Z"}]
    assert row["valid_to_precision"] == [{"str": "approved"}]


def test_levels_and_changes_are_worded_in_the_language_of_the_reader(client: FlaskClient) -> None:
    ended = find_best(client, "440221")["id"]
    columns = [{"id": "level"}, {"id": "successor"}]
    extend = json.dumps({"ids": [ended], "properties": columns})
    words = {}
    for lang in ("zh", "en"):
        answer = client.post(f"/reconcile?lang={lang}", data={"extend": extend}).get_json()
        row = answer["rows"][ended]
        words[lang] = row["level"], {s["description"] for s in row["successor"]}
    assert words["zh"][0] == [{"str": "县级"}]
    assert words["en"][0] == [{"str": "County"}]
    assert words["zh"][1] == {"2004-05-29 划转部分区域"}
    assert words["en"][1] == {"part transferred, 2004-05-29"}


def test_every_property_that_is_proposed_can_be_fetched(client: FlaskClient) -> None:
    places = [
        find_best(client, "天河区")["id"],
        find_best(client, "龙潭", type="place")["id"],
        "no id",
    ]
    for type_id in ("unit", "poi", ""):
        proposed = client.get("/reconcile/properties", query_string={"type": type_id}).get_json()
        columns = [{"id": p["id"]} for p in proposed["properties"]]
        response = send(client, extend={"ids": places, "properties": columns})
        answer = response.get_json()
        assert response_shapes.fits(answer, response_shapes.EXTENSION)
        assert list(answer["rows"]) == places
        assert all(values == [] for values in answer["rows"]["no id"].values())


def test_what_is_typed_is_completed_and_can_be_paged(client: FlaskClient) -> None:
    def suggest_names(**query: Any) -> list[str]:
        answer = client.get("/reconcile/suggest/entity", query_string=query).get_json()
        assert response_shapes.fits(answer, response_shapes.SUGGESTIONS)
        return [entity["name"] for entity in answer["result"]]

    assert suggest_names(prefix="panyu")[0] == "番禺区"
    assert suggest_names(prefix="440106") == ["天河区"]
    first, second = suggest_names(prefix="龙"), suggest_names(prefix="龙", cursor=10)
    assert first[0] != second[0]
    assert suggest_names(prefix="龙", type="prefecture")[0] == "龙岩市"
    assert suggest_names(prefix="", lang="zh", unknown="x") == []


def test_clients_in_pages_of_others_may_read_everything(client: FlaskClient) -> None:
    for path in ("/reconcile", "/reconcile?queries=[", "/reconcile/preview?id=0"):
        answer = client.get(path, headers={"Origin": "http://127.0.0.1:3333"})
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers
    preflight = client.options("/reconcile")
    assert preflight.status_code == 200
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]


def test_the_preview_may_stand_in_a_frame_and_runs_nothing(client: FlaskClient) -> None:
    place = find_best(client, "440221")["id"]
    page = client.get("/reconcile/preview", query_string={"id": place, "lang": "en"})
    assert "Qujiang" in page.text
    assert "County" in page.text
    assert "frame-ancestors" not in page.headers["Content-Security-Policy"]
    assert "<script" not in page.text
    flyout = client.get("/reconcile/flyout", query_string={"id": place}).get_json()
    assert flyout["id"] == place
    assert "曲江县" in flyout["html"]
    seen = client.get("/reconcile/view", query_string={"id": place}, follow_redirects=True)
    assert (seen.status_code, "曲江县" in seen.text) == (200, True)

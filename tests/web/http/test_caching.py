"""What is read again is not sent again, and what is sent is compressed for who accepts it."""

import gzip
import json

import pytest
from flask.testing import FlaskClient

CHILDREN = "/v1/divisions/440100/children"
ITEMS = "/ogc/collections/divisions/items?level=county&limit=1000"
COUNTY = "/ogc/collections/divisions/items/440106"
TILE = "/tiles/divisions/7/104/55.mvt"
PUBLIC_READS = [CHILDREN, "/v1/search?q=天河", "/v1/reverse?lon=113.3&lat=23.1", TILE, COUNTY]


@pytest.mark.parametrize("encoding", ["identity", "gzip", "br", "zstd"])
@pytest.mark.parametrize("path", PUBLIC_READS)
def test_who_has_the_state_gets_it_only_once(client: FlaskClient, path: str, encoding: str) -> None:
    headers = {"Accept-Encoding": encoding}
    tag = client.get(path, headers=headers).headers["ETag"]
    assert tag.startswith('"'), "weak tags start with W/"
    again = client.get(path, headers={**headers, "If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("path", [CHILDREN, ITEMS, TILE, "/openapi.json"])
def test_the_content_is_the_same_compressed(client: FlaskClient, path: str) -> None:
    plain = client.get(path)
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    unpacked = gzip.decompress(packed.data)
    if plain.mimetype.endswith("json"):
        left, right = json.loads(unpacked), plain.get_json()
        assert left.get("features", left) == right.get("features", right)
    else:
        assert unpacked == plain.data
    assert len(packed.data) < len(plain.data)


def test_a_page_with_a_session_is_not_compressed(client: FlaskClient) -> None:
    gzipped = {"Accept-Encoding": "gzip"}
    assert client.get("/units/440106", headers=gzipped).headers["Content-Encoding"] == "gzip"
    client.set_cookie("gazetteer_session", "anything")
    assert "Content-Encoding" not in client.get("/units/440106", headers=gzipped).headers


def test_caches_keep_what_is_settled_and_ask_for_the_rest(client: FlaskClient) -> None:
    known_at = client.get("/v1/divisions/440106").get_json()["known_at"]
    settled = {"at": "2020-01-01", "known_at": known_at}

    def read_lifetime(**sent: object) -> str:
        return client.get("/v1/divisions/440106", **sent).headers["Cache-Control"]  # type: ignore[arg-type]

    assert read_lifetime(query_string=settled) == "public, max-age=604800"
    assert read_lifetime() == "no-cache"
    assert read_lifetime(query_string={"known_at": known_at}) == "no-cache", "today passes"
    key = {"Authorization": "Basic eDp5"}
    answer = client.get("/v1/divisions/440106", query_string=settled, headers=key)
    assert "public" not in answer.headers.get("Cache-Control", "")


def test_files_with_a_hash_in_their_name_are_kept_for_ever(client: FlaskClient) -> None:
    page = client.get("/").text
    script = page.partition('src="')[2].partition('"')[0]
    assert "/dist/assets/" in script
    assert "max-age=31536000" in client.get(script).headers["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/divisions/440106?_=1700000000",
        "/v1/divisions/440106?f=json",
        "/v1/divisions/440106?at=&known_at=",
        "/v1/divisions/440106/",
        "/ogc",
    ],
)
def test_what_programs_add_by_themselves_is_no_error(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 200


def test_other_unknown_parameters_are_named(client: FlaskClient) -> None:
    for query, field in (("f=xml", "f"), ("colour=red", "colour"), ("q=", "q")):
        answer = client.get(f"/v1/divisions/440106?{query}")
        assert (answer.status_code, answer.get_json()["field"]) == (400, field)


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/v1/divisions/440106?at=2000-01-01", "/units/440106?at=2000-01-01"),
        ("/v1/divisions/440106/history", "/units/440106"),
        ("/v1/search?q=天河", "/search?q=%E5%A4%A9%E6%B2%B3"),
        ("/v1/rules/TOP-COV-01", "/rules/TOP-COV-01"),
    ],
)
def test_a_browser_is_sent_to_the_page(client: FlaskClient, path: str, page: str) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    answer = client.get(path, headers=browser)
    assert (answer.status_code, answer.headers["Location"]) == (303, page)
    assert client.get(page, headers=browser).status_code == 200
    for accept in ("*/*", "application/json", "application/json, text/html;q=0.5"):
        assert client.get(path, headers={"Accept": accept}).status_code == 200


def test_the_site_has_an_icon_and_rules_for_robots(client: FlaskClient) -> None:
    assert client.get("/favicon.ico", follow_redirects=True).mimetype == "image/svg+xml"
    robots = client.get("/robots.txt").text
    assert "Disallow: /v1/" in robots
    assert "/units" not in robots
    page = client.get("/units/440106")
    assert 'property="og:title" content="天河区' in page.text
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"]


@pytest.mark.parametrize(("path", "status"), [("/units/%00", 404), ("/v1/divisions/%00", 400)])
def test_a_null_character_in_a_path_is_no_fault(
    client: FlaskClient, path: str, status: int
) -> None:
    assert client.get(path).status_code == status

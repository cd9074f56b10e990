"""The documents of the OGC API as pages: all that the JSON has, in both languages."""

import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from boundaries.features.register_collections import COLLECTIONS
from gazetteer.messages import LANGS
from tests.web.pages.conftest import desks
from tests.web.pages.draft_desks import Desk

__all__ = ["desks"]

PAGE = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
JSON = {"Accept": "application/json"}
DOCUMENTS = (
    "/ogc/",
    "/ogc/api",
    "/ogc/conformance",
    "/ogc/collections",
    *(
        f"/ogc/collections/{name}{part}"
        for name in COLLECTIONS
        for part in ("", "/queryables", "/schema", "/items?limit=3")
    ),
    "/ogc/collections/divisions/items?limit=2&level=county&datetime=2019-01-01",
    "/ogc/collections/divisions/items?limit=2&datetime=2019-01-01/2020-12-31",
    "/ogc/collections/divisions/items/440106",
)
DIVISIONS = "/ogc/collections/divisions/items"


class PageReader(HTMLParser):
    """What a test looks for in a page: its words, addresses and marked values."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.values: set[str] = set()
        self.fields: dict[str, dict[str, str]] = {}
        self.words = ""
        self.feed(text[text.index("<main") :])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        stated = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.hrefs.append(stated["href"])
        elif tag in ("data", "time"):
            self.values.add(stated.get("value") or stated["datetime"])
        elif tag in ("input", "select", "textarea"):
            self.fields[stated["name"]] = stated

    def handle_data(self, data: str) -> None:
        self.words += re.sub(r"\s+", " ", data)

    def has_value(self, value: Any) -> bool:
        """Whether a value of the JSON is shown."""
        return value is None or str(value) in self.values or str(value) in self.words


@pytest.fixture(scope="module")
def browser(service: Flask) -> FlaskClient:
    """A client that asks for pages, which the description of the API does not have."""
    return FlaskClient(service, service.response_class, use_cookies=False)


def open_page(browser: FlaskClient, path: str, status: int = 200) -> PageReader:
    answer = browser.get(path, headers={**PAGE, "Accept-Language": "zh"})
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "text/html"
    assert "Accept" in answer.vary
    return PageReader(answer.text)


def load_json(browser: FlaskClient, path: str, **headers: str) -> Any:
    answer: TestResponse = browser.get(path, headers={**JSON, **headers})
    assert answer.status_code == 200, answer.text
    return answer.get_json(force=True)


def list_hrefs(value: Any) -> set[str]:
    """The addresses of all links in a document."""
    if isinstance(value, list):
        return {href for part in value for href in list_hrefs(part)}
    if not isinstance(value, dict):
        return set()
    own = {value["href"]} if "href" in value else set()
    return own | {href for part in value.values() for href in list_hrefs(part)}


def list_items(browser: FlaskClient, name: str, query: str = "limit=3") -> list[dict[str, Any]]:
    features: list[dict[str, Any]] = load_json(browser, f"/ogc/collections/{name}/items?{query}")[
        "features"
    ]
    assert features
    return features


@pytest.mark.parametrize("path", DOCUMENTS)
@pytest.mark.parametrize("form", ["", "f"])
def test_every_link_of_the_document_is_in_its_page(
    browser: FlaskClient, path: str, form: str
) -> None:
    joint = "&" if "?" in path else "?"
    page = open_page(browser, f"{path}{joint}f=html" if form else path)
    stated = list_hrefs(load_json(browser, f"{path}{joint}f=json" if form else path))
    assert stated <= set(page.hrefs)


@pytest.mark.parametrize("path", DOCUMENTS)
@pytest.mark.parametrize("lang", LANGS)
def test_every_document_is_a_page_in_every_language(
    browser: FlaskClient, path: str, lang: str
) -> None:
    answer = browser.get(path, headers={**PAGE, "Accept-Language": lang})
    assert answer.status_code == 200
    assert f'<html lang="{"zh-Hans" if lang == "zh" else "en"}' in answer.text
    document = load_json(browser, path, **{"Accept-Language": lang})
    page = PageReader(answer.text)
    for name in ("title", "description"):
        assert str(document.get(name, "")) in page.words


@pytest.mark.parametrize("path", DOCUMENTS)
def test_the_json_of_every_page_is_a_link_away(browser: FlaskClient, path: str) -> None:
    page = open_page(browser, path)
    (href,) = (one for one in page.hrefs if "f=json" in one)
    answer = browser.get(href, headers=PAGE)
    assert answer.status_code == 200 and "json" in answer.content_type


def test_links_within_the_api_lead_to_pages(browser: FlaskClient) -> None:
    pages = ["/ogc/", "/ogc/collections", "/ogc/api", *(p for p in DOCUMENTS if "items" in p)]
    hrefs = {href for path in pages for href in open_page(browser, path).hrefs}
    for href in sorted(hrefs):
        local = href.removeprefix("http://localhost")
        if local.startswith("/"):
            assert browser.get(local, headers=PAGE).status_code == 200, href


def test_the_page_of_the_api_has_all_operations_with_their_parameters(
    browser: FlaskClient,
) -> None:
    document = load_json(browser, "/ogc/api")
    page = open_page(browser, "/ogc/api?lang=en")
    for path, methods in document["paths"].items():
        assert path in page.words
        assert all(operation["operationId"] in page.words for operation in methods.values())
    assert "Filter in CQL2" in page.words
    assert "http://www.opengis.net/def/crs/EPSG/0/4547" in page.words
    assert "1–10000" in page.words and "default: 100" in page.words


def test_the_pages_of_collections_have_their_extents(browser: FlaskClient) -> None:
    for path in ("/ogc/collections", "/ogc/collections/divisions"):
        page = open_page(browser, path)
        document = load_json(browser, path)
        for one in document.get("collections", [document]):
            (box,) = one["extent"]["spatial"]["bbox"]
            assert ", ".join(map(str, box)) in page.words
            assert one["extent"]["temporal"]["trs"] in page.words
            assert all(uri in page.words for uri in (*one["crs"], one["storageCrs"]))


@pytest.mark.parametrize("part", ["queryables", "schema"])
def test_the_page_of_a_schema_words_coded_values(browser: FlaskClient, part: str) -> None:
    path = f"/ogc/collections/edges/{part}"
    page = open_page(browser, f"{path}?lang=en")
    for name, schema in load_json(browser, f"{path}?lang=en")["properties"].items():
        assert name in page.words and schema["title"] in page.words
    assert "county County" in page.words and "geometry-linestring" in page.words


@pytest.mark.parametrize("name", COLLECTIONS)
def test_the_table_has_every_property_of_every_feature(browser: FlaskClient, name: str) -> None:
    page = open_page(browser, f"/ogc/collections/{name}/items?limit=3")
    for feature in list_items(browser, name):
        assert page.has_value(feature["id"])
        missing = {
            key: value
            for key, value in feature["properties"].items()
            if not all(map(page.has_value, split_value(key, value)))
        }
        assert missing == {}


@pytest.mark.parametrize("name", COLLECTIONS)
@pytest.mark.parametrize("lang", LANGS)
def test_the_page_of_a_feature_has_all_properties_and_its_drawing(
    browser: FlaskClient, name: str, lang: str
) -> None:
    titles = load_json(browser, f"/ogc/collections/{name}/schema?lang={lang}")["properties"]
    for feature in list_items(browser, name):
        path = f"/ogc/collections/{name}/items/{feature['id']}?lang={lang}"
        text = browser.get(path, headers=PAGE).text
        page = PageReader(text)
        for key, value in feature["properties"].items():
            assert titles[key]["title"] in page.words
            assert all(map(page.has_value, split_value(key, value))), key
        assert ('class="draft-map"' in text) == (feature["geometry"] is not None)


def split_value(name: str, value: Any) -> list[Any]:
    """The parts of a value that a page shows one by one."""
    separators = {"codes": " ", "names": " ", "source": "; ", "other_names": "; "}
    return str(value or "").split(separators[name]) if name in separators else [value]


def test_coded_values_are_worded(browser: FlaskClient) -> None:
    chinese, english = (
        open_page(browser, f"{DIVISIONS}/440106?lang={lang}").words for lang in LANGS
    )
    assert "县级" in chinese and "County" in english
    assert "bundled_areas" not in chinese


@pytest.mark.parametrize("crs", ["OGC/1.3/CRS84", "EPSG/0/4490", "EPSG/0/3857", "EPSG/0/4547"])
def test_the_drawing_is_the_same_in_every_coordinate_system(browser: FlaskClient, crs: str) -> None:
    page = open_page(browser, f"{DIVISIONS}/440106?crs=http://www.opengis.net/def/crs/{crs}")
    assert "113.29" in page.words and "23.10" in page.words
    assert crs in page.words


def test_a_unit_leads_to_its_page_on_the_day_of_the_feature(browser: FlaskClient) -> None:
    page = open_page(browser, f"{DIVISIONS}/440106?datetime=2019-05-01")
    assert "/units/440106?at=2019-05-01" in page.hrefs
    interval = f"{DIVISIONS}?datetime=2019-01-01/2021-01-01&code=360727"
    assert "/units/360727?at=2020-06-11" in open_page(browser, interval).hrefs


def test_pages_follow_each_other_to_the_end(browser: FlaskClient) -> None:
    path: str | None = f"{DIVISIONS}?limit=50&level=county"
    found: list[str] = []
    while path is not None:
        text = browser.get(path, headers=PAGE).text
        found += re.findall(rf'<th scope="row"[^>]*><a href="({DIVISIONS}/[^"?]+)', text)
        following = re.search(r'rel="next" href="([^"]+)"', text)
        path = following and following[1].replace("&amp;", "&")
    matched = load_json(browser, f"{DIVISIONS}?limit=1&level=county")["numberMatched"]
    assert len(found) == len(set(found)) == matched > 100


def test_the_form_keeps_what_is_asked_for(browser: FlaskClient) -> None:
    query = "datetime=2019-01-01&level=county&filter=area_km2%3E900&limit=2&bbox=113,22,115,24"
    answer = browser.get(f"{DIVISIONS}?{query}", headers=PAGE).text
    fields = PageReader(answer).fields
    assert fields["datetime"]["value"] == "2019-01-01" and fields["datetime"]["type"] == "date"
    assert '<option value="county" selected>' in answer
    assert ">area_km2&gt;900</textarea>" in answer
    assert fields["limit"]["value"] == "2" and fields["bbox"]["type"] == "hidden"


def test_only_collections_with_levels_filter_by_level(browser: FlaskClient) -> None:
    assert "level" in open_page(browser, "/ogc/collections/lines/items?limit=1").fields
    assert "level" not in open_page(browser, "/ogc/collections/nodes/items?limit=1").fields


def test_empty_fields_of_the_form_are_left_out(browser: FlaskClient) -> None:
    answer = browser.get(f"{DIVISIONS}?datetime=&level=county&filter=", headers=PAGE)
    assert answer.status_code == 303
    assert answer.location == "http://localhost/ogc/collections/divisions/items?level=county"
    assert "Accept" in answer.vary


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("datetime=2020-13-01", "datetime"),
        ("datetime=2021-01-01/2020-01-01", "datetime"),
        ("filter=level=", "filter"),
        ("filter=nothing='1'", "filter"),
        ("bbox=1,2,3", None),
        ("crs=EPSG:1", None),
        ("cursor=x", None),
    ],
)
def test_a_wrong_value_is_a_page_with_the_problem(
    browser: FlaskClient, lang: str, query: str, field: str | None
) -> None:
    path = f"{DIVISIONS}?{query}&lang={lang}"
    problem = browser.get(path, headers=JSON)
    assert problem.status_code == 400
    page = open_page(browser, path, 400)
    assert re.sub(r"\s+", " ", problem.get_json(force=True)["detail"]) in page.words
    marked = [name for name, stated in page.fields.items() if stated.get("aria-invalid") == "true"]
    assert marked == ([field] if field else [])


def test_a_feature_that_is_not_there_is_a_page(browser: FlaskClient) -> None:
    page = open_page(browser, f"{DIVISIONS}/999999?lang=en", 404)
    assert "999999" in page.words


def test_hostile_values_are_shown_as_text(browser: FlaskClient) -> None:
    query = "filter=%3C%2Ftextarea%3E%3Cscript%3E&bbox=%22%3E%3Cscript%3E"
    text = browser.get(f"{DIVISIONS}?{query}", headers=PAGE).text
    assert "<script>" not in text.split('id="page"')[1]


def test_the_example_of_a_filter_finds_features(browser: FlaskClient) -> None:
    page = open_page(browser, f"{DIVISIONS}?limit=1")
    (example,) = re.findall(r"source LIKE '[^']+'", page.words)
    assert list_items(browser, "divisions", f"limit=1&filter={quote(example)}")


def test_no_feature_is_said_in_words(browser: FlaskClient) -> None:
    page = open_page(browser, f"{DIVISIONS}?filter=area_km2%3C0&lang=en")
    assert "No feature meets the conditions." in page.words


def test_the_reference_leads_to_the_api(browser: FlaskClient) -> None:
    assert "/ogc/" in PageReader(browser.get("/docs").text).hrefs


def test_the_pages_of_a_draft_lead_back_to_it(desks: dict[str, Desk]) -> None:
    editor = desks["editor"]
    draft = editor.begin().request.path
    editor.rename(draft, "从江区")
    browser, root = editor.client, f"{draft}/ogc"
    for path in (
        "/",
        "/api",
        "/conformance",
        "/collections",
        "/collections/findings",
        "/collections/findings/items",
        "/collections/divisions/schema",
        "/collections/divisions/items?limit=2",
    ):
        page = open_page(browser, f"{root}{path}")
        assert page.hrefs[0] == draft
        assert not [href for href in page.hrefs if re.match(r"(http://localhost)?/ogc", href)]
        assert list_hrefs(load_json(browser, f"{root}{path}")) <= set(page.hrefs)
        assert "datetime" not in page.fields
    page = open_page(browser, f"{root}/collections/divisions/items/440117")
    assert "从江区" in page.words and page.hrefs[0] == draft
    assert "/units/440117?at=2026-12-20" in page.hrefs

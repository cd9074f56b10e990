"""Conformance class "HTML" of OGC API - Features - Part 1 (17-069r4).

How the pages look and read is tested in ``test_ogc_pages.py``.
"""

from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient

from tests.web.ogc.conformance.feature_requests import ROOT, fetch_document, strip_host

PATHS = (
    "/", "/api", "/conformance", "/collections", "/collections/divisions",
    "/collections/divisions/queryables", "/collections/divisions/schema",
    "/collections/divisions/items", "/collections/divisions/items/440106",
)  # fmt: skip


class PageReader(HTMLParser):
    """The words of a page and the addresses of its links, without their host."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words = ""
        self.addresses: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get("href")
        if tag == "a" and address:
            self.addresses.add(address.removeprefix("http://localhost"))

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize("path", PATHS)
def test_definition(client: FlaskClient, path: str) -> None:
    """``/req/html/definition``: every resource is a page too, by ``f`` or by ``Accept``."""
    accept = "text/html,application/xhtml+xml,*/*;q=0.8"
    for response in (
        client.get(f"{ROOT}{path}?f=html"),
        client.get(f"{ROOT}{path}", headers={"Accept": accept}),
    ):
        assert (response.status_code, response.mimetype) == (200, "text/html")
        assert "Accept" in response.headers["Vary"]


@pytest.mark.parametrize("path", [path for path in PATHS if path != "/api"])
def test_content(client: FlaskClient, path: str) -> None:
    """``/req/html/content``: what the JSON says is in the page, with all of its links."""
    document = fetch_document(client, path, lang="zh")
    page = PageReader(client.get(f"{ROOT}{path}?f=html&lang=zh").text)
    for link in document.get("links", []):
        address = strip_host(link["href"]).partition("?")[0]
        assert any(one.partition("?")[0] == address for one in page.addresses), link
    for feature in document.get("features", []):
        assert feature["properties"]["name"] in page.words
    for entry in document.get("collections", []):
        assert entry["title"] in page.words
    for name in (*document.get("conformsTo", []), document.get("title", "")):
        assert name in page.words
    for name, value in document.get("properties", {}).items():
        if isinstance(value, dict):
            assert value["title"] in page.words
        elif name in ("code", "name", "romanized_name", "unit_type", "parent_name"):
            assert value in page.words  # the others are worded

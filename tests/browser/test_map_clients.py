"""MapLibre and OpenLayers, in the page of another origin, draw the map by its address."""

from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Playwright

from tests.browser.conftest import PATIENCE_MS, launch_chromium

PAGES = Path(__file__).with_name("map_clients")
PACKAGES = Path(__file__).parents[2] / "web/client/node_modules"
STYLE = "/ogc/styles/boundaries"
TILES = "/ogc/collections/divisions/tiles/WebMercatorQuad"


class _Pages(SimpleHTTPRequestHandler):
    """The pages, and the programs as their packages have them."""

    def translate_path(self, path: str) -> str:
        name = path.partition("?")[0].lstrip("/")
        return str(PACKAGES / name if "/" in name else PAGES / name)

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""


@pytest.fixture(scope="module")
def other_origin() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Pages) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def chromium_with_webgl(playwright: Playwright) -> Iterator[Browser]:
    """A browser that draws without a card."""
    browser = launch_chromium(playwright, "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
    yield browser
    browser.close()


@pytest.mark.parametrize(
    ("page_name", "path", "layers"),
    [
        ("maplibre", STYLE, {"county-fill", "county-line", "county-name", "prefecture-name"}),
        ("openlayers_style", STYLE, {"county", "prefecture", "label"}),
        ("openlayers_tiles", TILES, {"county", "prefecture", "label"}),
    ],
)
def test_a_map_is_drawn_by_its_address(
    chromium_with_webgl: Browser,
    other_origin: str,
    live_server: str,
    page_name: str,
    path: str,
    layers: set[str],
) -> None:
    page = chromium_with_webgl.new_page()
    requested: list[str] = []
    page.on("request", lambda sent: requested.append(sent.url))
    page.goto(f"{other_origin}/{page_name}.html?url={live_server}{path}")
    page.wait_for_function("window.drawn?.length", timeout=PATIENCE_MS)
    drawn = page.evaluate("window.drawn")
    page.close()
    assert layers <= {layer for layer, _ in drawn}
    assert {"番禺区", "南海区"} <= {name for _, name in drawn}
    ours = (live_server, other_origin, "data:", "blob:")
    assert [url for url in requested if not url.startswith(ours)] == []

"""What people who listen, zoom or tab need of every page (WCAG 2.2 AA, by what can be computed)."""

from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page

from tools.web_client import CLIENT

PATHS = [
    "/",
    "/units/440106",
    "/units/440100?at=1985-01-01",
    "/units/440221?at=2010-01-01",
    "/search?q=天河",
    "/geocode?address=天河区五山路381号",
    "/geocode?address=朝阳区",
    "/naming",
    "/naming?name=太平镇&legal_class=division&level=township&within=440300",
    "/naming/defects",
    "/coverage",
    "/codes",
    "/changes",
    "/checks",
    "/differences?unit=440100&from=2013-12-31&to=2015-01-01",
    "/validate",
    "/findings",
    "/rules",
    "/rules/TOP-COV-02",
    "/docs",
    "/docs/problems",
    "/login",
    "/ogc/collections/divisions/items",
    "/no-such-page",
]
AXE = CLIENT / "node_modules" / "axe-core" / "axe.min.js"
AXE_RUN = """async () => (await axe.run(document, {runOnly:
  ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})).violations
  .filter(v => ['serious', 'critical'].includes(v.impact))
  .map(v => [v.id, v.nodes.map(n => n.html.slice(0, 120))])"""

UNNAMED = """() => [...document.querySelectorAll('a[href], button, input, select, summary')]
  .filter(e => e.type !== 'hidden' && e.offsetParent !== null)
  .filter(e => !(e.textContent || e.ariaLabel || e.title || e.labels?.[0]?.textContent))
  .map(e => e.outerHTML.slice(0, 120))"""

DOUBLE_IDS = """() => { const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  return ids.filter((id, i) => ids.indexOf(id) !== i) }"""

BROKEN_REFERENCES = """() => [...document.querySelectorAll('*')].flatMap(e =>
  ['aria-controls', 'aria-labelledby', 'aria-describedby', 'aria-activedescendant', 'for']
    .map(name => e.getAttribute(name)).filter(Boolean)
    .filter(id => !document.getElementById(id)))"""

HEADING_LEVELS = """() => [...document.querySelectorAll('h1,h2,h3,h4')]
  .map(e => Number(e.tagName[1]))"""

SMALL_TARGETS = """() => [...document.querySelectorAll('button, input, select, summary')]
  .filter(e => e.offsetParent !== null && e.type !== 'hidden')
  .filter(e => { const r = e.getBoundingClientRect(); return r.width < 24 || r.height < 24 })
  .filter(e => !e.matches('[type=checkbox], [type=radio]'))
  .map(e => e.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_one_that_everybody_can_use(page: Page, path: str) -> None:
    page.goto(path)
    page.wait_for_load_state("networkidle")
    assert page.title()
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    assert page.get_by_role("main").count() == 1
    assert page.get_by_role("banner").count() == 1
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.evaluate(UNNAMED) == []
    assert page.evaluate(DOUBLE_IDS) == []
    assert page.evaluate(BROKEN_REFERENCES) == []
    assert page.evaluate(SMALL_TARGETS) == []
    levels: list[int] = page.evaluate(HEADING_LEVELS)
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    page.evaluate(AXE.read_text("utf-8"))
    assert page.evaluate(AXE_RUN) == []


def test_tables_tell_their_columns_and_rows(page: Page) -> None:
    page.goto("/units/440106")
    table = page.get_by_role("table", name="下辖")
    assert table.get_by_role("columnheader").all_inner_texts() == ["名称", "类型", "代码"]
    assert table.get_by_role("rowheader").count() > 10


def test_where_the_focus_is_can_be_seen(page: Page) -> None:
    page.goto("/")
    for _ in range(8):
        page.keyboard.press("Tab")
        ring: dict[str, Any] = page.evaluate(
            """() => { const e = document.activeElement, s = getComputedStyle(e),
                 p = getComputedStyle(e.parentElement);
               return {outline: parseFloat(s.outlineWidth) * (s.outlineStyle !== 'none'),
                       around: p.boxShadow !== 'none'} }"""
        )
        assert ring["outline"] >= 2 or ring["around"]


@pytest.mark.parametrize("page", [{"viewport": {"width": 320, "height": 700}}], indirect=True)
def test_at_four_times_zoom_the_text_still_fits(page: Page) -> None:
    page.goto("/units/440106")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320

"""The way of a newcomer: search, unit, date; by mouse, keyboard and touch, in both languages."""

import re
import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE_MS
from tests.browser.screens import PHONE

ENGLISH: dict[str, Any] = {"locale": "en-GB"}
ON_A_PHONE: dict[str, Any] = {"viewport": PHONE, "has_touch": True}
WITHOUT_SCRIPT: dict[str, Any] = {"java_script_enabled": False}


def test_from_the_search_to_the_unit_to_another_date(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("广东省")
    expect(page.get_by_role("link", name="广州市", exact=True)).to_be_visible()

    page.get_by_role("combobox").fill("天河")
    page.get_by_role("option", name="天河区 440106").click()
    expect(page).to_have_url("/units/440106")
    expect(page.get_by_role("heading", level=1)).to_have_text("天河区")
    expect(page.get_by_role("main")).to_contain_text("Tianhe Qu")
    expect(page.get_by_role("main")).to_contain_text("平方千米")
    crumbs = page.get_by_role("navigation", name="所属")
    expect(crumbs.get_by_role("link")).to_have_text(["广东省", "广州市"])

    page.get_by_label("日期", exact=True).last.fill("1984-06-01")
    expect(page).to_have_url("/units/440106?at=1984-06-01")
    expect(page.get_by_role("heading", level=1)).to_have_text("该日期代码未启用")
    page.get_by_role("main").get_by_role("link", name="天河区").click()
    expect(page).to_have_url("/units/440106?at=1985-01-01")
    expect(page.get_by_role("main")).to_contain_text("以下为1985年1月1日的情况")
    expect(page.get_by_role("main")).to_contain_text("该日期无界线资料")

    page.go_back()
    page.go_back()
    expect(page).to_have_url("/units/440106")
    expect(page.get_by_label("日期", exact=True).last).not_to_have_value("1984-06-01")


def test_one_code_is_two_units_on_two_dates(page: Page) -> None:
    page.goto("/units/440511?at=1990-01-01")
    then = page.get_by_role("heading", level=1).inner_text()
    page.goto("/units/440511?at=2010-01-01")
    expect(page.get_by_role("heading", level=1)).not_to_have_text(then)


def test_the_history_has_documents_and_predecessors(page: Page) -> None:
    page.goto("/units/440783")
    history = page.get_by_role("region", name="沿革")
    expect(history).to_contain_text("民政部关于广东省撤销开平县设立开平市的批复")
    expect(history).to_contain_text("1993年1月5日（批准日期）")
    predecessors = page.get_by_role("region", name="前身")
    predecessors.get_by_role("link", name="开平县").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("开平县")
    expect(page.get_by_role("main")).to_contain_text("已撤销")


def test_down_to_the_villages_by_clicking_on(page: Page) -> None:
    page.goto("/units/440106")
    page.get_by_role("region", name="下辖").get_by_role("link").first.click()
    expect(page.get_by_role("navigation", name="所属").get_by_role("link")).to_have_count(3)
    page.get_by_role("region", name="下辖").get_by_role("link").first.click()
    expect(page.get_by_role("navigation", name="所属").get_by_role("link")).to_have_count(4)
    expect(page.get_by_role("main")).to_contain_text("村级")


def test_before_the_townships_are_on_record_the_page_says_since_when(page: Page) -> None:
    page.goto("/units/440106?at=1990-01-01")
    expect(page.get_by_role("region", name="下辖")).to_contain_text("下一级记录始于")


def test_a_place_that_is_no_unit_has_its_own_page(page: Page) -> None:
    page.goto("/")
    page.get_by_role("combobox").fill("鱼湾镇")
    page.get_by_role("option").filter(has_text="居民点").first.click()
    expect(page).to_have_url(re.compile("/places/"))
    expect(page.get_by_role("region", name="名称")).to_contain_text("鱼湾镇")


def test_the_map_shows_the_register_and_opens_what_is_clicked(page: Page) -> None:
    with page.expect_response(lambda answer: ".mvt" in answer.url and answer.status == 200):
        page.goto("/units/440106")
    tip = page.locator("#map-tip")
    surface = page.get_by_role("application", name="行政区划地图")
    box = surface.bounding_box()
    assert box is not None

    def on_tianhe() -> bool:
        page.mouse.move(box["x"] + box["width"] / 2 + 1, box["y"] + box["height"] / 2)
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        return tip.is_visible() and tip.inner_text() == "天河区"

    wait_until(page, on_tianhe)
    page.get_by_role("button", name="显示全省").click()

    def on_some_prefecture() -> bool:
        page.mouse.move(box["x"] + box["width"] / 2 + 1, box["y"] + box["height"] / 2)
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        return tip.is_visible() and tip.inner_text().endswith("市")

    wait_until(page, on_some_prefecture)
    name = tip.inner_text()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_everything_by_keyboard_alone(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳至正文")).to_be_focused()
    search = page.get_by_role("combobox")
    for _ in range(6):
        page.keyboard.press("Tab")
        if search.evaluate("element => element === document.activeElement"):
            break
    expect(search).to_be_focused()
    page.keyboard.type("番禺")
    expect(search).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(search).to_have_attribute("aria-expanded", "false")
    expect(search).to_have_value("番禺")
    page.keyboard.type("区")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    expect(search).to_have_attribute("aria-activedescendant", "q-option-0")
    page.keyboard.press("Enter")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("番禺区")
    expect(heading).to_be_focused()
    expect(page.locator("#live")).to_have_text("番禺区")

    page.get_by_label("年份").focus()
    page.keyboard.press("Home")
    expect(page).to_have_url("/units/440113?at=1981-12-31")


@pytest.mark.parametrize("page", [ENGLISH], indirect=True)
def test_the_language_of_the_browser_and_the_other_one(page: Page) -> None:
    page.goto("/units/440106?at=2010-01-01")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("main")).to_contain_text("Shown as of 1 January 2010.")
    expect(page.get_by_role("heading", level=1)).to_have_attribute("lang", "zh-Hans")
    page.get_by_role("link", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(page.get_by_role("main")).to_contain_text("以下为2010年1月1日的情况")
    page.goto("/")
    expect(page.get_by_role("region", name="地级市")).to_be_visible()


@pytest.mark.parametrize("page", [ON_A_PHONE], indirect=True)
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/units/440106",
        "/units/440221?at=2010-01-01",
        "/changes",
        "/differences?unit=440100&from=2013-12-31&to=2015-01-01",
        "/login",
        "/geocode?address=广东省萝岗区科学大道100号",
        "/coverage",
        "/codes",
    ],
)
def test_a_phone_needs_no_sideways_scrolling(page: Page, path: str) -> None:
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("page", [WITHOUT_SCRIPT], indirect=True)
def test_without_a_script_the_text_still_answers(page: Page) -> None:
    page.goto("/")
    page.get_by_role("searchbox").or_(page.get_by_role("combobox")).fill("天河")
    page.get_by_role("button", name="搜索").click()
    page.get_by_role("main").get_by_role("link", name="天河区").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("天河区")
    page.get_by_label("日期", exact=True).last.fill("1990-01-01")
    page.get_by_role("button", name="查看").click()
    expect(page.get_by_role("main")).to_contain_text("以下为1990年1月1日的情况")


def wait_until(page: Page, condition: Any) -> None:
    """Wait for a condition on a canvas, whose content has no element to wait for.

    As long as for any page: the tiles of another view come late from a busy machine.
    """
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while time.monotonic() < deadline:
        if condition():
            return
        page.wait_for_timeout(100)
    raise AssertionError("the condition was never met")

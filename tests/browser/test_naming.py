"""The page that checks a proposed name while it is typed."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screens import PHONE

ENGLISH: dict[str, Any] = {"locale": "en-GB"}
SMALL: dict[str, Any] = {"viewport": PHONE}
WITHOUT_SCRIPT: dict[str, Any] = {"java_script_enabled": False}


def test_a_name_is_checked_while_it_is_typed_and_the_url_follows(page: Page) -> None:
    page.goto("/naming")
    answer = page.locator("#naming-answer")
    expect(answer).to_be_empty()
    page.locator("#naming-within").fill("440106")
    page.locator("#naming-name").press_sequentially("毛泽东路")
    expect(answer).to_contain_text("NR-006")
    expect(answer.get_by_role("heading", level=2)).to_contain_text("毛泽东路")
    page.locator("#naming-name").fill("云霞路")
    expect(answer).to_contain_text("Yunxia Lu")
    expect(answer).not_to_contain_text("NR-006")
    page.reload()
    expect(page.locator("#naming-name")).to_have_value("云霞路")
    expect(answer).to_contain_text("Yunxia Lu")


def test_a_suggestion_is_chosen_and_checked(page: Page) -> None:
    page.goto("/naming?name=龍华路&legal_class=road&within=440106")
    answer = page.locator("#naming-answer")
    answer.get_by_role("button", name="龙华路", exact=True).click()
    expect(page.locator("#naming-name")).to_have_value("龙华路")
    expect(answer.get_by_role("heading", level=2)).to_contain_text("龙华路")
    expect(answer).not_to_contain_text("NR-004")


def test_what_is_wrong_with_a_field_is_told_while_typing(page: Page) -> None:
    page.goto("/naming?name=云霞路")
    page.locator("#naming-within").fill("999999")
    expect(page.get_by_role("alert")).to_contain_text("999999")


def test_the_level_is_asked_of_divisions_only(page: Page) -> None:
    page.goto("/naming")
    expect(page.locator("#naming-level")).to_be_hidden()
    page.locator("#naming-class").select_option("division")
    expect(page.locator("#naming-level")).to_be_visible()


@pytest.mark.parametrize("page", [WITHOUT_SCRIPT], indirect=True)
def test_a_name_is_checked_without_a_script(page: Page) -> None:
    page.goto("/naming")
    page.locator("#naming-name").fill("龍华路")
    page.locator("#naming-form").get_by_role("button").click()
    answer = page.locator("#naming-answer")
    expect(answer).to_contain_text("NR-004")
    answer.get_by_role("button", name="龙华路", exact=True).click()
    expect(page.locator("#naming-answer h2")).to_contain_text("龙华路")


@pytest.mark.parametrize("page", [SMALL], indirect=True)
def test_an_answer_fits_a_phone(page: Page) -> None:
    page.goto("/naming?name=太平镇&legal_class=division&level=township&within=440300")
    expect(page.locator("#naming-answer")).to_contain_text("440117111")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("page", [ENGLISH], indirect=True)
def test_the_page_of_defects_lets_strangers_only_read(page: Page) -> None:
    page.goto("/naming/defects")
    expect(page.get_by_role("heading", level=1)).to_have_text("Defects of names")
    expect(page.get_by_role("main").locator("form[method=post]")).to_have_count(0)

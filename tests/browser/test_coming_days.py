"""Days to come in the browser: slider, date field, map; and the page of what waits."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from threading import Thread
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from boundaries.findings.validation_run import run_validation
from boundaries.register_ledger import LEDGER
from gazetteer.accounts.roles import Grant, Role
from gazetteer.database.cluster import Cluster
from gazetteer.database.pool import open_pool
from gazetteer.ledger.publish import Changeset
from gazetteer.settings import get_settings
from tests.boundaries.areas.area_samples import record, span
from tests.boundaries.areas.coming_samples import (
    ARRIVING,
    COMING,
    LEAVING,
    PREFECTURE,
    STAYING,
    draw_edge,
    plant_succession,
)
from tests.browser.screens import PHONE
from tests.conftest import TEMPLATE, copied
from tests.gazetteer.accounts.community import PASSWORD, person
from web.app import create_app

THEN = COMING.isoformat()
ENGLISH: dict[str, Any] = {"locale": "en-GB"}
ON_A_PHONE: dict[str, Any] = {"viewport": PHONE, "has_touch": True}
WITHOUT_SCRIPT: dict[str, Any] = {"java_script_enabled": False}


@pytest.fixture(scope="module")
def live_server(cluster: Cluster) -> Iterator[str]:
    """The service over a register in which a county will be replaced, with an error and people."""
    settings = get_settings().model_copy(update={"rate_limit": "off", "home_division": PREFECTURE})
    with copied(cluster, TEMPLATE) as conninfo:
        with psycopg.connect(conninfo, autocommit=True) as conn:
            plant_succession(conn)
            move_border_without_act(conn)
            run_validation(conn, actor="operator:test")
            person(conn, "viewer", Grant(Role.VIEWER))
            person(conn, "mapper", Grant(Role.MAPPING_STAFF, record("unit", PREFECTURE)))
        with open_pool(conninfo, 4) as pool:
            server = make_server("127.0.0.1", 0, create_app(settings, pool), threaded=True)
            serving = Thread(target=server.serve_forever)
            serving.start()
            yield f"http://127.0.0.1:{server.port}"
            server.shutdown()
            serving.join()


def move_border_without_act(conn: psycopg.Connection) -> None:
    """Publish that a border has changed by no act."""
    period = span(date(2021, 1, 1), COMING)
    edge = draw_edge("between", period, STAYING, LEAVING)
    moved = replace(edge, attributes={**(edge.attributes or {}), "accuracy_m": 2.0})
    LEDGER.publish_statements(conn, Changeset("registrar", "measured", "correction"), [moved])


def log_in(page: Page, login: str) -> None:
    page.goto("/login?next=/waiting")
    page.locator("#login").fill(login)
    page.locator("#password").fill(PASSWORD)
    page.locator("main form button").click()
    expect(page).to_have_url("/waiting")


def test_the_slider_goes_to_the_last_known_change(page: Page) -> None:
    page.goto(f"/units/{PREFECTURE}")
    subdivisions = page.get_by_role("region", name="下辖")
    expect(subdivisions.get_by_role("link")).to_have_text(["天河区", "白云区"])
    slider = page.get_by_label("年份")
    slider.focus()
    page.keyboard.press("End")
    expect(page).to_have_url(f"/units/{PREFECTURE}?at={THEN}")
    expect(subdivisions.get_by_role("link")).to_have_text(["天河区", "云山区"])
    main = page.get_by_role("main")
    expect(main).to_contain_text(f"将于{COMING.year}年7月1日生效")
    expect(page.locator("#map-note")).to_contain_text(f"将于{COMING.year}年7月1日生效")
    expect(page.get_by_label("日期", exact=True).last).to_have_value(THEN)

    slider.focus()
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(f"/units/{PREFECTURE}")
    expect(page.locator("#map-note")).to_be_hidden()


@pytest.mark.parametrize("page", [ENGLISH], indirect=True)
def test_a_unit_that_will_change_leads_to_the_day(page: Page) -> None:
    page.goto(f"/units/{LEAVING}")
    main = page.get_by_role("main")
    expect(main).to_contain_text(f"This unit changes on 1 July {COMING.year}.")
    page.get_by_role("link", name="云山区").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("云山区")
    expect(main).to_contain_text("Not yet established")
    expect(main).to_contain_text(f"Takes effect on 1 July {COMING.year}")
    history = page.get_by_role("region", name="History")
    expect(history).to_contain_text(f"Takes effect on 1 July {COMING.year}")


def test_each_day_to_come_is_a_link_from_every_page_of_the_panel(page: Page) -> None:
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name="天河区").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("天河区")
    day = page.locator(".moment__coming").get_by_role("link")
    day.click()
    expect(page).to_have_url(f"/units/440106?at={THEN}")
    expect(day).to_have_attribute("aria-current", "date")


@pytest.mark.parametrize("page", [WITHOUT_SCRIPT], indirect=True)
def test_without_a_script_the_date_field_takes_a_day_to_come(page: Page) -> None:
    page.goto("/")
    page.get_by_label("日期", exact=True).last.fill(THEN)
    page.get_by_role("button", name="查看").click()
    expect(page.get_by_role("main").get_by_role("link", name="云山区")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="云山区").click()
    expect(page).to_have_url(f"/units/{ARRIVING}?at={THEN}")


@pytest.mark.parametrize("page", [ON_A_PHONE], indirect=True)
def test_a_phone_needs_no_sideways_scrolling_on_a_day_to_come(page: Page) -> None:
    page.goto(f"/units/{ARRIVING}?at={THEN}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize(
    ("page", "title", "words"),
    [
        ({}, "待办", "目前没有待办事项。"),
        (ENGLISH, "Waiting for me", "Nothing is waiting for you."),
    ],
    indirect=["page"],
    ids=["zh", "en"],
)
def test_nothing_waits_for_a_reader(page: Page, title: str, words: str) -> None:
    log_in(page, "viewer")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.get_by_role("main")).to_contain_text(words)
    expect(page.locator(".count")).to_have_count(0)


@pytest.mark.parametrize(
    ("page", "item", "count"),
    [
        ({}, f"广州市 {PREFECTURE}：1 个错误未处理", "1"),
        (ENGLISH, f"广州市 {PREFECTURE}: 1 unresolved error", "1"),
    ],
    indirect=["page"],
    ids=["zh", "en"],
)
def test_errors_wait_for_the_mapper_of_the_prefecture(page: Page, item: str, count: str) -> None:
    log_in(page, "mapper")
    summary = page.locator("summary")
    expect(summary.locator(".count")).to_have_text(count)
    summary.click()
    expect(page.get_by_role("navigation").get_by_role("link").last).to_contain_text(count)
    page.keyboard.press("Escape")
    page.get_by_role("main").get_by_role("link", name=item).click()
    expect(page).to_have_url(f"/findings?state=open&severity=error&unit={PREFECTURE}")
    expect(page.get_by_role("table").locator("tbody tr")).to_have_count(1)

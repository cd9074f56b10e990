"""Findings on the register: on the map and in the table, with rules and responses."""

from collections.abc import Iterator
from threading import Thread
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from boundaries.findings.validation_run import run_validation
from gazetteer.accounts.roles import Grant, Role
from gazetteer.database.cluster import Cluster
from gazetteer.database.pool import open_pool
from gazetteer.settings import get_settings
from tests.boundaries.findings.finding_samples import PREFECTURE, identity, plant
from tests.browser.conftest import PATIENCE_MS
from tests.conftest import TEMPLATE, copied
from tests.gazetteer.accounts.community import PASSWORD, person
from web.app import create_app

NARROW: dict[str, Any] = {"viewport": {"width": 375, "height": 812}}


@pytest.fixture(scope="module")
def office(cluster: Cluster) -> Iterator[str]:
    """The address of a service over three counties, two of which overlap."""
    with copied(cluster, TEMPLATE) as conninfo:
        with psycopg.connect(conninfo, autocommit=True) as conn:
            plant(conn)
            person(conn, "mapper", Grant(Role.MAPPING_STAFF, identity(PREFECTURE)))
            run_validation(conn, actor="operator:test")
        with open_pool(conninfo, 4) as pool:
            ours = get_settings().model_copy(update={"rate_limit": "off"})
            server = make_server("127.0.0.1", 0, create_app(ours, pool), threaded=True)
            serving = Thread(target=server.serve_forever)
            serving.start()
            yield f"http://127.0.0.1:{server.port}"
            server.shutdown()
            serving.join()


@pytest.fixture
def desk(chromium: Browser, office: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page in English; fails the test if its script does."""
    options = {"locale": "en-GB", **getattr(request, "param", {})}
    context = chromium.new_context(base_url=office, reduced_motion="reduce", **options)
    page = context.new_page()
    failed: list[str] = []
    page.on("pageerror", lambda error: failed.append(str(error)))
    yield page
    context.close()
    assert failed == []


@pytest.mark.parametrize("desk", [{}, NARROW], indirect=True)
def test_findings_are_listed_filtered_and_explained(desk: Page) -> None:
    desk.goto("/findings")
    table = desk.get_by_role("table", name="Findings")
    rows = table.locator("tbody tr")
    expect(desk.get_by_role("application")).to_be_visible(timeout=PATIENCE_MS)
    expect(rows.first.get_by_role("link")).to_have_text("Open")
    everything = rows.count()
    assert desk.evaluate("document.documentElement.scrollWidth") <= desk.viewport_size["width"]  # type: ignore[index]

    desk.get_by_role("combobox", name="Rule").select_option("TOP-COV-01")
    expect(rows).to_have_count(1)
    expect(rows.get_by_role("rowheader")).to_have_text("天河区 440106, 白云区 440111")
    table.get_by_role("button", name="Show").press("Enter")
    expect(table.locator("tr.is-chosen")).to_have_count(1)
    table.get_by_role("button", name="Explain rule").press("Enter")
    expect(desk.get_by_role("dialog")).to_contain_text("Must Not Overlap")
    desk.keyboard.press("Escape")
    desk.get_by_role("combobox", name="Rule").select_option("")
    expect(rows).to_have_count(everything)


def test_a_response_to_a_finding_is_recorded_and_shown(desk: Page) -> None:
    desk.goto("/findings?rule=TOP-COV-01")
    desk.get_by_role("table").get_by_role("link", name="Open").click()
    expect(desk.get_by_role("application")).to_be_visible(timeout=PATIENCE_MS)
    desk.get_by_role("link", name="Log in to respond.").click()
    desk.get_by_label("Login").fill("mapper")
    desk.get_by_label("Password").fill(PASSWORD)
    desk.get_by_label("Password").press("Enter")
    desk.get_by_role("radio", name="Exception").check()
    desk.get_by_label("Explanation").fill("agreed by both")
    desk.get_by_label("Document title and number").fill("穗府〔2020〕1号")
    desk.get_by_label("Last day of the exception").fill("2099-12-31")
    desk.get_by_role("button", name="Submit response").click()
    expect(desk.get_by_role("alert").first).to_contain_text("signer")
    desk.get_by_label("Signed by").fill("李")
    desk.get_by_role("button", name="Submit response").click()
    expect(desk.get_by_role("heading", level=1)).to_contain_text("Exception")
    expect(desk.get_by_role("list").filter(has_text="穗府〔2020〕1号")).to_be_visible()
    desk.get_by_role("link", name="All findings").click()
    expect(desk.get_by_role("table").get_by_role("link", name="Exception")).to_be_visible()
    expect(desk.get_by_role("button", name="Run checks now")).to_be_visible()

"""A 撤县设区 in the browser: from its draft over a conflict and a remark to its day."""

import json
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from gazetteer.accounts.account_store import find_account
from gazetteer.accounts.api_keys import create_key
from gazetteer.accounts.roles import Grant, Role, find_current_unit
from gazetteer.database.pool import open_pool
from gazetteer.ledger.follower import Follower
from gazetteer.settings import get_settings
from tests.browser.conftest import PATIENCE_MS
from tests.browser.test_accessibility import (
    BROKEN_REFERENCES,
    DOUBLE_IDS,
    SMALL_TARGETS,
    UNNAMED,
)
from tests.gazetteer.accounts.community import PASSWORD, person
from tests.gazetteer.files.file_samples import pdf
from web.app import create_app
from web.http.connections import BACKGROUND_CONNECTIONS

BEFORE, DAY, AFTER = "2027-02-28", "2027-03-01", "2027-03-02"
LONGMEN, DISTRICT, BOLUO = "441324", "441304", "441322"


@dataclass(frozen=True)
class Office:
    """A service with an editor, a colleague and a reviewer of the province."""

    url: str
    key: str

    def request(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """The JSON of an answer to the colleague's key."""
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        sent = urllib.request.Request(self.url + path, data, headers)
        with urllib.request.urlopen(sent, timeout=60) as answer:
            return json.load(answer)


@pytest.fixture
def office(register_copy: str, tmp_path: Path) -> Iterator[Office]:
    with psycopg.connect(register_copy, autocommit=True) as conn:
        province = find_current_unit(conn, "440000")
        editing, reviewing = Grant(Role.MAPPING_STAFF, province), Grant(Role.REVIEWER, province)
        for login, grant in (("editor", editing), ("colleague", editing), ("checker", reviewing)):
            person(conn, login, grant)
        account = find_account(conn, "colleague")
        key = create_key(conn, account, by="tests", name="drafts", requested=[editing])[1]
    with open_pool(register_copy, 4 + BACKGROUND_CONNECTIONS) as pool:
        ours = get_settings().model_copy(update={"rate_limit": "off", "home": tmp_path / "home"})
        server = make_server("127.0.0.1", 0, create_app(ours, pool), threaded=True)
        serving = Thread(target=server.serve_forever)
        serving.start()
        yield Office(f"http://127.0.0.1:{server.port}", key)
        server.shutdown()
        serving.join()


def open_desk(chromium: Browser, office: Office, login: str) -> Page:
    """A page of somebody who is logged in."""
    context = chromium.new_context(base_url=office.url, locale="zh-CN", reduced_motion="reduce")
    context.set_default_navigation_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto("/login")
    page.locator("input[name=login]").fill(login)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    return page


def begin_draft(page: Page, title: str) -> str:
    """Begin a draft by the form; its address."""
    page.goto("/drafts")
    page.locator("input[name=title]").fill(title)
    page.locator("input[name=unit]").fill("440000")
    page.locator("select[name=event_kind]").select_option("county_to_district")
    page.locator("input[name=effective_on]").fill(DAY)
    page.locator("input[name=act_title]").fill(f"关于{title}的批复")
    page.locator("input[name=act_number]").fill("国函〔2027〕1号")
    page.get_by_role("button", name="新建", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("编辑中")
    return page.url.removeprefix(page.url.split("/drafts")[0])


def convert_county(page: Page) -> None:
    page.locator("summary", has_text="撤旧设新").click()
    form = page.locator("form[action$='/commands/convert_unit']")
    form.locator("input[name=unit]").fill(LONGMEN)
    form.locator("input[name=code]").fill(DISTRICT)
    form.locator("input[name=name]").fill("龙门区")
    form.locator("input[name=unit_type]").fill("市辖区")
    form.get_by_role("button").click()
    expect(page.locator("#steps ~ ol")).to_contain_text("龙门区")


def attach_approval(page: Page) -> None:
    page.locator("summary", has_text="添加附件").click()
    form = page.locator("form[action$='/documents']")
    scan = {"name": "批复.pdf", "mimeType": "application/pdf", "buffer": pdf()}
    form.locator("input[type=file]").set_input_files(scan)  # type: ignore[arg-type]
    form.locator("input[name=title]").fill("批复扫描件")
    form.get_by_role("button", name="添加附件").click()
    expect(page.get_by_role("link", name="批复扫描件")).to_be_visible()


def move_border(
    office: Office, path: str, codes: set[str], revision: int, by: float = 1e-4
) -> dict[str, Any]:
    """A vertex of the border between two counties moves, over the API."""
    box = "113.8,23.3,114.6,23.9"
    edges = office.request(f"{path}/ogc/collections/edges/items?bbox={box}")["features"]
    edge = next(
        e for e in edges if {e["properties"]["left_code"], e["properties"]["right_code"]} == codes
    )
    lon, lat = edge["geometry"]["coordinates"][3]
    arguments = {"edge": edge["id"], "at": [lon, lat], "to": [lon + by, lat]}
    body = {"revision": revision, "command": "move_vertex", **arguments}
    answer: dict[str, Any] = office.request(f"/v1{path}/commands", body)
    return answer


def check_page(page: Page) -> None:
    """What a draft must have for those who listen or tab, and on a phone."""
    for faults in (UNNAMED, DOUBLE_IDS, BROKEN_REFERENCES, SMALL_TARGETS):
        assert page.evaluate(faults) == []
    wide = page.viewport_size
    assert wide
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size(wide)


def leave_conflict(page: Page) -> None:
    """Undo the steps that a publication has met: the border's, seen on a map, and the county's."""
    conflict = page.locator("section.conflict")
    page.get_by_role("button", name="提交审核").click()
    expect(page.get_by_role("alert")).to_contain_text("已被他人发布的变更改动")
    expect(conflict.get_by_role("heading")).to_contain_text("第 1 步")
    expect(conflict.get_by_role("img", name="博罗县")).to_be_visible()
    for name in ("ancestor", "theirs", "ours"):
        assert conflict.locator(f".draft-map path.draft-map__{name}").bounding_box()
    for words in ("执行该步骤时", "现已发布", "本草案"):
        expect(conflict.locator(".line-keys")).to_contain_text(words)
    check_page(page)
    conflict.get_by_role("button", name="撤销第 1 步").click()
    expect(conflict.get_by_role("heading")).to_contain_text("第 2 步")
    expect(conflict.get_by_role("row").filter(has_text="标准名称")).to_contain_text("龙江县")
    check_page(page)
    conflict.get_by_role("button", name="撤销第 2 步").click()
    expect(conflict).to_have_count(0)


def remark_on_border(page: Page) -> None:
    """Remark on the step that moves the border, at the place where territory changes hands."""
    step = page.locator("#step-2")
    step.locator("summary", has_text="添加批注").click()
    step.locator("textarea[name=words]").fill("界线拐点请与附图核对")
    territory = step.locator("select[name=choice] option", has_text="易主区域").first
    step.locator("select[name=choice]").select_option(territory.get_attribute("value"))
    step.get_by_role("button", name="添加批注").click()
    expect(page.locator(".draft-map__dot")).to_have_count(1)
    check_page(page)


def publish_draft(editor: Page, checker: Page, path: str) -> None:
    editor.goto(path)
    editor.get_by_role("button", name="提交审核").click()
    checker.goto(path)
    checker.get_by_role("button", name="批准").click()
    checker.get_by_role("button", name="发布").click()
    expect(checker.get_by_role("heading", level=1)).to_contain_text("已发布")


def test_a_county_becomes_a_district_on_a_coming_day(
    chromium: Browser, office: Office, register_copy: str, tmp_path: Path
) -> None:
    follower = Follower(office.url, tmp_path / "copy.sqlite")
    assert follower.catch_up()
    editor, colleague, checker = (
        open_desk(chromium, office, login) for login in ("editor", "colleague", "checker")
    )
    path = begin_draft(editor, "龙门县撤县设区")
    attach_approval(editor)
    assert move_border(office, path, {LONGMEN, BOLUO}, 1)["findings"]["added"] == []
    editor.goto(path)
    convert_county(editor)
    # A colleague publishes another name and another border first: the draft meets both.
    other = begin_draft(colleague, "龙门县更名")
    colleague.locator("summary", has_text="行政区更名").click()
    form = colleague.locator("form[action$='/commands/rename_unit']")
    form.locator("input[name=unit]").fill(LONGMEN)
    form.locator("input[name=name]").fill("龙江县")
    form.get_by_role("button").click()
    move_border(office, other, {LONGMEN, BOLUO}, 1, by=-2e-4)
    publish_draft(colleague, checker, other)
    editor.goto(path)
    leave_conflict(editor)
    # What is still needed is done again over the new state.
    convert_county(editor)
    revision = office.request(f"/v1{path}")["revision"]
    move_border(office, path, {DISTRICT, BOLUO}, revision)
    # A remark of the reviewer reaches the editor.
    editor.goto(path)
    editor.get_by_role("button", name="提交审核").click()
    checker.goto(path)
    remark_on_border(checker)
    checker.locator("form[action$='/reject'] textarea").fill("请核对界线附图")
    checker.get_by_role("button", name="退回").click()
    editor.goto("/waiting")
    editor.get_by_role("link", name="龙门县撤县设区").click()
    expect(editor.locator("main")).to_contain_text("请核对界线附图")
    expect(editor.locator("#step-2 .remark")).to_contain_text("界线拐点请与附图核对")
    publish_draft(editor, checker, path)
    check_answers(office)
    assert load_documents(register_copy) == [("批复扫描件", "approval", "国函〔2027〕1号")]
    assert follower.catch_up()


def load_documents(register: str) -> list[tuple[str, ...]]:
    """The documents in the register, with the numbers of their acts."""
    with psycopg.connect(register) as conn:
        return conn.execute(
            "SELECT d.title, d.role, a.number FROM document_version d"
            " JOIN act_version a ON a.record_id = d.act"
        ).fetchall()


def check_answers(office: Office) -> None:
    """What readers are told on the days before, on and after."""
    assert office.request(f"/v1/divisions/{LONGMEN}?at={BEFORE}")["name"] == "龙门县"
    for day in (DAY, AFTER):
        assert office.request(f"/v1/divisions/{DISTRICT}?at={day}")["name"] == "龙门区"
        translated = f"/v1/codes/translate?code={LONGMEN}&from={BEFORE}&to={day}"
        results = office.request(translated)["results"]
        assert [(result["code"], result["share"]) for result in results] == [(DISTRICT, 1.0)]
    history = office.request(f"/v1/divisions/{DISTRICT}/history?at={DAY}")
    kinds = [event["kind"] for event in history["events"]]
    assert "establish" in kinds
    areas = [
        office.request(f"/v1/divisions/{code}/area?at={day}")["geometry"]
        for code, day in ((LONGMEN, BEFORE), (DISTRICT, DAY))
    ]
    assert areas[0] != areas[1]

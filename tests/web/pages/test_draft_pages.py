"""The pages of drafts: the whole way of a rename, by forms, without a script."""

import re
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient

from gazetteer.accounts.roles import Grant, Role, find_current_unit
from gazetteer.database.pool import open_pool
from gazetteer.settings import get_settings
from tests.gazetteer.accounts.community import person
from tests.web.sign_in import log_in
from web.app import create_app
from web.http.connections import BACKGROUND_CONNECTIONS


@pytest.fixture
def offices(register_copy: str) -> Any:
    """Clients of an editor and of a reviewer who are logged in."""
    with psycopg.connect(register_copy, autocommit=True) as conn:
        for login, role in (("editor", Role.MAPPING_STAFF), ("checker", Role.REVIEWER)):
            person(conn, login, Grant(role, find_current_unit(conn, "440100")))
    with open_pool(register_copy, 2 + BACKGROUND_CONNECTIONS) as pool:
        app = create_app(get_settings().model_copy(update={"rate_limit": "off"}), pool)
        clients = {login: app.test_client() for login in ("editor", "checker")}
        yield {login: (client, log_in(client, login)) for login, client in clients.items()}


def post(office: tuple[FlaskClient, dict[str, str]], path: str, **fields: str) -> Any:
    client, headers = office
    form = {"csrf_token": headers["X-CSRF-Token"], **fields}
    return client.post(path, data=form, follow_redirects=True)


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def begin(office: tuple[FlaskClient, dict[str, str]], **stated: str) -> Any:
    fields = {
        "title": "从化更名",
        "unit": "440100",
        "purpose": "act",
        "event_kind": "rename",
        "effective_on": "2026-12-20",
        "act_title": "更名批复",
        **stated,
    }
    return post(office, "/drafts", **fields)


def test_a_rename_goes_from_the_form_to_publication(offices: Any) -> None:
    editor, checker = offices["editor"], offices["checker"]
    path = begin(editor).request.path
    page = post(editor, f"{path}/commands/rename_unit", revision="0", unit="440117", name="从江区")
    assert "从江区" in text_of(page)
    assert "草案没有新增问题" in text_of(page)
    assert post(editor, f"{path}/submit", revision="1").status_code == 200
    assert "从化更名" in text_of(checker[0].get("/waiting"))
    page = post(checker, f"{path}/remarks", revision="1", words="请核对拼写")
    assert "请核对拼写" in text_of(page)
    assert "已批准" in text_of(post(checker, f"{path}/approve", revision="1"))
    page = post(checker, f"{path}/publish", revision="1")
    assert "已发布" in text_of(page)
    assert "从化区" in text_of(page)  # what was before is shown still
    shown = editor[0].get("/v1/divisions/440117?at=2026-12-20").json
    assert shown is not None and shown["name"] == "从江区"


def test_a_wrong_value_is_shown_with_the_form_and_nothing_is_lost(offices: Any) -> None:
    page = begin(offices["editor"], act_title="", title="无文件")
    assert page.status_code == 400
    assert "批准文件" in text_of(page)
    assert 'value="无文件"' in text_of(page)
    path = begin(offices["editor"]).request.path
    page = post(
        offices["editor"], f"{path}/commands/move_seat", revision="0", unit="440117", to="x"
    )
    assert page.status_code == 400
    assert "坐标须写作" in text_of(page)


def test_a_stale_page_overwrites_nothing(offices: Any) -> None:
    path = begin(offices["editor"]).request.path
    first = {"revision": "0", "unit": "440117"}
    post(offices["editor"], f"{path}/commands/rename_unit", **first, name="从江区")
    page = post(offices["editor"], f"{path}/commands/rename_unit", **first, name="从河区")
    assert page.status_code == 409
    assert "从河区" not in text_of(page).split("步骤")[0]


def test_strangers_are_sent_to_the_login(offices: Any) -> None:
    path = begin(offices["editor"]).request.path
    stranger = offices["editor"][0].application.test_client()
    for address in ("/drafts", path):
        assert stranger.get(address).status_code in (302, 303, 401)


def test_the_pages_speak_english(offices: Any) -> None:
    path = begin(offices["editor"]).request.path
    page = text_of(offices["editor"][0].get(f"{path}?lang=en"))
    assert "Submit for review" not in page  # there is no step yet
    assert "The draft adds no findings." in page
    assert "Convert a unit" in page


def test_undo_and_discard_are_buttons(offices: Any) -> None:
    editor = offices["editor"]
    path = begin(editor).request.path
    post(editor, f"{path}/commands/rename_unit", revision="0", unit="440117", name="从江区")
    assert "（已撤销）" in text_of(post(editor, f"{path}/undo", revision="1"))
    assert "（已撤销）" not in text_of(post(editor, f"{path}/redo", revision="2"))
    assert "已弃用" in text_of(post(editor, f"{path}/discard", revision="3"))

"""The pages of proposed names and of defects, as they are without a script."""

from collections.abc import Iterator
from html import unescape

import psycopg
import pytest
from flask.testing import FlaskClient

from gazetteer.accounts.roles import Grant, Role, find_current_unit
from gazetteer.database.pool import open_pool
from gazetteer.ledger.as_of import today
from gazetteer.naming.defect_search import find_defects
from gazetteer.settings import get_settings
from tests.gazetteer.accounts.community import person
from tests.web.sign_in import log_in
from web.app import create_app
from web.http.connections import BACKGROUND_CONNECTIONS

EN = {"Accept-Language": "en"}
ZH = {"Accept-Language": "zh-CN"}


def load_page(
    client: FlaskClient, headers: dict[str, str] = ZH, status: int = 200, **query: str
) -> str:
    response = client.get("/naming", query_string=query, headers=headers)
    assert response.status_code == status
    return response.text


def test_the_empty_form_asks_nothing(client: FlaskClient) -> None:
    page = load_page(client)
    assert '<html lang="zh-Hans"' in page
    assert 'id="naming-form"' in page and 'role="alert"' not in page
    assert "naming-title" not in page


@pytest.mark.parametrize(
    ("headers", "verdict", "message"),
    [
        (ZH, "不得使用", "“毛泽东”"),
        (EN, "inadmissible", "“毛泽东” is the name of a leader of the state"),
    ],
)
def test_a_name_is_answered_in_the_language_of_the_reader(
    client: FlaskClient, headers: dict[str, str], verdict: str, message: str
) -> None:
    page = load_page(client, headers, name="毛泽东路", legal_class="road", within="440106")
    assert f'<span class="badge badge--inadmissible">{verdict}</span>' in page
    assert message in page
    assert '<a href="/rules/NR-006' in page
    assert 'value="毛泽东路"' in page and 'value="road" selected' in page


def test_like_names_are_shown_with_code_and_distance(client: FlaskClient) -> None:
    page = load_page(
        client, EN, name="太平镇", legal_class="division", level="township", within="440300"
    )
    assert "440117111" in page
    assert 'value="township" selected' in page
    assert " km" in page
    assert 'form="naming-form" name="name"' in page  # a suggestion


def test_what_is_filled_in_stays_filled_in(client: FlaskClient) -> None:
    page = load_page(
        client,
        name="云霞大厦",
        legal_class="building",
        position="23.13, 113.36",
        floors="6",
        romanized="Yunxia Dasha",
        in_force="on",
    )
    for value in ("云霞大厦", "23.13, 113.36", "6", "Yunxia Dasha"):
        assert f'value="{value}"' in page
    assert 'name="in_force" checked' in page


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ({"within": "999999"}, 404, "999999"),
        ({"position": "somewhere"}, 400, "geometry"),
        ({"reading": "yún"}, 400, "“云霞路”"),
        ({"floors": "many"}, 400, "floors"),
    ],
)
def test_what_cannot_be_right_is_told_above_the_answer(
    client: FlaskClient, query: dict[str, str], status: int, words: str
) -> None:
    page = load_page(client, EN, status, name="云霞路", **query)
    alert = page.partition('role="alert">')[2].partition("</p>")[0]
    assert words in unescape(alert)
    assert "naming-title" not in page


def test_markup_stays_text(client: FlaskClient) -> None:
    hostile = '<script>alert(1)</script>"路'
    page = load_page(client, name=hostile, romanized=hostile, former_name=hostile)
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.fixture
def desk(register_copy: str) -> Iterator[FlaskClient]:
    """A naming officer of Guangzhou, after a search."""
    with psycopg.connect(register_copy, autocommit=True) as conn:
        person(conn, "officer", Grant(Role.NAMING_OFFICER, find_current_unit(conn, "440100")))
        find_defects(conn, today(), lambda *_: None)
    with open_pool(register_copy, 2 + BACKGROUND_CONNECTIONS) as pool:
        app = create_app(get_settings().model_copy(update={"rate_limit": "off"}), pool)
        yield app.test_client()


def test_defects_are_read_by_anybody_and_excepted_by_an_officer(desk: FlaskClient) -> None:
    query = {"kind": "duplicate", "unit": "440100"}
    page = desk.get("/naming/defects", query_string=query, headers=ZH).text
    assert 'method="post" action="/naming/defects' not in page
    assert 'value="duplicate" selected' in page and 'value="440100"' in page
    token = log_in(desk, "officer")["X-CSRF-Token"]
    page = desk.get("/naming/defects", query_string=query, headers=ZH).text
    defect = page.partition("/exceptions")[0].rpartition("/")[2]
    assert defect.isdigit()
    form = {"csrf_token": token, "reason": "<b>历史悠久</b>"}
    done = desk.post(f"/naming/defects/{defect}/exceptions", data=form)
    assert (done.status_code, done.location) == (303, "/naming/defects")
    page = desk.get("/naming/defects", query_string=query, headers=ZH).text
    assert f"/naming/defects/{defect}/exceptions" not in page


def test_an_exception_without_a_reason_is_refused_on_the_page(desk: FlaskClient) -> None:
    token = log_in(desk, "officer")["X-CSRF-Token"]
    page = desk.get("/naming/defects?unit=440100").text
    defect = page.partition("/exceptions")[0].rpartition("/")[2]
    refused = desk.post(
        f"/naming/defects/{defect}/exceptions", data={"csrf_token": token, "reason": " "}
    )
    assert 'role="alert"' in refused.text
    forged = desk.post(f"/naming/defects/{defect}/exceptions", data={"reason": "x"})
    assert forged.status_code == 403
    assert f"/naming/defects/{defect}/exceptions" in desk.get("/naming/defects?unit=440100").text


def test_a_search_is_asked_for_on_the_page(desk: FlaskClient) -> None:
    token = log_in(desk, "officer")["X-CSRF-Token"]
    asked = desk.post("/naming/defects/search", data={"csrf_token": token})
    assert (asked.status_code, asked.location) == (303, "/naming/defects?asked=1")
    assert 'role="status"' in desk.get("/naming/defects?asked=1").text


def test_a_filter_that_cannot_be_right_is_a_page_too(desk: FlaskClient) -> None:
    for query in ("kind=ugly", "unit=999999", "after=x"):
        refused = desk.get(f"/naming/defects?{query}", headers=EN)
        assert refused.status_code in (400, 404)
        assert refused.mimetype == "text/html"


def test_a_suggestion_that_is_pressed_goes_before_the_field(client: FlaskClient) -> None:
    page = client.get("/naming?name=龍华路&legal_class=road&name=龙华路", headers=ZH).text
    assert 'name="name" value="龙华路"' in page
    assert "NR-004" not in page

"""Pages of days to come: marked as such, reachable by the date field and by links."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest
from flask.testing import FlaskClient

from gazetteer.database.pool import open_pool
from gazetteer.ledger.as_of import today
from gazetteer.settings import get_settings
from tests.boundaries.areas.coming_samples import (
    ARRIVING,
    COMING,
    LEAVING,
    STAYING,
    plant_succession,
)
from web.app import create_app

THEN = COMING.isoformat()
TAKES_EFFECT = {
    "zh": f"将于{COMING.year}年7月1日生效",
    "en": f"Takes effect on 1 July {COMING.year}",
}


@pytest.fixture
def client(database: str, conn: psycopg.Connection, tmp_path: Path) -> Iterator[FlaskClient]:
    plant_succession(conn)
    settings = get_settings().model_copy(update={"rate_limit": "off", "home": tmp_path})
    with open_pool(database, 4) as pool:
        yield create_app(settings, pool).test_client()


def read_page(client: FlaskClient, path: str, **headers: str) -> str:
    response = client.get(path, headers={"Accept": "text/html", **headers})
    return re.sub(r"\s+", " ", response.text)


def find_section(page: str, id_: str) -> str:
    return page.partition(f'aria-labelledby="{id_}"')[2].partition("</section>")[0]


def test_the_date_field_and_the_slider_go_to_the_last_known_change(client: FlaskClient) -> None:
    page = read_page(client, f"/units/{STAYING}?lang=en")
    assert f'min="1981-01-01" max="{THEN}" value="{today().isoformat()}"' in page
    assert f'min="1981" max="{COMING.year}"' in page
    assert f'"lastDay": "{THEN}"' in page or f'"lastDay":"{THEN}"' in page
    assert f'href="/units/{STAYING}?at={THEN}" data-day="{THEN}"' in page


def test_without_a_change_to_come_they_end_today(database: str, tmp_path: Path) -> None:
    settings = get_settings().model_copy(update={"rate_limit": "off", "home": tmp_path})
    with open_pool(database, 4) as pool:
        page = read_page(create_app(settings, pool).test_client(), "/coverage")
    assert f'max="{today().isoformat()}"' in page
    assert "data-day" not in page


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_unit_that_will_change_says_when_and_links_there(client: FlaskClient, lang: str) -> None:
    page = read_page(client, f"/units/{LEAVING}?lang={lang}")
    words = {"zh": f"本单位将于{COMING.year}年7月1日变更。", "en": "This unit changes on 1 July"}
    assert words[lang] in page
    assert f'href="/units/{LEAVING}?at={THEN}"' in page
    assert TAKES_EFFECT[lang] in find_section(page, "history")
    assert TAKES_EFFECT[lang] in find_section(page, "successors")


def test_a_unit_that_will_not_change_says_nothing(client: FlaskClient) -> None:
    page = read_page(client, f"/units/{STAYING}?lang=en")
    assert "This unit changes" not in page and TAKES_EFFECT["en"] not in page


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("headers", [{}, {"X-Panel": "1"}], ids=["page", "panel"])
def test_a_unit_to_come_is_marked(client: FlaskClient, lang: str, headers: dict[str, str]) -> None:
    page = read_page(client, f"/units/{ARRIVING}?at={THEN}&lang={lang}", **headers)
    badge = {"zh": "尚未设立", "en": "Not yet established"}[lang]
    assert f'<span class="badge badge--upcoming">{badge}</span>' in page
    assert f'data-takes-effect="{TAKES_EFFECT[lang]}"' in page
    assert TAKES_EFFECT[lang] in find_section(page, "history")


def test_a_later_day_states_the_last_change_before_it(client: FlaskClient) -> None:
    page = read_page(client, f"/units/{STAYING}?at={COMING + timedelta(days=100)}&lang=en")
    assert f'data-takes-effect="{TAKES_EFFECT["en"]}"' in page


def test_a_day_to_come_on_which_nothing_changed_yet_is_not_marked(client: FlaskClient) -> None:
    tomorrow = today() + timedelta(days=1)
    page = read_page(client, f"/?at={tomorrow}&lang=en")
    assert f"Shown as of {tomorrow.day} " in page
    assert "data-takes-effect" not in page and TAKES_EFFECT["en"] not in page


def test_a_code_that_is_not_in_force_then_is_explained(client: FlaskClient) -> None:
    page = read_page(client, f"/units/{LEAVING}?at={THEN}&lang=en")
    assert "白云区" in page and "云山区" in page and TAKES_EFFECT["en"] in page


def test_links_keep_the_other_parameters_of_the_page(client: FlaskClient) -> None:
    page = read_page(client, f"/search?q=天河&at={date(2020, 1, 1)}&lang=en")
    assert re.search(rf'href="/search\?q=[%\w]+&amp;at={THEN}" data-day', page)

"""The page that compares two states of a unit: form, map, tables, downloads; without a script."""

import re

import pytest
from flask.testing import FlaskClient

CONVERSION = "/differences?unit=360700&from=2020-01-01&to=2021-01-01"
"""A county that became a city on 2020-06-12."""
CANTON = "/differences?unit=440100&from=2013-12-31&to=2015-01-01"


def read_text(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def test_the_page_of_a_unit_leads_to_the_form(client: FlaskClient) -> None:
    page = read_text(client, "/units/440100")
    (href,) = re.findall(r'href="(/differences[^"]*)"', page)
    form = read_text(client, href)
    assert 'name="unit" value="440100"' in form
    assert "<svg class=" not in form and "没有差异" not in form, "nothing is compared yet"


def test_what_differs_is_drawn_and_listed(client: FlaskClient) -> None:
    page = read_text(client, CONVERSION)
    assert page.count('class="draft-map__territory"') == 1
    assert "<title>360727 龙南县 → 360783 龙南市</title>" in page
    assert page.count('class="draft-map__border"') > 1
    assert "1,639,709,584" in page
    assert '<a class="code" href="/units/360783?at=2021-01-01">360783</a>' in page
    assert "名称：龙南市；名称种类：标准名称" in page


def test_every_download_is_the_file_that_it_says(client: FlaskClient) -> None:
    hrefs = re.findall(r'href="(/v1/differences[^"]+)" download', read_text(client, CONVERSION))
    types = [client.get(href.replace("&amp;", "&")).mimetype.rsplit(".", 1)[-1] for href in hrefs]
    assert types == ["application/geopackage+sqlite3", "sheet", "application/geo+json"]


def test_long_tables_are_cut_and_counted(client: FlaskClient) -> None:
    page = read_text(client, CANTON)
    (count,) = re.findall(r'id="records">记录变更 <small>(\d+)</small>', page)
    assert f"另有 {int(count) - 200} 项，见下载文件。" in page
    rows = page.split('id="records"')[1].split("</table>")[0].count('<tr><th scope="row">')
    assert rows == 200


def test_equal_states_do_not_differ(client: FlaskClient) -> None:
    page = read_text(client, "/differences?unit=440100&from=2015-01-01&to=2015-01-01")
    assert "两个状态没有差异。" in page and "draft-map" not in page


def test_the_page_speaks_english(client: FlaskClient) -> None:
    page = read_text(client, f"{CONVERSION}&lang=en")
    assert "Compare two states" in page and "Territory that passed" in page
    assert "text: 龙南市; kind of name: Standard name" in page


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("unit=440100&from=2015-01-01", 400, "to"),
        ("unit=440100&from=2015&to=2016-01-01", 400, "from"),
        ("from=2015-01-01&to=2016-01-01", 400, "unit"),
        ("unit=449999&from=2015-01-01&to=2016-01-01", 404, "unit"),
        ("unit=440100&from=2015-01-01&to=2016-01-01&to_known_at=x", 400, "to_known_at"),
    ],
)
def test_a_wrong_value_is_marked_in_the_form(
    client: FlaskClient, query: str, status: int, field: str
) -> None:
    page = read_text(client, f"/differences?{query}", status)
    (marked,) = re.findall(r'<input id="(\w+)"[^>]*aria-invalid="true"', page)
    assert marked == field
    assert 'role="alert"' in page
    if "440100" in query:
        assert 'value="440100"' in page


def test_hostile_values_are_shown_as_text(client: FlaskClient) -> None:
    page = read_text(client, "/differences?unit=%3Cscript%3E&from=2015-01-01&to=2016-01-01", 400)
    assert "<script>" not in page.split('id="page"')[1]

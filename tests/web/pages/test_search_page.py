"""The full list of what a name finds can be narrowed without a script."""

import pytest
from flask.testing import FlaskClient


def test_results_are_narrowed_to_a_level_and_a_level_that_is_none_is_passed_over(
    client: FlaskClient,
) -> None:
    everything = client.get("/search", query_string={"q": "天河"}).text
    townships = client.get("/search", query_string={"q": "天河", "level": "township"}).text
    assert "440106<" in everything and "440106<" not in townships
    assert 'value="township" selected' in townships
    assert client.get("/search", query_string={"q": "天河", "level": "x"}).status_code == 200


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("440106", "440106"),
        ("４４０１０６", "440106"),
        ("441900003000", "441900003"),
        ("113.36,23.13", "440106"),
        ("23.13 113.36", "440106"),
        ("23.13°N，113.36°E", "440106"),
    ],
)
def test_a_code_or_a_position_leads_to_its_unit(client: FlaskClient, typed: str, code: str) -> None:
    response = client.get("/search", query_string={"q": typed})
    assert (response.status_code, response.location) == (302, f"/units/{code}")


@pytest.mark.parametrize("typed", ["1,2", "113.36,23.13,1", "130,20", "500.1,23"])
def test_other_numbers_are_searched(client: FlaskClient, typed: str) -> None:
    assert client.get("/search", query_string={"q": typed}).status_code == 200


def test_there_is_a_next_page(client: FlaskClient) -> None:
    first = client.get("/search", query_string={"q": "石"}).text
    assert "offset=50" in first
    second = client.get("/search", query_string={"q": "石", "offset": "50"}).text
    assert '<ol class="results" start="51">' in second
    assert client.get("/search", query_string={"q": "石", "offset": "x"}).status_code == 200

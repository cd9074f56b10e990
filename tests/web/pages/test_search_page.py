"""The full list of what a name finds can be narrowed without a script."""

from flask.testing import FlaskClient


def test_results_are_narrowed_to_a_level_and_a_level_that_is_none_is_passed_over(
    client: FlaskClient,
) -> None:
    everything = client.get("/search", query_string={"q": "天河"}).text
    townships = client.get("/search", query_string={"q": "天河", "level": "township"}).text
    assert "440106<" in everything and "440106<" not in townships
    assert 'value="township" selected' in townships
    assert client.get("/search", query_string={"q": "天河", "level": "x"}).status_code == 200

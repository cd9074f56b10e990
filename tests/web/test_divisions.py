from flask.testing import FlaskClient


def test_440106_is_tianhe_today(client: FlaskClient) -> None:
    answer = client.get("/v1/divisions/440106").get_json()
    assert (answer["name"], answer["level"], answer["status"]) == ("天河区", "county", "current")

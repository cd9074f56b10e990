"""Every read of a day to come: a county that an announced act will replace by another one."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient

from gazetteer.database.pool import open_pool
from gazetteer.settings import get_settings
from tests.boundaries.areas.coming_samples import (
    ARRIVING,
    COMING,
    LEAVING,
    PREFECTURE,
    STAYING,
    plant_succession,
)
from tests.described import DescribedClient
from tests.web.run_command import in_process
from web.app import create_app
from web.http.connections import BACKGROUND_CONNECTIONS

EVE, THEN = (COMING - timedelta(days=1)).isoformat(), COMING.isoformat()
IN_LEAVING = "lon=113.3&lat=23.1"


@pytest.fixture
def client(database: str, conn: psycopg.Connection, tmp_path: Path) -> Iterator[FlaskClient]:
    """A client that holds every answer against its description."""
    plant_succession(conn)
    settings = get_settings().model_copy(update={"rate_limit": "off", "home": tmp_path})
    with open_pool(database, 2 + BACKGROUND_CONNECTIONS) as pool:
        app = create_app(settings, pool)
        app.test_client_class = DescribedClient
        yield app.test_client()


def get(client: FlaskClient, path: str) -> Any:
    response = client.get(path)
    assert response.status_code == 200, response.text
    return response.get_json()


def test_the_status_lists_the_days_to_come(client: FlaskClient) -> None:
    assert get(client, "/status")["coming_days"] == [THEN]


def test_the_status_of_a_register_without_a_future_lists_no_day(service: Any) -> None:
    assert get(service.test_client(), "/status")["coming_days"] == []


@pytest.mark.parametrize("known_at", ["", "&known_at=2999"], ids=["memory", "database"])
def test_a_unit_to_come_is_upcoming_until_it_is_there(client: FlaskClient, known_at: str) -> None:
    if known_at:
        known_at = f"&known_at={get(client, '/status')['recorded_at'].replace('+', '%2B')}"
    arriving = get(client, f"/v1/divisions/{ARRIVING}?at={THEN}{known_at}")
    assert (arriving["status"], arriving["valid"]["from"]) == ("upcoming", THEN)
    assert [link["code"] for link in arriving["predecessors"]] == [LEAVING]
    leaving = get(client, f"/v1/divisions/{LEAVING}?at={EVE}{known_at}")
    assert (leaving["status"], leaving["valid"]["to"]) == ("current", THEN)
    assert client.get(f"/v1/divisions/{LEAVING}?at={THEN}{known_at}").status_code == 404
    assert client.get(f"/v1/divisions/{ARRIVING}?at={EVE}{known_at}").status_code == 404


def test_subdivisions_and_areas_are_those_of_the_day(client: FlaskClient) -> None:
    def list_children(at: str) -> list[str]:
        found = get(client, f"/v1/divisions/{PREFECTURE}/children?at={at}")
        return [child["code"] for child in found["children"]]

    assert list_children(EVE) == [STAYING, LEAVING]
    assert list_children(THEN) == [STAYING, ARRIVING]
    area = get(client, f"/v1/divisions/{ARRIVING}/area?at={THEN}")
    assert area["properties"]["code"] == ARRIVING
    assert client.get(f"/v1/divisions/{LEAVING}/area?at={THEN}").status_code == 404


@pytest.mark.parametrize(("at", "code"), [("", LEAVING), (EVE, LEAVING), (THEN, ARRIVING)])
def test_a_position_lies_in_the_unit_of_the_day(client: FlaskClient, at: str, code: str) -> None:
    found = get(client, f"/v1/reverse?{IN_LEAVING}" + (f"&at={at}" if at else ""))
    assert code in json.dumps(found)
    assert {LEAVING, ARRIVING} - {code} and ({LEAVING, ARRIVING} - {code}).pop() not in json.dumps(
        found
    )


@pytest.mark.parametrize(("at", "name"), [(EVE, "白云区"), (THEN, "云山区")])
def test_an_address_is_resolved_by_the_names_of_the_day(
    client: FlaskClient, at: str, name: str
) -> None:
    found = get(client, f"/v1/geocode?address=广东省广州市{name}&at={at}")
    (feature,) = found["features"]
    assert feature["properties"]["geocoding"]["name"] == name


@pytest.mark.parametrize("path", ["/v1/search", "/v1/suggest"])
def test_a_name_to_come_is_found_on_its_day(client: FlaskClient, path: str) -> None:
    then, before = (json.dumps(get(client, f"{path}?q=云山&at={at}")) for at in (THEN, EVE))
    assert ARRIVING in then and '"matched_by": "later"' not in then
    assert ARRIVING in before and '"matched_by": "later"' in before


def test_tiles_show_the_units_of_the_day(client: FlaskClient) -> None:
    def list_codes(at: str) -> set[str]:
        tile = client.get(f"/tiles/divisions/9/417/222.mvt?at={at}")
        assert tile.status_code == 200
        return {code for code in (LEAVING, ARRIVING) if code.encode() in tile.data}

    assert (list_codes(EVE), list_codes(THEN)) == ({LEAVING}, {ARRIVING})


def test_an_export_has_the_units_of_the_day(client: FlaskClient) -> None:
    def list_codes(at: str) -> list[str]:
        url = f"/v1/export?level=county&format=geojson&at={at}"
        return [feature["properties"]["code"] for feature in get(client, url)["features"]]

    assert (list_codes(EVE), list_codes(THEN)) == ([STAYING, LEAVING], [STAYING, ARRIVING])


def test_the_history_of_a_unit_ends_on_the_day_to_come(client: FlaskClient) -> None:
    events = get(client, f"/v1/divisions/{LEAVING}/history")["events"]
    assert {event["on"] for event in events if event["act"]} == {THEN}


def test_the_last_day_of_the_calendar_is_answered(client: FlaskClient) -> None:
    assert get(client, f"/v1/divisions/{ARRIVING}?at=9999-12-31")["status"] == "upcoming"
    assert ARRIVING in json.dumps(get(client, f"/v1/reverse?{IN_LEAVING}&at=9999-12-31"))
    assert client.get(f"/v1/divisions/{ARRIVING}?at=10000-01-01").status_code == 400


def test_the_export_command_writes_the_state_of_a_day_to_come(
    conn: psycopg.Connection,
    database: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    plant_succession(conn)
    monkeypatch.setenv("GAZETTEER_DATABASE_URL", database)
    path = tmp_path / "then.geojson"
    arguments = ("--at", THEN, "--level", "county", "-o", str(path))
    assert in_process(monkeypatch, capfd, "export", *arguments).exit_code == 0
    written = json.loads(path.read_text("utf-8"))
    assert {f["properties"]["code"] for f in written["features"]} == {STAYING, ARRIVING}

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from pyproj import Transformer

from boundaries.layers.coordinates import shift_to_bd09, shift_to_gcj02
from gazetteer.database.cluster import Cluster
from gazetteer.ledger.as_of import AsOf, Basis
from tests.boundaries.areas.area_samples import AREAS_SINCE, CAMPUS
from tests.web.area_client import open_area_client
from web.services.point_index_cache import find_area_index

TIANHE = (113.33, 23.13)
CHAIN = ["440000", "440100", "440106"]


@pytest.fixture(scope="module")
def client(cluster: Cluster) -> Iterator[FlaskClient]:
    with open_area_client(cluster) as client:
        yield client


def asked(client: FlaskClient, **query: object) -> dict[str, Any]:
    answer = client.get("/v1/reverse", query_string=query)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.get_json()
    return body


def codes(answer: dict[str, Any]) -> list[str]:
    return [link["code"] for link in answer["chain"]]


def test_a_point_is_answered_with_its_chain_and_the_moment(client: FlaskClient) -> None:
    answer = asked(client, lon=TIANHE[0], lat=TIANHE[1], at="2024-01-01")
    assert codes(answer) == CHAIN
    assert [link["level"] for link in answer["chain"]] == ["province", "prefecture", "county"]
    assert (answer["lon"], answer["lat"], answer["crs"]) == (*TIANHE, "4490")
    assert (answer["at"], answer["basis"]) == ("2024-01-01", "effective")
    assert answer["conversion"] is None
    assert len(answer["nearest_names"]) == 5
    again = asked(
        client, lon=TIANHE[0], lat=TIANHE[1], at="2024-01-01", known_at=answer["known_at"]
    )
    assert again == answer


def test_memory_tells_what_the_database_tells(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = [TIANHE, (113.54, 22.13), (113.545, 22.19), (115, 18), (114.0581, 22.5431)]
    paths = [f"/v1/reverse?lon={lon}&lat={lat}&at=2024-01-01" for lon, lat in points]
    at = AsOf(date(2024, 1, 1))
    with client.application.app_context():
        for _ in range(600):
            if find_area_index(at) is not None:
                break
            time.sleep(0.05)
        assert find_area_index(at) is not None
        assert find_area_index(replace(at, known_at=datetime(2024, 1, 1, tzinfo=UTC))) is None
        assert find_area_index(replace(at, basis=Basis.ANNOUNCED)) is None
    remembered = [client.get(path).data for path in paths]
    monkeypatch.setattr("web.api.reverse.find_area_index", lambda _: None)
    assert remembered == [client.get(path).data for path in paths]


def test_hengqin_is_zhuhai_and_macao_is_not(client: FlaskClient) -> None:
    assert "440402" in codes(asked(client, lon=113.54, lat=22.13))
    assert "820000" in codes(asked(client, lon=113.545, lat=22.19))


def test_gauss_krueger_is_easting_then_northing(client: FlaskClient) -> None:
    forward = Transformer.from_crs("EPSG:4490", "EPSG:4547", always_xy=True)
    easting, northing = forward.transform(*TIANHE)
    answer = asked(client, lon=easting, lat=northing, crs="EPSG:4547")
    assert codes(answer) == CHAIN
    assert answer["point"] == pytest.approx({"lon": TIANHE[0], "lat": TIANHE[1]}, abs=1e-9)


@pytest.mark.parametrize(("crs", "shift"), [("gcj02", shift_to_gcj02), ("bd09", shift_to_bd09)])
def test_shifted_coordinates_are_taken_and_called_approximate(
    client: FlaskClient, crs: str, shift: Any
) -> None:
    lon, lat = shift(*TIANHE)
    answer = asked(client, lon=lon, lat=lat, crs=crs)
    assert codes(answer) == CHAIN
    assert answer["point"] == pytest.approx({"lon": TIANHE[0], "lat": TIANHE[1]}, abs=1e-8)
    assert answer["conversion"]["accuracy_m"] >= 1


def test_the_sea_is_an_answer_and_not_an_error(client: FlaskClient) -> None:
    answer = asked(client, lon=115, lat=18)
    assert (answer["chain"], answer["boundary_distance_m"]) == ([], None)


def test_before_the_areas_are_known_the_chain_is_empty_and_says_so(client: FlaskClient) -> None:
    answer = asked(client, lon=TIANHE[0], lat=TIANHE[1], at="1990-01-01")
    assert answer["chain"] == []
    assert answer["known_since"]["county"] == AREAS_SINCE.isoformat()


def test_an_override_comes_beside_the_chain(client: FlaskClient) -> None:
    point = CAMPUS.representative_point()
    answer = asked(client, lon=point.x, lat=point.y, at="2024-01-01")
    assert "440402" in codes(answer)
    assert answer["jurisdiction_overrides"][0]["holder"]["code"] == "820000"
    assert answer["jurisdiction_overrides"][0]["act"]["effective_on"] == "2013-07-20"


@pytest.mark.parametrize(
    ("query", "field", "word"),
    [
        ("lon=23&lat=113", "lat", "swapped"),
        ("lon=2560000&lat=436000&crs=4547", "lon", "swapped"),
        ("lon=nan&lat=23", "lon", "number"),
        ("lon=113&lat=inf", "lat", "number"),
        ("lon=181&lat=23", "lon", "out of range"),
        ("lon=113", "lat", 'Missing parameter "lat".'),
        ("lon=113&lat=23&lat=24", "lat", "2 times"),
        ("lon=113,5&lat=23", "lon", "number"),
        ("lon=113&lat=23&crs=xian80", "crs", "not public"),
        ("lon=113&lat=23&crs=4214", "crs", "not public"),
        ("lon=113&lat=23&crs=mars", "crs", "4490"),
        ("lon=113&lat=23&at=2023-02-29", "at", "date"),
        ("lon=113&lat=23&known_at=2999-01-01T00:00:00Z", "known_at", "future"),
    ],
)
def test_a_bad_point_names_the_field(
    client: FlaskClient, query: str, field: str, word: str
) -> None:
    answer = client.get(f"/v1/reverse?{query}", headers={"Accept-Language": "en"})
    body = answer.get_json(force=True)
    assert (answer.status_code, body["field"]) == (400, field)
    assert word in body["detail"]

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from gazetteer.database.cluster import Cluster
from tests.boundaries.areas.area_samples import AREAS_SINCE
from tests.web.area_client import open_area_client


@pytest.fixture(scope="module")
def client(cluster: Cluster) -> Iterator[FlaskClient]:
    with open_area_client(cluster) as client:
        yield client


def test_an_area_is_geojson(client: FlaskClient) -> None:
    answer = client.get("/v1/divisions/440106/area?at=2024-01-01")
    assert answer.status_code == 200
    assert answer.mimetype == "application/geo+json"
    feature = answer.get_json(force=True)
    assert (feature["type"], feature["geometry"]["type"]) == ("Feature", "MultiPolygon")
    assert feature["properties"]["code"] == "440106"
    assert feature["properties"]["at"] == "2024-01-01"


def test_an_area_in_gauss_krueger_is_in_metres(client: FlaskClient) -> None:
    answer = client.get("/v1/divisions/440106/area?crs=EPSG:4547").get_json(force=True)
    east, north = answer["geometry"]["coordinates"][0][0][0]
    assert 400_000 < east < 460_000
    assert 2_540_000 < north < 2_580_000


def test_no_area_on_the_date_is_404_and_says_since_when(client: FlaskClient) -> None:
    answer = client.get("/v1/divisions/440106/area?at=1990-01-01")
    body = answer.get_json(force=True)
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"
    assert (body["code"], body["known_since"]) == ("no_area_known", AREAS_SINCE.isoformat())


@pytest.mark.parametrize(
    ("query", "field"),
    [("crs=4610", "crs"), ("crs=bd09", "crs"), ("at=2024-02-30", "at"), ("colour=red", "colour")],
)
def test_a_bad_question_about_an_area_names_the_field(
    client: FlaskClient, query: str, field: str
) -> None:
    answer = client.get(f"/v1/divisions/440106/area?{query}")
    assert (answer.status_code, answer.get_json(force=True)["field"]) == (400, field)


def test_the_area_of_an_unknown_code_is_unknown(client: FlaskClient) -> None:
    assert client.get("/v1/divisions/999999/area").get_json(force=True)["code"] == "unknown_code"

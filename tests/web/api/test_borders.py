"""``/v1/divisions/{code}/borders``: with whom a unit has borders, how long, and where."""

from typing import Any

import pytest
import shapely
from flask.testing import FlaskClient
from shapely.geometry import shape

URL = "/v1/divisions/{}/borders?at=2024-01-01"


def ask(client: FlaskClient, code: str) -> dict[str, Any]:
    answer = client.get(URL.format(code))
    assert answer.status_code == 200 and answer.mimetype == "application/geo+json"
    return dict(answer.get_json(force=True))


def lengths(answer: dict[str, Any]) -> dict[str, float]:
    facts = [feature["properties"] for feature in answer["features"]]
    return {(f["neighbour"] or {}).get("name") or f["beyond"]: f["length_m"] for f in facts}


def test_a_district_has_a_line_with_each_of_its_neighbours(client: FlaskClient) -> None:
    assert set(lengths(ask(client, "440106"))) == {"越秀区", "海珠区", "白云区", "黄埔区"}


def test_both_sides_tell_the_same_line(client: FlaskClient) -> None:
    one, other = (ask(client, code) for code in ("440100", "441900"))
    assert lengths(one)["东莞市"] == pytest.approx(lengths(other)["广州市"])


def test_neighbours_of_a_province_are_provinces_and_the_coast(client: FlaskClient) -> None:
    answer = ask(client, "440000")
    levels = {
        (feature["properties"]["neighbour"] or {}).get("level") for feature in answer["features"]
    }
    assert levels == {"province", None}
    assert "outside" in lengths(answer)
    assert answer["length_m"] == pytest.approx(sum(lengths(answer).values()))


def test_the_lines_of_a_unit_are_the_border_of_its_area(client: FlaskClient) -> None:
    lines = shapely.union_all([shape(f["geometry"]) for f in ask(client, "440106")["features"]])
    area = client.get("/v1/divisions/440106/area?at=2024-01-01").get_json(force=True)
    assert shapely.equals(lines, shape(area["geometry"]).boundary)


def test_on_a_day_of_which_no_border_is_known_there_is_none(client: FlaskClient) -> None:
    answer = client.get("/v1/divisions/440106/borders?at=1995-01-01").get_json(force=True)
    assert (answer["features"], answer["length_m"]) == ([], 0)


def test_a_code_without_a_unit_on_the_day_is_404(client: FlaskClient) -> None:
    answer = client.get("/v1/divisions/449999/borders")
    assert answer.status_code == 404
    assert answer.get_json(force=True)["field"] == "code"


def test_the_page_of_a_unit_names_its_neighbours(client: FlaskClient) -> None:
    page = client.get("/units/440106?at=2024-01-01&lang=en").get_data(as_text=True)
    assert "Boundary lines" in page and "海珠区" in page and " km" in page


def test_a_village_has_no_border_yet_and_a_page_all_the_same(client: FlaskClient) -> None:
    answer = ask(client, "440106001001")
    assert (answer["level"], answer["features"]) == ("village", [])
    assert client.get("/units/440106001001").status_code == 200

"""``GET /v1/differences``: two dates, two moments of knowledge, a draft against the register."""

from pathlib import Path
from typing import Any

import openpyxl
import pyogrio
import pytest
import shapely
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.api.draft_people import Colleague, read_body
from tests.web.api.test_drafts import BAIYUN, TIANHE, find_border, move_vertex, publish
from tests.web.sign_in import refused

CANTON = "/v1/differences?unit=440100&from=2013-12-31&to=2015-01-01"
LONGNAN = "/v1/differences?unit=360700&from=2020-01-01&to=2021-01-01"
"""A county that became a city (another unit on the same border) on 2020-06-12."""
DAY = "2026-12-15"
MEMBERS = ("features", "areas", "vertices", "records")


def read_difference(client: FlaskClient, path: str) -> dict[str, Any]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/geo+json"
    return read_body(answer)


def pick(rows: list[dict[str, Any]], **wanted: Any) -> list[dict[str, Any]]:
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


def test_a_converted_county_gives_its_whole_territory_to_its_successor(client: FlaskClient) -> None:
    body = read_difference(client, LONGNAN)
    (feature,) = body["features"]
    passed = feature["properties"]
    assert (passed["from"], passed["to"]) == ("360727", "360783")
    assert (passed["from_name"], passed["to_name"]) == ("龙南县", "龙南市")
    area = client.get("/v1/divisions/360783/area?at=2021-01-01").get_json()
    km2 = area["properties"]["area_km2"]
    assert passed["area_m2"] == pytest.approx(km2 * 1e6, abs=1)
    whole = shapely.geometry.shape(area["geometry"])
    assert shapely.geometry.shape(feature["geometry"]).symmetric_difference(whole).area < 1e-12
    assert [(one["code"], one["before_m2"], one["won_m2"]) for one in body["areas"][1:]] == [
        ("360783", None, pytest.approx(km2 * 1e6))
    ]
    assert [(one["code"], one["after_m2"], one["lost_m2"]) for one in body["areas"][:1]] == [
        ("360727", None, pytest.approx(km2 * 1e6))
    ]
    assert body["vertices"] == []  # the border stays where it is


def test_records_are_given_before_and_after(client: FlaskClient) -> None:
    body = read_difference(client, LONGNAN)
    codes = {(row["code"], row["name"]): row for row in pick(body["records"], kind="code")}
    assert codes["360727", "龙南县"]["after"] is None
    assert codes["360783", "龙南市"]["before"] is None
    assert codes["360783", "龙南市"]["after"]["code"] == "360783"
    names = {row["after"]["text"] for row in pick(body["records"], kind="name", before=None)}
    assert names == {"龙南市", "龙南"}
    edges = pick(body["records"], kind="edge")
    assert len(edges) == 5
    assert all("geom" not in row["after"] for row in edges)
    (link,) = pick(body["records"], kind="succession")
    assert link["after"]["link_kind"] == "continues"


def test_the_other_way_round_everything_is_the_other_way_round(client: FlaskClient) -> None:
    there = read_difference(client, LONGNAN)
    back = read_difference(client, "/v1/differences?unit=360700&from=2021-01-01&to=2020-01-01")
    (feature,) = back["features"]
    assert (feature["properties"]["from"], feature["properties"]["to"]) == ("360783", "360727")
    assert (back["from"], back["to"]) == (there["to"], there["from"])
    swapped = {(row["record_id"], str(row["after"]), str(row["before"])) for row in back["records"]}
    assert swapped == {
        (row["record_id"], str(row["before"]), str(row["after"])) for row in there["records"]
    }


def test_what_nobody_known_had_has_no_giver(client: FlaskClient) -> None:
    """萝岗区 and the former 黄埔区 became 黄埔区 on 2014-01-25; the border between is not known."""
    body = read_difference(client, CANTON)
    takers = {one["properties"]["to"]: one["properties"]["from"] for one in body["features"]}
    assert takers == {"440112": None, "440117": None, "440118": None}
    areas = {row["code"]: row for row in body["areas"]}
    assert set(areas) == set(takers), "the city as a whole stays as it is"
    assert areas["440118"]["won_m2"] == areas["440118"]["after_m2"]
    assert areas["440112"]["won_m2"] is None, "it was there, but how large?"
    ended = {row["name"] for row in pick(body["records"], kind="unit", after=None)}
    assert ended == {"萝岗区", "从化市", "增城市"}
    begun = pick(body["vertices"], change="edge_begins")
    assert len(begun) == len(pick(pick(body["records"], kind="edge"), before=None)) == 3
    assert all(one["from"] is one["to"] is one["distance_m"] is None for one in begun)


def test_territory_is_compared_with_units_outside_too(client: FlaskClient) -> None:
    """A unit that ended has no code afterwards; what became of its territory is still said."""
    body = read_difference(client, "/v1/differences?unit=360727&from=2020-01-01&to=2021-01-01")
    assert [one["properties"]["to"] for one in body["features"]] == ["360783"]
    assert [row["code"] for row in body["areas"]] == ["360727"]


@pytest.mark.parametrize(
    "path",
    [f"{CANTON[:-10]}2013-12-31", "/v1/differences?unit=440106&from=2026-11-01&to=2026-11-01"],
)
def test_equal_states_do_not_differ(client: FlaskClient, path: str) -> None:
    body = read_difference(client, path)
    assert [body[name] for name in MEMBERS] == [[], [], [], []]
    assert body["from"] == body["to"]


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("from=2013-12-31&to=2015-01-01", 400, "unit"),
        ("unit=440100&from=2013-12-31", 400, "to"),
        ("unit=440100&to=2013-12-31", 400, "from"),
        ("unit=440100&from=2013-13-31&to=2015-01-01", 400, "from"),
        ("unit=440100&from=2013-12-31&to=1420070400", 400, "to"),
        ("unit=44010&from=2013-12-31&to=2015-01-01", 400, "unit"),
        ("unit=449999&from=2013-12-31&to=2015-01-01", 404, "unit"),
        ("unit=440118&from=2012-12-31&to=2013-01-01", 404, "to"),
        ("unit=440100&from=1949-10-01&to=2013-01-01", 404, "from"),
        ("unit=440100&from=2013-01-01&to=1949-10-01", 404, "to"),
        (f"{CANTON[16:]}&from_known_at=2200-01-01T00:00:00Z", 400, "from_known_at"),
        (f"{CANTON[16:]}&to_known_at=2000-01-01T00:00:00Z", 400, "to_known_at"),
        (f"{CANTON[16:]}&to_known_at=2026-01-01T00:00:00", 400, "to_known_at"),
        (f"{CANTON[16:]}&basis=guessed", 400, "basis"),
        (f"{CANTON[16:]}&format=shp", 400, "format"),
        (f"{CANTON[16:]}&at=2015-01-01", 400, "at"),
    ],
)
def test_bad_input_is_named(client: FlaskClient, query: str, status: int, field: str) -> None:
    answer = client.get(f"/v1/differences?{query.removeprefix('?')}")
    assert (answer.status_code, read_body(answer)["field"]) == (status, field), answer.text


def test_more_than_the_service_reads_is_refused(client: FlaskClient) -> None:
    answer = client.get("/v1/differences?unit=440000&from=1995-01-01&to=2026-01-01")
    assert "gazetteer diff" in refused(answer, 413, "too_large")["detail"]


def open_layers(answer: TestResponse, path: Path) -> dict[str, Any]:
    """Geometries and columns of each layer."""
    path.write_bytes(answer.data)
    layers = {}
    for name, geometry_type in pyogrio.list_layers(path):
        meta, _, shapes, columns = pyogrio.raw.read(path, layer=name)
        fields = dict(zip(meta["fields"].tolist(), columns, strict=True))
        layers[name] = (geometry_type, meta["crs"], shapes, fields)
    return layers


def test_a_geopackage_has_layers_and_tables(client: FlaskClient, tmp_path: Path) -> None:
    body = read_difference(client, CANTON)
    answer = client.get(f"{CANTON}&format=gpkg")
    assert answer.headers["Content-Disposition"].endswith("440100-2013-12-31-2015-01-01.gpkg")
    layers = open_layers(answer, tmp_path / "difference.gpkg")
    assert set(layers) == {"areas", "territory", "vertices", "records"}
    form, crs, shapes, fields = layers["territory"]
    assert (form, crs) == ("MultiPolygon", "EPSG:4490")
    written = dict(zip(fields["to_code"], shapely.from_wkb(shapes), strict=True))
    for feature in body["features"]:
        shape = shapely.geometry.shape(feature["geometry"])
        assert shapely.equals_identical(written[feature["properties"]["to"]], shape)
    _, _, lines, fields = layers["vertices"]
    assert set(fields["change"]) == {"edge_begins"}
    assert {line.geom_type for line in shapely.from_wkb(lines)} == {"LineString"}
    assert layers["areas"][0] is None and layers["records"][0] is None
    assert list(layers["areas"][3]["code"]) == [row["code"] for row in body["areas"]]
    assert len(layers["records"][3]["kind"]) == len(body["records"])


def test_an_empty_difference_is_an_empty_file(client: FlaskClient, tmp_path: Path) -> None:
    path = "/v1/differences?unit=440106&from=2026-11-01&to=2026-11-01&format=gpkg"
    layers = open_layers(client.get(path), tmp_path / "difference.gpkg")
    assert set(layers) == {"areas", "territory", "vertices", "records"}
    assert all(len(layer[3]["code"]) == 0 for layer in (layers["areas"], layers["records"]))


@pytest.mark.parametrize(
    ("lang", "titles", "heading", "level"),
    [
        ("zh", ["面积增减", "划转区域", "界点变更", "记录变更"], "代码", "县级"),
        ("en", ["Areas", "Territory that passed", "Vertices", "Records"], "Code", "County"),
    ],
)
def test_a_spreadsheet_speaks_the_language_of_the_reader(
    client: FlaskClient, tmp_path: Path, lang: str, titles: list[str], heading: str, level: str
) -> None:
    path = tmp_path / "difference.xlsx"
    path.write_bytes(client.get(f"{LONGNAN}&format=xlsx", headers={"Accept-Language": lang}).data)
    book = openpyxl.load_workbook(path, read_only=True)
    assert book.sheetnames == titles
    areas = list(book[titles[0]].iter_rows(values_only=True))
    assert areas[0][0] == heading and areas[1][:3] == ("360727", "龙南县", level)
    records = list(book[titles[3]].iter_rows(values_only=True))
    said = " ".join(str(cell) for row in records for cell in row)
    assert "360783 龙南市" in said and "None" not in {str(row[0]) for row in records}


def test_between_two_moments_of_knowledge_only_the_moved_vertex_differs(
    people: dict[str, Colleague],
) -> None:
    editor = people["ed1"]
    draft = editor.create_draft()
    edge, line = find_border(editor, draft)
    assert move_vertex(editor, draft, 3).status_code == 200
    drafted = read_body(editor.get(f"/v1/drafts/{draft['id']}/difference"))
    before = read_body(editor.get("/v1/divisions/440106"))["known_at"]
    published = publish(people, draft)
    assert published.status_code == 200
    after = read_body(published)["recorded_at"].replace("+00:00", "Z")
    moments = f"from_known_at={before}&to_known_at={after}"
    path = f"/v1/differences?unit=440100&from={DAY}&to={DAY}&{moments}"
    body = read_body(editor.client.get(path))
    (vertex,) = body["vertices"]
    assert (vertex["edge"], vertex["change"], vertex["from"]) == (edge, "moved", line[3])
    assert vertex["to"] == [line[3][0] + 5e-5, line[3][1] + 5e-5]
    assert vertex["distance_m"] == pytest.approx(7.5, abs=0.5)
    assert {vertex["left"], vertex["right"]} == {TIANHE, BAIYUN}
    assert [(row["kind"], row["record_id"]) for row in body["records"]] == [("edge", edge)]
    passed = {one["properties"]["from"] for one in body["features"]}
    assert passed <= {TIANHE, BAIYUN} and passed
    areas = {row["code"]: row for row in body["areas"]}
    assert set(areas) == {TIANHE, BAIYUN}
    for row in areas.values():
        gain = row["won_m2"] - row["lost_m2"]
        assert gain == pytest.approx(row["after_m2"] - row["before_m2"], abs=0.01)
    assert body["vertices"] == drafted["vertices"]
    assert [one["properties"] for one in drafted["features"]] == [
        pytest.approx(one["properties"]) for one in body["features"]
    ]
    for row in drafted["areas"]:
        assert row["after_m2"] == pytest.approx(areas[row["code"]]["after_m2"], abs=0.01)
        assert row["won_m2"] == pytest.approx(areas[row["code"]]["won_m2"], abs=0.01)
    history = read_body(editor.get(f"/v1/drafts/{draft['id']}/difference"))
    assert {row["code"]: row["before_m2"] for row in history["areas"]} == {
        row["code"]: row["before_m2"] for row in drafted["areas"]
    }
    earlier = read_body(editor.client.get(path.replace(DAY, "2026-12-14")))
    assert [earlier[name] for name in MEMBERS] == [[], [], [], []]


def test_a_day_to_come_differs_from_the_one_before_it(people: dict[str, Colleague]) -> None:
    editor = people["ed1"]
    draft = editor.create_draft(event_kind="rename", title="更名")
    assert editor.run(draft, "rename_unit", unit="440117", name="从江区").status_code == 200
    assert publish(people, draft).status_code == 200
    path = "/v1/differences?unit=440117&from=2026-12-14&to=2026-12-15"
    body = read_body(editor.client.get(path))
    assert (body["features"], body["areas"], body["vertices"]) == ([], [], [])
    names = [(row["before"] or row["after"])["text"] for row in pick(body["records"], kind="name")]
    assert {"从化区", "从江区"} <= set(names)
    assert {row["name"] for row in pick(body["records"], kind="name")} == {"从化区"}


def test_a_draft_comes_as_a_file_to_its_people_only(
    people: dict[str, Colleague], tmp_path: Path
) -> None:
    editor = people["ed1"]
    draft = editor.create_draft()
    move_vertex(editor, draft, 3)
    path = f"/v1/drafts/{draft['id']}/difference?format="
    layers = open_layers(editor.get(f"{path}gpkg"), tmp_path / "draft.gpkg")
    _, _, shapes, fields = layers["vertices"]
    assert list(fields["change"]) == ["moved"]
    (line,) = shapely.from_wkb(shapes)
    assert line.geom_type == "LineString" and len(line.coords) == 2
    assert set(layers["areas"][3]["code"]) == {TIANHE, BAIYUN}
    assert editor.get(f"{path}xlsx").data[:2] == b"PK"
    refused(people["eds"].get(f"{path}gpkg"), 403, "forbidden")
    refused(editor.client.get(f"{path}gpkg"), 401, "unauthenticated")
    assert read_body(editor.get(f"{path}shp"))["field"] == "format"

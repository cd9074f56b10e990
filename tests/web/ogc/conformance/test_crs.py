"""Conformance class "Coordinate Reference Systems by Reference" of Part 2 (18-058r1)."""

from functools import cache
from typing import Any

import numpy as np
import pytest
import shapely
from flask.testing import FlaskClient
from pyproj import CRS, Transformer

from tests.web.ogc.conformance.feature_requests import (
    COLLECTIONS,
    CRS84,
    EPSG,
    MOST,
    ROOT,
    Document,
    ExportedFeature,
    fetch_document,
    fetch_items,
    find_matches,
    list_ids,
    refuse_items,
    select_ids,
)

CODES = (4490, 4326, 3857, 4546, 4547, 4548)
SYSTEMS = (CRS84, *(f"{EPSG}{code}" for code in CODES))
DEGREES = (CRS84, f"{EPSG}4490", f"{EPSG}4326")
WRONG = ("http://www.opengis.net/def/crs/EPSG/0/2326", "EPSG:9999", "moon", "")
FRAME = shapely.box(113, 23, 113.8, 23.6)


@cache
def read_crs(uri: str) -> CRS:
    """The system of a URI as PROJ has it: with the axes of its definition."""
    return CRS("OGC:CRS84") if uri == CRS84 else CRS.from_epsg(int(uri.rpartition("/")[2]))


@cache
def build_transformer(uri: str) -> Transformer:
    """From CGCS2000, latitude first, to a system with the axes of its definition."""
    return Transformer.from_crs(CRS.from_epsg(4490), read_crs(uri))


def move_geometry(geometry: Any, uri: str) -> Any:
    """A geometry in longitude and latitude as coordinates of a system, in the order of its axes."""

    def convert(points: Any) -> Any:
        if uri not in DEGREES:  # the degrees of all systems of degrees are the same figures
            return np.column_stack(build_transformer(uri).transform(points[:, 1], points[:, 0]))
        return points[:, ::-1] if read_crs(uri).axis_info[0].direction == "north" else points

    return shapely.transform(geometry, convert)


def write_box(uri: str) -> str:
    """The corners of the frame in a system, as ``bbox`` has them."""
    bounds = shapely.total_bounds(move_geometry(shapely.segmentize(FRAME, 0.05), uri))
    return ",".join(str(number) for number in bounds.tolist())


def find_in_frame(divisions: list[ExportedFeature], uri: str) -> set[str]:
    """The divisions that meet, in a system, the box around the frame."""
    box = shapely.box(*shapely.total_bounds(move_geometry(shapely.segmentize(FRAME, 0.05), uri)))
    return find_matches(divisions, lambda f: move_geometry(f.geometry, uri).intersects(box))


@pytest.fixture(scope="module")
def described(client: FlaskClient) -> Document:
    """All collections."""
    return fetch_document(client, "/collections")


@pytest.fixture(scope="module")
def parameters(client: FlaskClient) -> Document:
    """The parameters that the API definition describes."""
    found: Document = fetch_document(client, "/api")["components"]["parameters"]
    return found


@pytest.mark.parametrize("uri", SYSTEMS)
def test_crs_uri(client: FlaskClient, uri: str) -> None:
    """``/req/crs/crs-uri``: each system is named by its URI."""
    assert fetch_items(client, "nodes", {"crs": uri, "limit": 1})["features"]


def test_fc_md_crs_list(described: Document) -> None:
    """``/req/crs/fc-md-crs-list``: each collection lists its systems, the default among them."""
    for one in described["collections"]:
        assert one["crs"][0] == CRS84
        assert set(one["crs"]) == set(SYSTEMS)


def test_fc_md_storage_crs(described: Document) -> None:
    """``/req/crs/fc-md-storageCrs``: what is stored is CGCS2000 (EPSG:4490)."""
    assert {one["storageCrs"] for one in described["collections"]} == {f"{EPSG}4490"}


def test_fc_md_storage_crs_valid_value(described: Document) -> None:
    """``/req/crs/fc-md-storageCrs-valid-value``: it is one of the list."""
    assert all(one["storageCrs"] in one["crs"] for one in described["collections"])


def test_fc_md_crs_list_global(described: Document) -> None:
    """``/req/crs/fc-md-crs-list-global``: what all have in common is valid for each."""
    for one in described["collections"]:
        assert set(described["crs"]) <= set(one["crs"])


def test_fc_bbox_crs_definition(parameters: Document) -> None:
    """``/req/crs/fc-bbox-crs-definition``: an optional URI in the query."""
    check_parameter(parameters["bbox-crs"], "bbox-crs")


def check_parameter(parameter: Document, name: str) -> None:
    assert (parameter["name"], parameter["in"]) == (name, "query")
    assert not parameter["required"]
    assert (parameter["style"], parameter["explode"]) == ("form", False)
    schema = parameter["schema"]
    assert (schema["type"], schema["format"]) == ("string", "uri")
    assert set(schema["enum"]) == set(SYSTEMS)


@pytest.mark.parametrize("uri", WRONG)
def test_fc_bbox_crs_valid_value(client: FlaskClient, uri: str) -> None:
    """``/req/crs/fc-bbox-crs-valid-value``: any other system is 400."""
    query = {"bbox": "113,23,114,24", "bbox-crs": uri}
    assert refuse_items(client, "divisions", query)["field"] == "bbox-crs"


def test_fc_bbox_crs_default_value(client: FlaskClient, divisions: list[ExportedFeature]) -> None:
    """``/req/crs/fc-bbox-crs-default-value``: longitude before latitude, whatever ``crs`` is."""
    text = write_box(CRS84)
    expected = find_in_frame(divisions, CRS84)
    assert len(expected) > 5
    for crs in (CRS84, f"{EPSG}4490", f"{EPSG}4547"):
        assert select_ids(client, "divisions", {"bbox": text, "crs": crs}) == expected


@pytest.mark.parametrize("uri", SYSTEMS)
def test_fc_bbox_crs_action(
    client: FlaskClient, divisions: list[ExportedFeature], uri: str
) -> None:
    """``/req/crs/fc-bbox-crs-action``: the box is read in its system and its order of axes."""
    found = select_ids(client, "divisions", {"bbox": write_box(uri), "bbox-crs": uri})
    assert found == find_in_frame(divisions, uri)
    assert len(found) > 5


@pytest.mark.parametrize("uri", WRONG)
def test_bbox_crs_exception(client: FlaskClient, uri: str) -> None:
    """``/req/crs/bbox-crs-exception``: 400 with a message, also where no box is sent."""
    problem = refuse_items(client, "nodes", {"bbox-crs": uri})
    assert CRS84 in problem["detail"]


def test_fc_crs_definition(client: FlaskClient, parameters: Document) -> None:
    """``/req/crs/fc-crs-definition``: an optional URI in the query, of features and of one."""
    check_parameter(parameters["crs"], "crs")
    paths = fetch_document(client, "/api")["paths"]
    for name in COLLECTIONS:
        for path in (f"/collections/{name}/items", f"/collections/{name}/items/{{featureId}}"):
            assert {"$ref": "#/components/parameters/crs"} in paths[path]["get"]["parameters"]


@pytest.mark.parametrize("uri", WRONG)
def test_fc_crs_valid_value(client: FlaskClient, uri: str) -> None:
    """``/req/crs/fc-crs-valid-value``: any other system is 400, of features and of one."""
    assert refuse_items(client, "edges", {"crs": uri})["field"] == "crs"
    path = f"{ROOT}/collections/divisions/items/440106"
    assert client.get(path, query_string={"crs": uri}).status_code == 400


@pytest.mark.parametrize("uri", SYSTEMS)
def test_fc_crs_action(client: FlaskClient, divisions: list[ExportedFeature], uri: str) -> None:
    """``/req/crs/fc-crs-action``: coordinates as PROJ has them, in the order of EPSG's axes."""
    tolerance = 1e-9 if uri in DEGREES else 1e-3
    page = fetch_items(client, "divisions", {"crs": uri, "limit": MOST, "level": "county"})
    found = {one["id"]: shapely.geometry.shape(one["geometry"]) for one in page["features"]}
    for one in divisions:
        if one.properties["level"] == "county":
            expected = move_geometry(one.geometry, uri)
            assert shapely.equals_exact(found[one.id], expected, tolerance)


def test_fc_crs_default_value(client: FlaskClient, divisions: list[ExportedFeature]) -> None:
    """``/req/crs/fc-crs-default-value``: without ``crs`` it is CRS84, also of one feature."""
    one = next(one for one in divisions if one.properties["code"] == "440106")
    feature = fetch_document(client, f"/collections/divisions/items/{one.id}")
    found = shapely.geometry.shape(feature["geometry"])
    assert shapely.equals_exact(found, one.geometry, 1e-9)


def test_crs_exception(client: FlaskClient) -> None:
    """``/req/crs/crs-exception``: 400 with a message that names what is supported."""
    problem = refuse_items(client, "nodes", {"crs": "http://www.opengis.net/def/crs/EPSG/0/1"})
    assert all(uri in problem["detail"] for uri in SYSTEMS)


@pytest.mark.parametrize("uri", SYSTEMS)
def test_ogc_crs_header(client: FlaskClient, uri: str) -> None:
    """``/req/crs/ogc-crs-header``: the header says which system the coordinates have."""
    for path in ("places/items", "divisions/items/440106"):
        response = client.get(f"{ROOT}/collections/{path}", query_string={"crs": uri})
        assert uri in response.headers["Content-Crs"]


@pytest.mark.parametrize("sent", [None, "EPSG:4547", "[EPSG:4547]", f"<{EPSG}4547>"])
def test_ogc_crs_header_value(client: FlaskClient, sent: str | None) -> None:
    """``/req/crs/ogc-crs-header-value``: a URI in angle brackets, however it was asked for."""
    query = {} if sent is None else {"crs": sent}
    response = client.get(f"{ROOT}/collections/nodes/items", query_string=query)
    expected = CRS84 if sent is None else f"{EPSG}4547"
    assert response.headers["Content-Crs"] == f"<{expected}>"


def test_geojson(client: FlaskClient) -> None:
    """``/req/crs/geojson``: other systems only by arrangement: for those who ask for them."""
    query = {"limit": 20}
    plain = fetch_items(client, "nodes", query)
    moved = fetch_items(client, "nodes", {**query, "crs": f"{EPSG}4547"})
    assert list_ids(plain) == list_ids(moved)
    for one, other in zip(plain["features"], moved["features"], strict=True):
        assert abs(one["geometry"]["coordinates"][0]) <= 180
        assert other["geometry"]["coordinates"][0] > 1e6  # northing first

"""Conformance classes "Filter" and "Features Filter" of Part 3 (19-079r2)."""

from typing import Any

import orjson
import pytest
import shapely
from flask.testing import FlaskClient
from pyproj import Transformer

from tests.web.ogc.conformance.feature_requests import (
    COLLECTIONS,
    CRS84,
    EPSG,
    ROOT,
    Document,
    ExportedFeature,
    fetch_document,
    filter_json,
    filter_text,
    find_link,
    find_matches,
    refuse_items,
    select_ids,
)

POINT = shapely.Point(113.3, 23.1)


@pytest.fixture(scope="module")
def parameters(client: FlaskClient) -> Document:
    """The parameters that the API definition describes."""
    found: Document = fetch_document(client, "/api")["components"]["parameters"]
    return found


def find_at_point(divisions: list[ExportedFeature]) -> set[str]:
    """The divisions at the point."""
    expected = find_matches(divisions, lambda f: shapely.intersects(f.geometry, POINT))
    assert len(expected) == 3
    return expected


def test_filter_param(parameters: Document) -> None:
    """``/req/filter/filter-param``: an optional text in the query."""
    one = parameters["filter"]
    assert (one["in"], one["required"], one["style"]) == ("query", False, "form")
    assert one["schema"] == {"type": "string"}


def test_filter_lang_param(parameters: Document) -> None:
    """``/req/filter/filter-lang-param``: the encodings, and the default."""
    schema = parameters["filter-lang"]["schema"]
    assert schema["enum"] == ["cql2-text", "cql2-json"]
    assert schema["default"] == "cql2-text"


def test_filter_crs_wgs84(client: FlaskClient, divisions: list[ExportedFeature]) -> None:
    """``/req/filter/filter-crs-wgs84``: without ``filter-crs`` it is longitude and latitude."""
    text = "S_INTERSECTS(geometry, POINT(113.3 23.1))"
    for query in ({}, {"crs": f"{EPSG}4490"}, {"bbox-crs": f"{EPSG}4326"}):
        assert filter_text(client, "divisions", text, **query) == find_at_point(divisions)


@pytest.mark.parametrize("code", [None, 4490, 4326, 3857, 4546, 4547, 4548])
def test_filter_crs_param(
    client: FlaskClient, divisions: list[ExportedFeature], code: int | None
) -> None:
    """``/req/filter/filter-crs-param``: geometries are read in it, in the order of its axes."""
    if code is None:
        uri, first, second = CRS84, 113.3, 23.1
    elif code in (4490, 4326):
        uri, first, second = f"{EPSG}{code}", 23.1, 113.3
    else:
        uri = f"{EPSG}{code}"
        first, second = Transformer.from_crs(4490, code).transform(23.1, 113.3)
    text = f"S_INTERSECTS(geometry, POINT({first:.9f} {second:.9f}))"
    query = {"filter-crs": uri}
    assert filter_text(client, "divisions", text, **query) == find_at_point(divisions)
    low, high = (first - 1e-6, second - 1e-6), (first + 1e-6, second + 1e-6)
    box = {"bbox": [*low, *high]}
    tree = {"op": "s_intersects", "args": [{"property": "geometry"}, box]}
    assert filter_json(client, "divisions", tree, **query) == find_at_point(divisions)


def test_filter_crs_param_of_an_unknown_system(client: FlaskClient) -> None:
    for query in ({"filter": "TRUE"}, {}):
        problem = refuse_items(client, "divisions", {**query, "filter-crs": "EPSG:2326"})
        assert problem["field"] == "filter-crs"


def test_mixing_expressions(client: FlaskClient, divisions: list[ExportedFeature]) -> None:
    """``/req/filter/mixing-expressions``: filter, box, day and properties all have to be met."""
    box = shapely.box(113, 22.5, 114.5, 24)
    expected = find_matches(
        divisions,
        lambda f: (
            f.properties["level"] == "county"
            and f.properties["unit_type"] == "市辖区"
            and f.properties["area_km2"] > 500
            and shapely.intersects(f.geometry, box)
        ),
    )
    query = {"filter": "area_km2 > 500", "bbox": "113,22.5,114.5,24", "level": "county"}
    more = {"unit_type": "市辖区", "datetime": "2100-01-01"}
    assert select_ids(client, "divisions", {**query, **more}) == expected
    assert 3 < len(expected) < 30
    assert select_ids(client, "divisions", {**query, **more, "datetime": "1982-01-01"}) < expected


def test_response(client: FlaskClient, places: list[ExportedFeature]) -> None:
    """``/req/filter/response``: true is selected; false and unknown are not."""
    others = [one for one in places if one.properties["legal_class"] == "other"]
    query, text = {"legal_class": "other"}, "within_code = '820000'"
    true = find_matches(others, lambda f: f.properties["within_code"] == "820000")
    assert filter_text(client, "places", text, **query) == true
    known = find_matches(others, lambda f: f.properties["within_code"] is not None)
    assert filter_text(client, "places", f"NOT {text}", **query) == known - true
    unknown = {one.id for one in others} - known
    assert filter_text(client, "places", f"({text}) IS NULL", **query) == unknown
    assert true and known - true and unknown


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_features_filter_get_queryables_op(client: FlaskClient, collection: str) -> None:
    """``/req/features-filter/get-queryables-op``: each collection has queryables."""
    assert fetch_document(client, f"/collections/{collection}/queryables")["properties"]


def test_features_filter_queryables_link(client: FlaskClient) -> None:
    """``/req/features-filter/queryables-link``: each collection links them."""
    rel = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
    for one in fetch_document(client, "/collections")["collections"]:
        assert find_link(one, rel)["href"].endswith(f"/{one['id']}/queryables")


def check_parameter(client: FlaskClient, name: str) -> None:
    """Fail where the features of a collection do not know a parameter."""
    paths = fetch_document(client, "/api")["paths"]
    sent = {"filter": "TRUE", "filter-lang": "cql2-text", "filter-crs": CRS84, "limit": 1}
    for collection in COLLECTIONS:
        path = f"/collections/{collection}/items"
        assert {"$ref": f"#/components/parameters/{name}"} in paths[path]["get"]["parameters"]
        assert client.get(f"{ROOT}{path}", query_string=sent).status_code == 200


def test_features_filter_filter_param(client: FlaskClient) -> None:
    """``/req/features-filter/filter-param``: of the features of each collection."""
    check_parameter(client, "filter")


def test_features_filter_filter_lang_param(client: FlaskClient) -> None:
    """``/req/features-filter/filter-lang-param``: of the features of each collection."""
    check_parameter(client, "filter-lang")


def test_features_filter_filter_crs_param(client: FlaskClient) -> None:
    """``/req/features-filter/filter-crs-param``: of the features of each collection."""
    check_parameter(client, "filter-crs")


@pytest.mark.parametrize(
    ("query", "field", "position"),
    [
        ({"filter-lang": "ecql", "filter": "TRUE"}, "filter-lang", None),
        ({"filter-crs": "moon", "filter": "TRUE"}, "filter-crs", None),
        ({"filter": ""}, "filter", 1),
        ({"filter": "code ="}, "filter", 7),
        ({"filter": "code = '440106' nonsense"}, "filter", 17),
        ({"filter": "name = 'it\\'s' nonsense"}, "filter", 16),
        ({"filter": "TRUE\n AND nonsense ("}, "filter", 21),
        ({"filter": "level = 'county' AND colour = 'red'"}, "filter", 22),
        ({"filter": "name = 'colour' AND colour = 'red'"}, "filter", 21),
        ({"filter": "code = 440106"}, "filter", 1),
        ({"filter": "area_km2 = TRUE"}, "filter", 1),
        ({"filter": "code"}, "filter", 1),
        ({"filter": "level = 'county' AND soundex(name) = 'x'"}, "filter", 22),
        ({"filter": "valid_from > DATE('2020-02-30')"}, "filter", 1),
        ({"filter": "(" * 5000 + "TRUE" + ")" * 5000}, "filter", 64),
        ({"filter": "NOT " * 4000 + "TRUE"}, "filter", 253),
        ({"filter": "-" * 9000 + "1 > 2"}, "filter", 64),
        ({"filter": "1" + "=1" * 5000}, "filter", 128),
        ({"filter": '"a\'"=1 OR ' + "(" * 5000 + ")" * 5000 + ' OR "b\'"=1'}, "filter", 74),
        ({"filter": "TRUE OR " * 2500 + "TRUE"}, "filter", 20001),
    ],
    ids=lambda value: str(value)[:50],
)  # fmt: skip
def test_features_filter_response(
    client: FlaskClient, query: dict[str, str], field: str, position: int | None
) -> None:
    """``/req/features-filter/response``: what is no filter is 400, and the problem says where."""
    problem = refuse_items(client, "divisions", query)
    assert (problem["field"], problem.get("position")) == (field, position)


@pytest.mark.parametrize(
    ("tree", "position"),
    [
        ({"op": "=", "args": [{"property": "colour"}, "red"]}, "/args/0"),
        ({"op": "and", "args": [True, {"op": "soundex", "args": ["x"]}]}, "/args/1"),
        ({"op": "not", "args": [{"op": "like", "args": [{"property": "name"}, 5]}]},
         "/args/0/args/1"),
        ({"op": "=", "args": [{"property": "name"}]}, ""),
        ({"op": "in", "args": [{"property": "name"}, []]}, ""),
        ({"op": "=", "args": [{"property": "name"}, "a\0b"]}, "/args/1"),
        ({"op": "s_within", "args": [{"property": "geometry"}, {"type": "Point"}]}, "/args/1"),
        ({"op": "s_within", "args": [{"property": "geometry"}, {"bbox": [1, 2, 3]}]}, "/args/1"),
        ({"op": "t_after", "args": [{"property": "valid_from"}, {"interval": [1, 2]}]}, "/args/1"),
        ({"op": "t_after", "args": [{"property": "valid_from"}, {"timestamp": "2020-01-01Tx"}]},
         "/args/1"),
        ("county", ""),
        (5, ""),
        (None, ""),
        ([], ""),
        ({}, ""),
        ({"op": 5, "args": {}}, ""),
    ],
    ids=str,
)  # fmt: skip
def test_a_broken_tree_is_refused_with_a_pointer(
    client: FlaskClient, tree: Any, position: str
) -> None:
    query = {"filter": orjson.dumps(tree).decode(), "filter-lang": "cql2-json"}
    problem = refuse_items(client, "divisions", query)
    assert (problem["field"], problem["position"]) == ("filter", position)


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("{", 2),
        ('{"op": "="', 11),
        ("code = '440106'", 1),
        ("[" * 5000 + "]" * 5000, 65),
        ('{"op":"not","args":[' * 500 + "true" + "]}" * 500, 641),
        ('["\'",' + "[" * 900 + "]" * 900 + ',"\'"]', 69),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_no_json_is_refused_with_its_position(
    client: FlaskClient, text: str, position: int
) -> None:
    problem = refuse_items(client, "divisions", {"filter": text, "filter-lang": "cql2-json"})
    assert (problem["field"], problem["position"]) == ("filter", position)

"""Conformance classes of CQL2 (21-065r2) for geometries.

They are "Basic Spatial Functions", the same "with additional Spatial Literals", and "Spatial
Functions".
"""

import pytest
import shapely
from flask.testing import FlaskClient

from tests.web.ogc.conformance.feature_requests import (
    ExportedFeature,
    filter_text,
    find_matches,
    load_export,
    refuse_items,
)
from tests.web.ogc.conformance.filter_samples import FilterSample
from tests.web.ogc.conformance.spatial_samples import (
    LITERAL_SAMPLES,
    POINTS_AND_BOXES,
    RELATIONS,
    TRIANGLE,
    build_relation_samples,
    build_sample,
)


@pytest.mark.parametrize("sample", POINTS_AND_BOXES, ids=str)
def test_spatial_functions_basic(
    client: FlaskClient, divisions: list[ExportedFeature], sample: FilterSample
) -> None:
    """``/req/basic-spatial-functions/spatial-functions``: points and boxes that features meet."""
    expected = find_matches(divisions, sample.predicate)
    assert filter_text(client, "divisions", sample.text) == expected


def test_spatial_predicate(client: FlaskClient, places: list[ExportedFeature]) -> None:
    """``/req/basic-spatial-functions/spatial-predicate``: true, false, and unknown for NULL."""
    sample = build_sample("s_intersects", shapely.box(113, 23, 114, 24))
    located = [one for one in places if one.geometry is not None]
    expected = find_matches(located, sample.predicate)
    assert filter_text(client, "places", sample.text) == expected
    opposite = filter_text(client, "places", f"NOT ({sample.text})")
    assert opposite == {one.id for one in located} - expected
    assert 0 < len(expected) < len(located) < len(places)


@pytest.mark.parametrize("sample", LITERAL_SAMPLES, ids=str)
def test_spatial_data_types(
    client: FlaskClient, divisions: list[ExportedFeature], sample: FilterSample
) -> None:
    """``/req/basic-spatial-functions-plus/spatial-data-types``: literals of every type."""
    expected = find_matches(divisions, sample.predicate)
    assert filter_text(client, "divisions", sample.text) == expected
    assert 0 < len(expected) < len(divisions)


@pytest.mark.parametrize("relation", RELATIONS)
def test_spatial_functions(
    client: FlaskClient,
    divisions: list[ExportedFeature],
    places: list[ExportedFeature],
    relation: str,
) -> None:
    """``/req/spatial-functions/spatial-functions``: all relations of simple features (DE-9IM)."""
    samples = build_relation_samples(places)
    (sample,) = (one for one in samples if one.text.startswith(f"{relation.upper()}("))
    features = {"divisions": divisions, "places": places}.get(sample.collection)
    if features is None:
        features = load_export(client, sample.collection)
    expected = find_matches(features, sample.predicate)
    assert filter_text(client, sample.collection, sample.text) == expected
    assert 0 < len(expected) < len(features)


@pytest.mark.parametrize("relation", RELATIONS)
def test_relations_of_areas_with_an_area(
    client: FlaskClient, divisions: list[ExportedFeature], relation: str
) -> None:
    sample = build_sample(relation, TRIANGLE)
    expected = find_matches(divisions, sample.predicate)
    assert filter_text(client, "divisions", sample.text) == expected


@pytest.mark.parametrize(
    "literal",
    [
        "POINT(90 180)",
        "MULTIPOINT(7.02 49.92, 90 180)",
        "BBOX(113, 23, 114, 99)",
        "BBOX(113, 24, 114, 23)",
        "POLYGON((0 0, 1 1, 0 1, 1 0, 0 0))",
        "POLYGON((0 0, 1 1))",
        "name",
        "'POINT(1 1)'",
    ],
)
def test_what_is_no_geometry_on_earth_is_refused(client: FlaskClient, literal: str) -> None:
    text = f"S_INTERSECTS(geometry, {literal})"
    assert refuse_items(client, "divisions", {"filter": text})["code"] == "invalid_filter"

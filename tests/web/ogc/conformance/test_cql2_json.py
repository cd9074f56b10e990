"""Conformance class "CQL2 JSON" of 21-065r2: what is said in filters, written as JSON."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.ogc.conformance.feature_requests import (
    ExportedFeature,
    filter_json,
    find_matches,
    load_export,
)
from tests.web.ogc.conformance.filter_samples import (
    ADVANCED,
    BASIC,
    PAIRS,
    FilterSample,
    build_call,
    refer,
)
from tests.web.ogc.conformance.spatial_samples import (
    LITERAL_SAMPLES,
    POINTS_AND_BOXES,
    build_relation_samples,
)
from tests.web.ogc.conformance.temporal_samples import TEMPORAL

Features = dict[str, list[ExportedFeature]]


@pytest.fixture(scope="module")
def features(divisions: list[ExportedFeature], places: list[ExportedFeature]) -> Features:
    """The features of collections."""
    return {"divisions": divisions, "places": places}


def check_trees(client: FlaskClient, samples: list[FilterSample], features: Features) -> None:
    """Fail where the tree of a filter does not find what its predicate finds."""
    for sample in samples:
        known = features.get(sample.collection) or load_export(client, sample.collection)
        found = filter_json(client, sample.collection, sample.tree)
        assert found == find_matches(known, sample.predicate), sample.tree


def test_basic_cql2(client: FlaskClient, features: Features) -> None:
    """``/req/cql2-json/basic-cql2``: comparisons, and, or, not and isNull."""
    check_trees(client, BASIC, features)


def test_advanced_comparison_operators(client: FlaskClient, features: Features) -> None:
    """``/req/cql2-json/advanced-comparison-operators``: like, between and in."""
    check_trees(client, ADVANCED, features)


def test_basic_spatial_functions(client: FlaskClient, features: Features) -> None:
    """``/req/cql2-json/basic-spatial-functions``: s_intersects with points and boxes."""
    check_trees(client, POINTS_AND_BOXES, features)


def test_basic_spatial_functions_plus(client: FlaskClient, features: Features) -> None:
    """``/req/cql2-json/basic-spatial-functions-plus``: s_intersects with geometries of all types.

    Also with the bounding box that a geometry of GeoJSON may have, and with heights.
    """
    check_trees(client, LITERAL_SAMPLES, features)
    point = {"type": "Point", "coordinates": [113.3, 23.1]}
    plain = filter_json(client, "divisions", build_call("s_intersects", refer("geometry"), point))
    more: list[Any] = [
        {**point, "bbox": [113.3, 23.1, 113.3, 23.1]},
        {"type": "Point", "coordinates": [113.3, 23.1, 5.0]},
    ]
    for literal in more:
        tree = build_call("s_intersects", refer("geometry"), literal)
        assert filter_json(client, "divisions", tree) == plain


def test_spatial_functions(client: FlaskClient, features: Features) -> None:
    """``/req/cql2-json/spatial-functions``: all relations."""
    check_trees(client, build_relation_samples(features["places"]), features)


def test_temporal_functions(client: FlaskClient, features: Features) -> None:
    """``/req/cql2-json/temporal-functions``: date, timestamp, interval and all relations."""
    check_trees(client, TEMPORAL, features)


def test_property_property(client: FlaskClient, features: Features) -> None:
    """``/req/cql2-json/property-property``: literals first, properties second."""
    check_trees(client, PAIRS, features)

"""Conformance class "Basic CQL2" of 21-065r2."""

import pytest
from flask.testing import FlaskClient

from tests.web.ogc.conformance.feature_requests import (
    COLLECTIONS,
    ExportedFeature,
    fetch_document,
    fetch_items,
    filter_text,
    find_matches,
    refuse_items,
)
from tests.web.ogc.conformance.filter_samples import COMPARISONS, LOGICAL, NULLS, FilterSample

COUNT = "numberMatched"


@pytest.mark.parametrize("sample", LOGICAL, ids=str)
def test_cql2_filter(
    client: FlaskClient, divisions: list[ExportedFeature], sample: FilterSample
) -> None:
    """``/req/basic-cql2/cql2-filter``: predicates joined by AND, OR and NOT, in brackets."""
    expected = find_matches(divisions, sample.predicate)
    assert filter_text(client, "divisions", sample.text) == expected
    assert expected


@pytest.mark.parametrize("sample", COMPARISONS, ids=str)
def test_binary_comparison_predicate(
    client: FlaskClient, divisions: list[ExportedFeature], sample: FilterSample
) -> None:
    """``/req/basic-cql2/binary-comparison-predicate``: true, false, and unknown for NULL."""
    expected = find_matches(divisions, sample.predicate)
    assert filter_text(client, "divisions", sample.text) == expected
    assert expected
    opposite = filter_text(client, "divisions", f"NOT ({sample.text})")
    assert opposite == {one.id for one in divisions} - expected


@pytest.mark.parametrize(
    "text", ["code = 440106", "area_km2 = '5'", "name = TRUE", "valid_from = 5", "code = geometry"]
)
def test_values_of_different_types_are_not_compared(client: FlaskClient, text: str) -> None:
    assert refuse_items(client, "divisions", {"filter": text})["code"] == "invalid_filter"


@pytest.mark.parametrize("sample", NULLS, ids=str)
def test_null_predicate(
    client: FlaskClient,
    divisions: list[ExportedFeature],
    places: list[ExportedFeature],
    sample: FilterSample,
) -> None:
    """``/req/basic-cql2/null-predicate``: missing or not, and never unknown itself."""
    features = places if sample.collection == "places" else divisions
    expected = find_matches(features, sample.predicate)
    assert filter_text(client, sample.collection, sample.text) == expected
    opposite = {"filter": f"NOT ({sample.text})", "limit": 1}
    found = fetch_items(client, sample.collection, opposite)[COUNT]
    assert found == len(features) - len(expected)


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_property(client: FlaskClient, collection: str) -> None:
    """``/req/basic-cql2/property``: a queryable has the value that the feature shows, or NULL."""
    names = fetch_document(client, f"/collections/{collection}/queryables")["properties"]
    (feature,) = fetch_items(client, collection, {"limit": 1})["features"]
    missing = [name for name in names if name != "geometry" and not holds_value(feature, name)]
    present = [name for name in names if name != "geometry" and holds_value(feature, name)]
    text = " AND ".join(
        [f'"{name}" IS NULL' for name in missing] + [f"{name} IS NOT NULL" for name in present]
    )
    found = fetch_items(client, collection, {"filter": text, "limit": 50})["features"]
    assert feature["id"] in {one["id"] for one in found}
    for one in found:
        assert not any(holds_value(one, name) for name in missing)
        assert all(holds_value(one, name) for name in present)


def holds_value(feature: dict[str, dict[str, object]], name: str) -> bool:
    """Whether a property of a GeoJSON feature is not null."""
    return feature["properties"][name] is not None

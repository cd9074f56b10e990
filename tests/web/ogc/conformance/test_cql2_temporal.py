"""Conformance class "Temporal Functions" of CQL2 (21-065r2)."""

import pytest
from flask.testing import FlaskClient

from tests.web.ogc.conformance.feature_requests import (
    ExportedFeature,
    fetch_items,
    filter_text,
    find_matches,
    refuse_items,
)
from tests.web.ogc.conformance.filter_samples import FilterSample
from tests.web.ogc.conformance.temporal_samples import (
    INSTANTS,
    INTERVAL_FUNCTIONS,
    INTERVALS,
)


@pytest.mark.parametrize("sample", INSTANTS + INTERVALS, ids=str)
def test_temporal_functions(
    client: FlaskClient, divisions: list[ExportedFeature], sample: FilterSample
) -> None:
    """``/req/temporal-functions/temporal-functions``: as tables 6 and 7 define them."""
    expected = find_matches(divisions, sample.predicate)
    assert filter_text(client, "divisions", sample.text) == expected
    if sample in INTERVALS and "INTERVAL('1983-12-22', '2003-12-31')" not in sample.text:
        assert expected


def test_temporal_predicates(client: FlaskClient, places: list[ExportedFeature]) -> None:
    """``/req/temporal-operators/temporal-predicates``: true, false, and unknown for NULL."""
    text = "T_BEFORE(valid_from, DATE('1990-01-01'))"
    known = [one for one in places if one.properties["valid_from"] is not None]
    expected = find_matches(known, lambda f: f.properties["valid_from"] < "1990-01-01")
    assert 0 < len(expected) < len(known) < len(places)
    found = fetch_items(client, "places", {"filter": text, "limit": 1})
    opposite = fetch_items(client, "places", {"filter": f"NOT {text}", "limit": 1})
    assert found["numberMatched"] == len(expected)
    assert opposite["numberMatched"] == len(known) - len(expected)


@pytest.mark.parametrize("name", INTERVAL_FUNCTIONS)
def test_instants_have_no_relation_that_only_intervals_have(client: FlaskClient, name: str) -> None:
    text = f"{name}(valid_from, INTERVAL('1990-01-01', '..'))"
    assert refuse_items(client, "divisions", {"filter": text})["position"] == len(name) + 2


@pytest.mark.parametrize(
    "text",
    ["T_AFTER(name, DATE('1990-01-01'))", "T_AFTER(valid_from, 5)", "T_AFTER(valid_from)",
     "T_AFTER(valid_from, DATE('1990-02-30'))", "T_AFTER(valid_from, INTERVAL('x', '..'))",
     "T_DURING(INTERVAL(name, '..'), INTERVAL('1990-01-01', '..'))",
     "T_AFTER(valid_from, TIMESTAMP('1990-01-01T25:00:00Z'))"],
)  # fmt: skip
def test_what_is_no_time_is_refused(client: FlaskClient, text: str) -> None:
    assert refuse_items(client, "divisions", {"filter": text})["code"] == "invalid_filter"


INTERVAL = "INTERVAL('1990-01-01', '..')"


@pytest.mark.parametrize(
    "text",
    [f"{INTERVAL} = {INTERVAL}", f"{INTERVAL} IN ({INTERVAL})",
     f"{INTERVAL} BETWEEN {INTERVAL} AND {INTERVAL}", "geometry IN (POINT(113 23))"],
)  # fmt: skip
def test_what_has_no_order_is_not_compared(client: FlaskClient, text: str) -> None:
    assert refuse_items(client, "divisions", {"filter": text})["code"] == "invalid_filter"

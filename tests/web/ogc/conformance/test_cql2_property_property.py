"""Conformance class "Property-Property Comparisons" of CQL2 (21-065r2)."""

import pytest
from flask.testing import FlaskClient

from tests.web.ogc.conformance.feature_requests import ExportedFeature, filter_text, find_matches
from tests.web.ogc.conformance.filter_samples import PAIRS, FilterSample


@pytest.mark.parametrize("sample", PAIRS, ids=str)
def test_withdraw_permissions(
    client: FlaskClient, divisions: list[ExportedFeature], sample: FilterSample
) -> None:
    """``/req/property-property/withdraw-permissions``: either side is a property or a literal."""
    expected = find_matches(divisions, sample.predicate)
    assert filter_text(client, "divisions", sample.text) == expected
    assert expected

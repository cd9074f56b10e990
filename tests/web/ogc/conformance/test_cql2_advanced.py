"""Conformance class "Advanced Comparison Operators" of CQL2 (21-065r2)."""

import re

import pytest
from flask.testing import FlaskClient

from tests.web.ogc.conformance.feature_requests import (
    ExportedFeature,
    filter_text,
    find_matches,
    refuse_items,
)

PATTERNS = [
    ("%", ".*"), ("%%", ".*"), ("_%", ".+"), ("", ""), ("%区", ".*区"), ("__区", "..区"),
    ("天河区", "天河区"), ("天%区", "天.*区"), ("_", "."), ("%州_", ".*州."),
    ("\\%\\_", "%_"), ("天\\河区", "天河区"), ("100%\\", "100.*\\\\"), ("%.%", ".*\\..*"),
]  # fmt: skip
"""Patterns of LIKE, and the regular expressions that say the same."""


@pytest.mark.parametrize(("pattern", "expression"), PATTERNS)
@pytest.mark.parametrize("name", ["name", "parent_name"])
def test_like_predicate(
    client: FlaskClient,
    divisions: list[ExportedFeature],
    name: str,
    pattern: str,
    expression: str,
) -> None:
    """``/req/advanced-comparison-operators/like-predicate``: wildcards, escapes, NULL."""
    known = [one for one in divisions if one.properties[name] is not None]
    expected = find_matches(
        known, lambda f: re.fullmatch(expression, f.properties[name]) is not None
    )
    assert filter_text(client, "divisions", f"{name} LIKE '{pattern}'") == expected
    opposite = filter_text(client, "divisions", f"{name} NOT LIKE '{pattern}'")
    assert opposite == {one.id for one in known} - expected


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("area_km2", 500, 1500), ("accuracy_m", 500, 500), ("area_km2", 9, 1), ("area_km2", -1, 1e9)],
)
def test_between_predicate(
    client: FlaskClient, divisions: list[ExportedFeature], name: str, low: float, high: float
) -> None:
    """``/req/advanced-comparison-operators/between-predicate``: both ends belong to it."""
    known = [one for one in divisions if one.properties[name] is not None]
    expected = find_matches(known, lambda f: low <= f.properties[name] <= high)
    assert filter_text(client, "divisions", f"{name} BETWEEN {low} AND {high}") == expected
    opposite = filter_text(client, "divisions", f"{name} NOT BETWEEN {low} AND {high}")
    assert opposite == {one.id for one in known} - expected


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("code", ("440106",)),
        ("level", ("province", "prefecture")),
        ("parent_code", ("440100", "440300", "nowhere")),
        ("area_km2", (1, 2.5)),
    ],
)
def test_in_predicate(
    client: FlaskClient, divisions: list[ExportedFeature], name: str, values: tuple[object, ...]
) -> None:
    """``/req/advanced-comparison-operators/in-predicate``: equal to one of a list of its type."""
    known = [one for one in divisions if one.properties[name] is not None]
    listed = ", ".join(f"'{one}'" if isinstance(one, str) else str(one) for one in values)
    expected = find_matches(known, lambda f: f.properties[name] in values)
    assert filter_text(client, "divisions", f"{name} IN ({listed})") == expected
    opposite = filter_text(client, "divisions", f"{name} NOT IN ({listed})")
    assert opposite == {one.id for one in known} - expected


@pytest.mark.parametrize(
    "text",
    ["area_km2 LIKE '5%'", "name LIKE 5", "name LIKE parent_name", "name IN (1)", "code IN ()",
     "area_km2 BETWEEN 1 AND 'x'", "area_km2 BETWEEN 1", "code IN ('440106', 5)"],
)  # fmt: skip
def test_operands_of_other_types_are_refused(client: FlaskClient, text: str) -> None:
    assert refuse_items(client, "divisions", {"filter": text})["code"] == "invalid_filter"

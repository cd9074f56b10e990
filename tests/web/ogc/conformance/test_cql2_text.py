"""Conformance class "CQL2 Text" of 21-065r2: what is said in filters, written as text."""

import pytest
import shapely
from flask.testing import FlaskClient

from boundaries.features.filter_parsing import parse_text
from tests.web.ogc.conformance.feature_requests import (
    ExportedFeature,
    filter_text,
    find_matches,
    load_export,
    select_ids,
)
from tests.web.ogc.conformance.filter_samples import ADVANCED, BASIC, PAIRS, FilterSample
from tests.web.ogc.conformance.spatial_samples import (
    LITERAL_SAMPLES,
    POINTS_AND_BOXES,
    TRIANGLE,
    build_relation_samples,
)
from tests.web.ogc.conformance.temporal_samples import TEMPORAL

Features = dict[str, list[ExportedFeature]]


def check_samples(client: FlaskClient, samples: list[FilterSample], features: Features) -> None:
    """Fail where the text of a filter does not find what its predicate finds.

    Key words and the names of functions are written in small letters: case does not matter there.
    """
    for sample in samples:
        known = features.get(sample.collection) or load_export(client, sample.collection)
        found = filter_text(client, sample.collection, lower_keywords(sample.text))
        assert found == find_matches(known, sample.predicate), sample.text


def lower_keywords(text: str) -> str:
    """A text in which everything but literals of characters is in small letters."""
    parts = text.split("'")
    return "'".join(part if number % 2 else part.lower() for number, part in enumerate(parts))


@pytest.fixture(scope="module")
def features(divisions: list[ExportedFeature], places: list[ExportedFeature]) -> Features:
    """The features of collections."""
    return {"divisions": divisions, "places": places}


def test_basic_cql2(client: FlaskClient, features: Features) -> None:
    """``/req/cql2-text/basic-cql2``: comparisons, AND, OR, NOT and IS NULL."""
    check_samples(client, BASIC, features)


@pytest.mark.parametrize(
    ("literal", "name"),
    [
        ("''''", "'"),
        (r"'\''", "'"),
        (r"'L''Aquila \'centro\''", "L'Aquila 'centro'"),
        (r"'\a'", "\a"),
        (r"'\b'", "\b"),
        (r"'\t'", "\t"),
        (r"'\n'", "\n"),
        (r"'\v'", "\v"),
        (r"'\f'", "\f"),
        (r"'\r'", "\r"),
        (r"'\\'", "\\"),
        (r"'a\\'", "a\\"),
        ("'\"(AND'", '"(AND'),
    ],
)
def test_escaping(client: FlaskClient, literal: str, name: str) -> None:
    """``/req/cql2-text/escaping``: quotation marks doubled or after a backslash, and controls.

    No name of the register has such characters: they are compared with literals that have them as
    such.
    """
    everything = select_ids(client, "nodes", {"filter": "TRUE"})
    plain = "'" + name.replace("'", "''").replace("\\", "\\\\") + "'"
    assert filter_text(client, "nodes", f"{literal} = {plain}") == everything
    assert parse_text(f"name = {literal}")["args"][1] == name


def test_advanced_comparison_operators(client: FlaskClient, features: Features) -> None:
    """``/req/cql2-text/advanced-comparison-operators``: LIKE, BETWEEN and IN."""
    check_samples(client, ADVANCED, features)


def test_basic_spatial_functions(client: FlaskClient, features: Features) -> None:
    """``/req/cql2-text/basic-spatial-functions``: S_INTERSECTS with POINT and BBOX."""
    check_samples(client, POINTS_AND_BOXES, features)


def test_basic_spatial_functions_plus(client: FlaskClient, features: Features) -> None:
    """``/req/cql2-text/basic-spatial-functions-plus``: all types, with heights or without."""
    check_samples(client, LITERAL_SAMPLES, features)
    expected = find_matches(
        features["divisions"], lambda f: shapely.intersects(f.geometry, TRIANGLE)
    )
    for ring in (
        "POLYGON Z((113 22 5, 115 22 5, 114 24 5, 113 22 5))",
        "POLYGON((113 22 5, 115 22 5, 114 24 5, 113 22 5))",
        "POLYGON((113.0E0 22, 1.15E2 +22., 11400E-2 24, 113 22))",
        "MULTIPOLYGON Z(((113 22 5, 115 22 5, 114 24 5, 113 22 5)))",
    ):
        assert filter_text(client, "divisions", f"S_INTERSECTS(geometry, {ring})") == expected


def test_spatial_functions(client: FlaskClient, features: Features) -> None:
    """``/req/cql2-text/spatial-functions``: all relations."""
    check_samples(client, build_relation_samples(features["places"]), features)


def test_temporal_functions(client: FlaskClient, features: Features) -> None:
    """``/req/cql2-text/temporal-functions``: DATE, TIMESTAMP, INTERVAL and all relations."""
    check_samples(client, TEMPORAL, features)


def test_property_property(client: FlaskClient, features: Features) -> None:
    """``/req/cql2-text/property-property``: literals on the left, properties on the right."""
    check_samples(client, PAIRS, features)


@pytest.mark.parametrize(
    "text",
    ["code='440106'", "  code\n=\t'440106'  ", '"code" = \'440106\'', "(((code = '440106')))",
     "code = '440106' AND (NOT code = '440103')", "(code = '440106') = TRUE"],
)  # fmt: skip
def test_space_quotation_and_brackets_change_nothing(client: FlaskClient, text: str) -> None:
    assert len(filter_text(client, "divisions", text)) == 1

"""Every class that is declared is tested requirement by requirement, and no other is declared."""

import ast
import re
from pathlib import Path

from flask.testing import FlaskClient

from tests.web.ogc.conformance.feature_requests import fetch_document

TESTS = Path(__file__).parents[1]
SPEC = "http://www.opengis.net/spec/"
REQUIREMENTS = {
    f"{SPEC}ogcapi-features-1/1.0/conf/core": (
        "core", "http", "root-op", "root-success", "api-definition-op", "api-definition-success",
        "conformance-op", "conformance-success", "query-param-unknown", "query-param-invalid",
        "crs84", "fc-md-op", "fc-md-success", "fc-md-links", "fc-md-items", "fc-md-items-links",
        "fc-md-extent", "fc-md-extent-multi", "sfc-md-op", "sfc-md-success", "fc-op",
        "fc-limit-definition", "fc-limit-response-1", "fc-bbox-definition", "fc-bbox-response",
        "fc-time-definition", "fc-time-response", "fc-response", "fc-links", "fc-rel-type",
        "fc-timeStamp", "fc-numberMatched", "fc-numberReturned", "f-op", "f-success", "f-links",
    ),
    f"{SPEC}ogcapi-features-1/1.0/conf/oas30": (
        "oas30", "oas-definition-1", "oas-definition-2", "oas-impl", "completeness",
        "exceptions-codes", "security",
    ),
    f"{SPEC}ogcapi-features-1/1.0/conf/html": ("html", "definition", "content"),
    f"{SPEC}ogcapi-features-1/1.0/conf/geojson": ("geojson", "definition", "content"),
    f"{SPEC}ogcapi-features-2/1.0/conf/crs": (
        "crs", "crs-uri", "fc-md-crs-list", "fc-md-storageCrs", "fc-md-storageCrs-valid-value",
        "fc-md-crs-list-global", "fc-bbox-crs-definition", "fc-bbox-crs-valid-value",
        "fc-bbox-crs-default-value", "fc-bbox-crs-action", "bbox-crs-exception",
        "fc-crs-definition", "fc-crs-valid-value", "fc-crs-default-value", "fc-crs-action",
        "crs-exception", "ogc-crs-header", "ogc-crs-header-value", "geojson",
    ),
    f"{SPEC}ogcapi-features-3/1.0/conf/queryables": (
        "queryables", "get-queryables-op", "get-queryables-response", "queryables-link",
        "expression-construction",
    ),
    f"{SPEC}ogcapi-features-3/1.0/conf/queryables-query-parameters": (
        "queryables-query-parameters", "parameters",
    ),
    f"{SPEC}ogcapi-features-3/1.0/conf/filter": (
        "filter", "filter-param", "filter-lang-param", "filter-crs-wgs84", "filter-crs-param",
        "mixing-expressions", "response",
    ),
    f"{SPEC}ogcapi-features-3/1.0/conf/features-filter": (
        "features-filter", "get-queryables-op", "queryables-link", "filter-param",
        "filter-lang-param", "filter-crs-param", "response",
    ),
    f"{SPEC}cql2/1.0/conf/cql2-text": (
        "cql2-text", "basic-cql2", "escaping", "advanced-comparison-operators",
        "basic-spatial-functions", "basic-spatial-functions-plus", "spatial-functions",
        "temporal-functions", "property-property",
    ),
    f"{SPEC}cql2/1.0/conf/cql2-json": (
        "cql2-json", "basic-cql2", "advanced-comparison-operators", "basic-spatial-functions",
        "basic-spatial-functions-plus", "spatial-functions", "temporal-functions",
        "property-property",
    ),
    f"{SPEC}cql2/1.0/conf/basic-cql2": (
        "basic-cql2", "cql2-filter", "property", "binary-comparison-predicate", "null-predicate",
    ),
    f"{SPEC}cql2/1.0/conf/advanced-comparison-operators": (
        "advanced-comparison-operators", "like-predicate", "between-predicate", "in-predicate",
    ),
    f"{SPEC}cql2/1.0/conf/basic-spatial-functions": (
        "basic-spatial-functions", "spatial-predicate", "spatial-functions",
    ),
    f"{SPEC}cql2/1.0/conf/basic-spatial-functions-plus": (
        "basic-spatial-functions-plus", "spatial-data-types",
    ),
    f"{SPEC}cql2/1.0/conf/spatial-functions": ("spatial-functions", "spatial-functions"),
    f"{SPEC}cql2/1.0/conf/temporal-functions": ("temporal-functions", "temporal-functions"),
    f"{SPEC}cql2/1.0/conf/property-property": ("property-property", "withdraw-permissions"),
    f"{SPEC}ogcapi-features-5/1.0/conf/schemas": (
        "schemas", "json-schema", "properties", "additional-keywords", "role", "role-id",
        "property-seq", "unit", "definition", "nullvalues",
    ),
}  # fmt: skip
"""The requirements of each class: the name of the class in their ids, and then their own.

Those that depend on a class that is not declared (functions, arrays, arithmetic, case and accents)
are left out. ``temporal-predicates`` has another name of the class in its id: see below.
"""
ELSEWHERE = {"/req/temporal-operators/temporal-predicates"}


def find_quoted_requirements() -> dict[str, set[str]]:
    """The ids of requirements that docstrings of tests quote, with the names of these tests."""
    found: dict[str, set[str]] = {}
    for path in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for id_ in re.findall(r"/req/[\w-]+/[\w-]+", ast.get_docstring(node) or ""):
                    found.setdefault(id_, set()).add(f"{path.name}:{node.name}")
    return found


def list_requirements(conformance_class: str) -> set[str]:
    """The ids of the requirements of a class."""
    prefix, *names = REQUIREMENTS[conformance_class]
    return {f"/req/{prefix}/{name}" for name in names}


def test_the_classes_that_are_declared_are_those_that_are_tested(client: FlaskClient) -> None:
    assert set(fetch_document(client, "/conformance")["conformsTo"]) == set(REQUIREMENTS)


def test_each_requirement_of_a_declared_class_has_a_test() -> None:
    required = ELSEWHERE.union(*(list_requirements(one) for one in REQUIREMENTS))
    assert required - set(find_quoted_requirements()) == set()

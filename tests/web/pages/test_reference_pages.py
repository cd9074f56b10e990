"""The API reference shows the OpenAPI document in the language of the reader."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from web.pages.reference_pages import describe_type, parse_operations


@pytest.mark.parametrize(
    ("schema", "word", "model"),
    [
        ({"type": "string"}, "string", None),
        ({"type": "string", "format": "date"}, "date", None),
        ({"anyOf": [{"type": "number"}, {"type": "null"}]}, "number | null", None),
        ({"$ref": "#/components/schemas/Kin"}, "Kin", "Kin"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Kin"}}, "Kin[]", "Kin"),
        ({"enum": ["error", "warning"], "type": "string"}, "error | warning", None),
        ({}, "any", None),
    ],
)
def test_a_schema_is_described_in_a_word(
    schema: dict[str, Any], word: str, model: str | None
) -> None:
    assert describe_type(schema) == (word, model)


def test_an_operation_has_its_parameters_and_response() -> None:
    unit = {"$ref": "#/components/schemas/Division"}
    parameter = {"name": "at", "in": "query", "schema": {"type": "string"}}
    document = {
        "paths": {
            "/v1/divisions/{code}": {
                "get": {
                    "operationId": "division",
                    "tags": ["divisions"],
                    "summary": "The unit that carried the code on the date.",
                    "parameters": [parameter],
                    "responses": {"200": {"content": {"application/json": {"schema": unit}}}},
                }
            }
        }
    }
    (operation,) = parse_operations(document)
    assert (operation.method, operation.path, operation.response) == (
        "GET",
        "/v1/divisions/{code}",
        unit,
    )
    assert operation.parameters == (parameter,)
    assert not operation.needs_account


@pytest.mark.parametrize(
    ("lang", "summary", "meaning"),
    [
        ("zh", "行政区划单位", "没有任何单位使用过"),
        ("en", "Administrative units", "No unit has ever"),
    ],
)
def test_the_reference_is_in_the_language_of_the_reader_without_backticks(
    client: FlaskClient, lang: str, summary: str, meaning: str
) -> None:
    page = client.get("/docs", query_string={"lang": lang}).text
    assert summary in page
    assert '<code class="code">at</code>' in page
    problems = client.get("/docs/problems", query_string={"lang": lang}).text
    assert meaning in problems
    assert "`" not in page + problems


@pytest.mark.parametrize(
    ("method", "path"),
    [("DELETE", "/v1/search"), ("GET", "/v1/nothing"), ("GET", "/v1/divisions/999999")],
)
def test_the_type_of_a_problem_leads_to_its_explanation(
    client: FlaskClient, method: str, path: str
) -> None:
    page, _, anchor = client.open(path, method=method).get_json()["type"].partition("#")
    assert f'id="{anchor}"' in client.get(page).text

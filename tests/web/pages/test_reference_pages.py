from typing import Any

import pytest

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
def test_a_schema_is_told_in_a_word(schema: dict[str, Any], word: str, model: str | None) -> None:
    assert describe_type(schema) == (word, model)


def test_an_operation_is_told_with_its_parameters_and_answer() -> None:
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
    (told,) = parse_operations(document)
    assert (told.method, told.path, told.answer) == ("GET", "/v1/divisions/{code}", unit)
    assert told.parameters == (parameter,)
    assert not told.needs_account

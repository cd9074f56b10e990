"""The API reference, built from the OpenAPI document in the language of the reader."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import Blueprint, Response

from gazetteer.problems import Problem
from web.http.language import request_language
from web.http.openapi import describe_api
from web.http.problems import HTTP_CODES, OTHER_HTTP_CODE, STATUS_OF_KIND
from web.pages.rendering import render_page

reference_blueprint = Blueprint("reference", __name__, template_folder="templates")

JsonObject = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ApiOperation:
    """One operation as the page shows it."""

    name: str
    resource: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[JsonObject, ...]
    body: JsonObject | None
    response: JsonObject | None
    media_type: str
    needs_account: bool


@reference_blueprint.get("/docs")
def show_reference() -> Response:
    """Every operation with its parameters, request body and response."""
    document = describe_api(request_language())
    ordered = sorted(parse_operations(document), key=lambda operation: operation.resource)
    by_resource = {
        resource: list(group)
        for resource, group in groupby(ordered, key=lambda operation: operation.resource)
    }
    return render_page(
        "docs.html",
        info=document["info"],
        by_resource=by_resource,
        schemas=document["components"]["schemas"],
        describe_type=describe_type,
    )


@reference_blueprint.get("/docs/problems")
def show_problem_kinds() -> Response:
    """Every kind of problem by its stable code, with its HTTP status."""
    kinds: list[type[Problem]] = [Problem, *_iter_problem_kinds(Problem)]
    status_of_code: dict[str, int | str] = {
        OTHER_HTTP_CODE: "4xx, 5xx",
        **{code: status for status, code in HTTP_CODES.items()},
        **{kind.code: STATUS_OF_KIND[kind.kind] for kind in kinds},
    }
    return render_page("problems.html", status_of_code=sorted(status_of_code.items()))


def parse_operations(document: JsonObject) -> Iterator[ApiOperation]:
    """The operations of an OpenAPI document."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            body = _first_schema(operation.get("requestBody", {}).get("content", {}))
            content = next(iter(operation["responses"].values())).get("content", {})
            yield ApiOperation(
                name=operation["operationId"],
                resource=operation["tags"][0],
                method=method.upper(),
                path=path,
                summary=operation.get("summary", ""),
                description=operation.get("description", ""),
                parameters=tuple(operation.get("parameters", ())),
                body=body,
                response=_first_schema(content),
                media_type=next(iter(content), ""),
                needs_account="security" in operation,
            )


def describe_type(schema: JsonObject) -> tuple[str, str | None]:
    """The type of a schema in a word or two, and the name of the model that it is or contains."""
    if ref := schema.get("$ref"):
        name = str(ref).rpartition("/")[2]
        return name, name
    if options := schema.get("anyOf"):
        types = [describe_type(option) for option in options]
        return " | ".join(word for word, _ in types), next((m for _, m in types if m), None)
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"]), None
    if schema.get("type") == "array":
        word, model = describe_type(schema.get("items", {}))
        return f"{word}[]", model
    return str(schema.get("format") or schema.get("const") or schema.get("type", "any")), None


def _first_schema(content: JsonObject) -> JsonObject | None:
    return next((form.get("schema") for form in content.values()), None)


def _iter_problem_kinds(kind: type[Problem]) -> Iterator[type[Problem]]:
    for below in kind.__subclasses__():
        yield below
        yield from _iter_problem_kinds(below)

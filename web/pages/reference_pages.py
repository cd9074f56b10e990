"""The description of the API as a page, made from the document that the service gives out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, cast

from flask import Blueprint, Response, current_app

from gazetteer.problems import Problem
from web.http.problems import STATUS_OF_KIND
from web.pages.rendering import render_page

reference_blueprint = Blueprint("reference", __name__, template_folder="templates")

JsonObject = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ApiOperation:
    """One operation as the page tells it."""

    name: str
    resource: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[JsonObject, ...]
    body: JsonObject | None
    answer: JsonObject | None
    media: str
    needs_account: bool


@reference_blueprint.get("/docs")
def show_reference() -> Response:
    """Every operation with its parameters, body and answer."""
    document = cast(Response, current_app.view_functions["openapi"]()).get_json()
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
        type_of=describe_type,
    )


@reference_blueprint.get("/docs/problems")
def show_problem_kinds() -> Response:
    """Every problem that an answer may tell, by its stable code."""
    kinds: list[type[Problem]] = [Problem, *_iter_problem_kinds(Problem)]
    kind_of_code = {kind.code: (kind, STATUS_OF_KIND[kind.kind]) for kind in kinds}
    return render_page("problems.html", problems=sorted(kind_of_code.items()))


def parse_operations(document: JsonObject) -> Iterator[ApiOperation]:
    """The operations of an OpenAPI document."""
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            body = _first_schema(described.get("requestBody", {}).get("content", {}))
            answer = next(iter(described["responses"].values())).get("content", {})
            yield ApiOperation(
                name=described["operationId"],
                resource=described["tags"][0],
                method=method.upper(),
                path=path,
                summary=described.get("summary", ""),
                description=described.get("description", ""),
                parameters=tuple(described.get("parameters", ())),
                body=body,
                answer=_first_schema(answer),
                media=next(iter(answer), ""),
                needs_account="security" in described,
            )


def describe_type(schema: JsonObject) -> tuple[str, str | None]:
    """What a schema says in a word or two, and the name of the model that it is or contains."""
    if ref := schema.get("$ref"):
        name = str(ref).rpartition("/")[2]
        return name, name
    if options := schema.get("anyOf"):
        described = [describe_type(option) for option in options]
        return " | ".join(word for word, _ in described), next((m for _, m in described if m), None)
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

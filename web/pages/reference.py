"""The description of the API as a page, made from the document that the service gives out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, cast

from flask import Blueprint, Response, current_app

from gazetteer.problems import Problem
from web.pages.rendering import render
from web.problems import STATUS

reference = Blueprint("reference", __name__, template_folder="templates")

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as the page tells it."""

    name: str
    resource: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Json, ...]
    body: Json | None
    answer: Json | None
    media: str
    needs_account: bool


@reference.get("/docs")
def description() -> Response:
    """Every operation with its parameters, body and answer."""
    document = cast(Response, current_app.view_functions["openapi"]()).get_json()
    found = sorted(operations(document), key=lambda operation: operation.resource)
    by_resource = {
        resource: list(group)
        for resource, group in groupby(found, key=lambda operation: operation.resource)
    }
    return render(
        "docs.html",
        info=document["info"],
        by_resource=by_resource,
        schemas=document["components"]["schemas"],
        type_of=type_of,
    )


@reference.get("/docs/problems")
def problems() -> Response:
    """Every problem that an answer may tell, by its stable code."""
    kinds: list[type[Problem]] = [Problem, *_kinds_below(Problem)]
    found = {kind.code: (kind, STATUS[kind.kind]) for kind in kinds}
    return render("problems.html", problems=sorted(found.items()))


def operations(document: Json) -> Iterator[Operation]:
    """The operations of an OpenAPI document."""
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            body = _only(told.get("requestBody", {}).get("content", {}))
            answer = next(iter(told["responses"].values())).get("content", {})
            yield Operation(
                name=told["operationId"],
                resource=told["tags"][0],
                method=method.upper(),
                path=path,
                summary=told.get("summary", ""),
                description=told.get("description", ""),
                parameters=tuple(told.get("parameters", ())),
                body=body,
                answer=_only(answer),
                media=next(iter(answer), ""),
                needs_account="security" in told,
            )


def type_of(schema: Json) -> tuple[str, str | None]:
    """What a schema says in a word or two, and the name of the model that it is or contains."""
    if ref := schema.get("$ref"):
        name = str(ref).rpartition("/")[2]
        return name, name
    if options := schema.get("anyOf"):
        told = [type_of(option) for option in options]
        return " | ".join(word for word, _ in told), next((m for _, m in told if m), None)
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"]), None
    if schema.get("type") == "array":
        word, model = type_of(schema.get("items", {}))
        return f"{word}[]", model
    return str(schema.get("format") or schema.get("const") or schema.get("type", "any")), None


def _only(content: Json) -> Json | None:
    return next((form.get("schema") for form in content.values()), None)


def _kinds_below(kind: type[Problem]) -> Iterator[type[Problem]]:
    for below in kind.__subclasses__():
        yield below
        yield from _kinds_below(below)

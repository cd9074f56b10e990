"""``/openapi.json``, made from the declared endpoints: the models that check are what it says."""

import re
from collections.abc import Iterable, Sequence
from inspect import getdoc
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from web.contract import Endpoint

_REF = "#/components/schemas/{model}"


class ProblemBody(BaseModel):
    """RFC 9457 problem; ``code`` is stable, ``field`` names what was wrong."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    field: str | None = None


def describe(endpoints: Sequence[Endpoint], version: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document of the endpoints."""
    schemas = _schemas(endpoints)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", endpoint.rule)
        paths.setdefault(path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "地名与行政区域界线登记册 / Register of geographic names and boundaries",
            "version": version,
            "description": "Every answer repeats `at`, `known_at` and `basis`. "
            "Coordinates are lon, lat in CGCS2000 (EPSG:4490) unless `crs` says otherwise.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "gazetteer_session"},
            },
        },
    }


def _schemas(endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    models: set[type[BaseModel]] = {ProblemBody}
    for endpoint in endpoints:
        if isinstance(endpoint.answer, type):
            models.add(endpoint.answer)
        if endpoint.body is not None:
            models.add(endpoint.body)
    wanted = sorted(models, key=lambda model: model.__name__)
    _, schema = models_json_schema([(model, "validation") for model in wanted], ref_template=_REF)
    definitions: dict[str, Any] = schema["$defs"]
    if lost := [model.__name__ for model in wanted if model.__name__ not in definitions]:
        raise TypeError(f"two models of the API are named {lost[0]}")
    return definitions


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    text = getdoc(endpoint.handler) or ""
    summary, _, description = text.partition("\n\n")
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "tags": [endpoint.resource],
        "summary": summary.replace("\n", " "),
        "parameters": [*_parameters(endpoint.path, "path"), *_parameters(endpoint.query, "query")],
        "responses": {
            str(endpoint.status): _answer(endpoint),
            "default": {
                "description": "What was wrong, and in which field",
                "content": {
                    "application/problem+json": {
                        "schema": {"$ref": _REF.format(model="ProblemBody")}
                    }
                },
            },
        },
    }
    if endpoint.empty is not None:
        operation["responses"]["204"] = {"description": endpoint.empty}
    if description:
        operation["description"] = description
    if endpoint.account:
        operation["security"] = [{"key": []}, {"session": []}]
    if (body := _request_body(endpoint)) is not None:
        operation["requestBody"] = body
    return operation


def _request_body(endpoint: Endpoint) -> dict[str, Any] | None:
    if endpoint.body is not None:
        schema: dict[str, Any] = _reference(endpoint.body)
        return {"required": True, "content": {"application/json": {"schema": schema}}}
    if endpoint.form is not None:
        schema = _upload(endpoint.form)
        return {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
    if endpoint.fields is not None:
        schema = endpoint.fields.model_json_schema()
        schema = _inlined(schema, schema.pop("$defs", {}))
        return {"content": {"application/x-www-form-urlencoded": {"schema": schema}}}
    return None


def _upload(form: type[BaseModel]) -> dict[str, Any]:
    """The fields of a form and the file ``data`` as one object: both are closed to others."""
    schema = form.model_json_schema()
    fields = _inlined(schema["properties"], schema.get("$defs", {}))
    file = {"type": "string", "format": "binary", "description": "The file"}
    required = [*schema.get("required", []), "data"]
    closed = {"type": "object", "additionalProperties": False}
    return {**closed, "properties": {**fields, "data": file}, "required": required}


def _answer(endpoint: Endpoint) -> dict[str, Any]:
    answer = endpoint.answer
    files = {media: {"schema": {"type": "string"}} for media in endpoint.also}
    if isinstance(answer, str):
        kind: dict[str, Any] = {"type": "string"}
        return {"description": "OK", "content": {answer: {"schema": kind}, **files}}
    summary = (getdoc(answer) or "OK").partition("\n\n")[0]
    content = {endpoint.media: {"schema": _reference(answer)}, **files}
    return {"description": summary, "content": content}


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REF.format(model=model.__name__)}


def _parameters(model: type[BaseModel] | None, place: str) -> Iterable[dict[str, Any]]:
    if model is None:
        return
    schema = model.model_json_schema()
    definitions = schema.get("$defs", {})
    for name, field in schema["properties"].items():
        field = _inlined(field, definitions)
        yield {
            "name": name,
            "in": place,
            "required": name in schema.get("required", []),
            "description": field.pop("description", ""),
            "schema": field,
        }


def _inlined(value: Any, definitions: dict[str, Any]) -> Any:
    """A schema with its local references replaced: parameters have no place to keep them."""
    if isinstance(value, list):
        return [_inlined(part, definitions) for part in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        target = definitions[value["$ref"].rsplit("/", 1)[-1]]
        return {**_inlined(target, definitions), **{k: v for k, v in value.items() if k != "$ref"}}
    return {key: _inlined(part, definitions) for key, part in value.items()}

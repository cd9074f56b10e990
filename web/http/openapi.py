"""``/openapi.json``, made from the declared endpoints: the models that check are what it says."""

import re
from collections.abc import Iterable, Sequence
from inspect import getdoc
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from web.http.endpoints import Endpoint

_SCHEMA_REF = "#/components/schemas/{model}"


class ProblemBody(BaseModel):
    """RFC 9457 problem; ``code`` is stable, ``field`` names what was wrong."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    field: str | None = None


def build_openapi(endpoints: Sequence[Endpoint], version: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document of the endpoints."""
    schemas = _build_schemas(endpoints)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", endpoint.rule)
        paths.setdefault(path, {})[endpoint.method.lower()] = _build_operation(endpoint)
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


def _build_schemas(endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    models: set[type[BaseModel]] = {ProblemBody}
    for endpoint in endpoints:
        if isinstance(endpoint.response_type, type):
            models.add(endpoint.response_type)
        if endpoint.body is not None:
            models.add(endpoint.body)
    ordered = sorted(models, key=lambda model: model.__name__)
    _, schema = models_json_schema(
        [(model, "validation") for model in ordered], ref_template=_SCHEMA_REF
    )
    definitions: dict[str, Any] = schema["$defs"]
    if duplicates := [model.__name__ for model in ordered if model.__name__ not in definitions]:
        raise TypeError(f"two models of the API are named {duplicates[0]}")
    return definitions


def _build_operation(endpoint: Endpoint) -> dict[str, Any]:
    text = getdoc(endpoint.handler) or ""
    summary, _, description = text.partition("\n\n")
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "tags": [endpoint.resource],
        "summary": summary.replace("\n", " "),
        "parameters": [
            *_iter_parameters(endpoint.path, "path"),
            *_iter_parameters(endpoint.query, "query"),
        ],
        "responses": {
            str(endpoint.status): _build_response(endpoint),
            "default": {
                "description": "What was wrong, and in which field",
                "content": {
                    "application/problem+json": {
                        "schema": {"$ref": _SCHEMA_REF.format(model="ProblemBody")}
                    }
                },
            },
        },
    }
    if endpoint.empty_description is not None:
        operation["responses"]["204"] = {"description": endpoint.empty_description}
    if description:
        operation["description"] = description
    if endpoint.requires_account:
        operation["security"] = [{"key": []}, {"session": []}]
    if (body := _build_request_body(endpoint)) is not None:
        operation["requestBody"] = body
    return operation


def _build_request_body(endpoint: Endpoint) -> dict[str, Any] | None:
    if endpoint.body is not None:
        schema: dict[str, Any] = _schema_reference(endpoint.body)
        return {"required": True, "content": {"application/json": {"schema": schema}}}
    if endpoint.form is not None:
        schema = _build_upload_schema(endpoint.form)
        return {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
    if endpoint.fields is not None:
        schema = endpoint.fields.model_json_schema()
        schema = _inline_references(schema, schema.pop("$defs", {}))
        return {"content": {"application/x-www-form-urlencoded": {"schema": schema}}}
    return None


def _build_upload_schema(form: type[BaseModel]) -> dict[str, Any]:
    """The fields of a form and the file ``data`` as one object: both are closed to others."""
    schema = form.model_json_schema()
    fields = _inline_references(schema["properties"], schema.get("$defs", {}))
    file = {"type": "string", "format": "binary", "description": "The file"}
    required = [*schema.get("required", []), "data"]
    closed = {"type": "object", "additionalProperties": False}
    return {**closed, "properties": {**fields, "data": file}, "required": required}


def _build_response(endpoint: Endpoint) -> dict[str, Any]:
    response_type = endpoint.response_type
    files = {media: {"schema": {"type": "string"}} for media in endpoint.alternative_media}
    if isinstance(response_type, str):
        kind: dict[str, Any] = {"type": "string"}
        return {"description": "OK", "content": {response_type: {"schema": kind}, **files}}
    summary = (getdoc(response_type) or "OK").partition("\n\n")[0]
    content = {endpoint.media: {"schema": _schema_reference(response_type)}, **files}
    return {"description": summary, "content": content}


def _schema_reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _SCHEMA_REF.format(model=model.__name__)}


def _iter_parameters(model: type[BaseModel] | None, place: str) -> Iterable[dict[str, Any]]:
    if model is None:
        return
    schema = model.model_json_schema()
    definitions = schema.get("$defs", {})
    for name, field in schema["properties"].items():
        field = _inline_references(field, definitions)
        yield {
            "name": name,
            "in": place,
            "required": name in schema.get("required", []),
            "description": field.pop("description", ""),
            "schema": field,
        }


def _inline_references(value: Any, definitions: dict[str, Any]) -> Any:
    """A schema with its local references replaced: parameters have no place to keep them."""
    if isinstance(value, list):
        return [_inline_references(part, definitions) for part in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        target = definitions[value["$ref"].rsplit("/", 1)[-1]]
        return {
            **_inline_references(target, definitions),
            **{k: v for k, v in value.items() if k != "$ref"},
        }
    return {key: _inline_references(part, definitions) for key, part in value.items()}

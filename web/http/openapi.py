"""The OpenAPI document, made from the declared endpoints: the models that check also describe.

Docstrings and field descriptions are its English words. Their translations stand in the message
catalogues of the other languages under ``api:`` and the English text.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from inspect import getdoc
from typing import Any

from flask import Flask, current_app
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from gazetteer.messages import Lang, message
from web.http.description_texts import iter_descriptions, translate_descriptions
from web.http.endpoints import URLENCODED, Endpoint

SOURCE_LANG: Lang = "en"
"""The language of the docstrings."""

_EXTENSION = "gazetteer_api_description"
_PAGE = "text/html"
_SCHEMA_REF = "#/components/schemas/{model}"


class ProblemBody(BaseModel):
    """An error (RFC 9457): `code` is stable, `field` names the field concerned."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    field: str | None = None


class ApiDescription:
    """The document of the service in every language; each is made when first asked for."""

    def __init__(self, endpoints: Sequence[Endpoint], version: str) -> None:
        self._source = build_openapi(endpoints, version)
        self._translate = cache(self._build_translation)

    def in_language(self, lang: Lang) -> dict[str, Any]:
        """The OpenAPI document with its descriptions in a language."""
        return self._source if lang == SOURCE_LANG else self._translate(lang)

    def iter_texts(self) -> Iterator[str]:
        """Every text to translate, in the words of the source."""
        yield from iter_descriptions(self._source)

    def _build_translation(self, lang: Lang) -> dict[str, Any]:
        translated: dict[str, Any] = translate_descriptions(self._source, lang)
        translated["info"]["title"] = message("product").text(lang)
        return translated


def install_api_description(app: Flask, endpoints: Sequence[Endpoint], version: str) -> None:
    """Let :func:`describe_api` answer for the endpoints of an application."""
    app.extensions[_EXTENSION] = ApiDescription(endpoints, version)


def describe_api(lang: Lang) -> dict[str, Any]:
    """The OpenAPI document of the serving application in a language."""
    description: ApiDescription = current_app.extensions[_EXTENSION]
    return description.in_language(lang)


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
            "title": message("product").text(SOURCE_LANG),
            "version": version,
            "description": "Responses state the `at`, `known_at` and `basis` for which they hold. "
            "Coordinates are longitude, latitude in CGCS2000 (EPSG:4490) unless `crs` specifies "
            "otherwise.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer"},
                "key_as_password": {
                    "type": "http",
                    "scheme": "basic",
                    "description": "The API key as the password; the user name is the login name of"
                    " its account, or empty",
                },
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
            *_iter_conditions(endpoint),
        ],
        "responses": {
            str(endpoint.status): _build_response(endpoint),
            "default": _build_problem_response(endpoint),
        },
    }
    if _is_tagged(endpoint) and endpoint.method == "GET":
        operation["responses"]["304"] = {"description": "Unchanged since the state in the header"}
    if endpoint.has_ranges:
        operation["responses"]["206"] = _build_part_response(endpoint)
    if endpoint.repeat_status is not None:
        operation["responses"][str(endpoint.repeat_status)] = _build_response(endpoint)
    if endpoint.empty_description is not None:
        operation["responses"]["204"] = {"description": endpoint.empty_description}
    if description:
        operation["description"] = description
    if endpoint.page is not None:
        operation["responses"]["303"] = {"description": "To the page, for browsers"}
    if endpoint.requires_account:
        operation["security"] = [{"key": []}, {"key_as_password": []}, {"session": []}]
    if (body := _build_request_body(endpoint)) is not None:
        operation["requestBody"] = body
    return operation


def _build_problem_response(endpoint: Endpoint) -> dict[str, Any]:
    """An error as a problem; as a page where the response itself can be one."""
    schema = {"$ref": _SCHEMA_REF.format(model="ProblemBody")}
    content: dict[str, Any] = {"application/problem+json": {"schema": schema}}
    if _PAGE in endpoint.alternative_media:
        content[_PAGE] = {"schema": {"type": "string"}}
    return {"description": "Error, with the field concerned", "content": content}


_FILE_SCHEMA = {"type": "string", "format": "binary"}


def _build_request_body(endpoint: Endpoint) -> dict[str, Any] | None:
    if endpoint.body is not None:
        schema: dict[str, Any] = _schema_reference(endpoint.body)
        return {
            "required": True,
            "content": {media: {"schema": schema} for media in endpoint.accepted_media},
        }
    if endpoint.form is not None:
        schema = _build_upload_schema(endpoint.form)
        files = {media: {"schema": _FILE_SCHEMA} for media in endpoint.file_media}
        content = {"multipart/form-data": {"schema": schema}, **files}
        return {"required": True, "content": content}
    if endpoint.fields is not None:
        schema = endpoint.fields.model_json_schema()
        schema = _inline_references(schema, schema.pop("$defs", {}))
        media = [URLENCODED, *({"application/json"} & {*endpoint.accepts})]
        return {"content": {kind: {"schema": schema} for kind in media}}
    return None


def _build_upload_schema(form: type[BaseModel]) -> dict[str, Any]:
    """The fields of a form and the file ``data`` as one object: both are closed to others."""
    schema = form.model_json_schema()
    fields = _inline_references(schema["properties"], schema.get("$defs", {}))
    file = {**_FILE_SCHEMA, "description": "File to upload"}
    required = [*schema.get("required", []), "data"]
    closed = {"type": "object", "additionalProperties": False}
    return {**closed, "properties": {**fields, "data": file}, "required": required}


def _build_response(endpoint: Endpoint) -> dict[str, Any]:
    response_type = endpoint.response_type
    files = {media: {"schema": {"type": "string"}} for media in endpoint.alternative_media}
    if isinstance(response_type, str):
        kind: dict[str, Any] = {"type": "object" if _is_json(response_type) else "string"}
        return {"description": "OK", "content": {response_type: {"schema": kind}, **files}}
    summary = (getdoc(response_type) or "OK").partition("\n\n")[0]
    content = {endpoint.media: {"schema": _schema_reference(response_type)}, **files}
    described: dict[str, Any] = {"description": summary, "content": content}
    if _is_tagged(endpoint):
        tag = {"description": "Strong entity tag of the state", "schema": {"type": "string"}}
        described["headers"] = {"ETag": tag}
    return described


def _build_part_response(endpoint: Endpoint) -> dict[str, Any]:
    """A part of a file, which fits no schema of the whole."""
    media = (endpoint.media, *endpoint.alternative_media)
    return {
        "description": "The part of the file that the header `Range` asks for",
        "content": {kind: {"schema": {"type": "string"}} for kind in media},
    }


def _is_tagged(endpoint: Endpoint) -> bool:
    """Whether the response has a tag: by the handler, or as a whole document that is read."""
    return endpoint.conditional or (
        endpoint.method == "GET" and not isinstance(endpoint.response_type, str)
    )


def _is_json(media: str) -> bool:
    return media == "application/json" or media.endswith("+json")


def _schema_reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _SCHEMA_REF.format(model=model.__name__)}


def _iter_parameters(model: type[BaseModel] | None, place: str) -> Iterable[dict[str, Any]]:
    if model is None:
        return
    schema = model.model_json_schema()
    definitions = schema.get("$defs", {})
    for name, referring_field in schema["properties"].items():
        field = _inline_references(referring_field, definitions)
        yield {
            "name": name,
            "in": place,
            "required": name in schema.get("required", []),
            "description": field.pop("description", ""),
            "schema": field,
        }


def _iter_conditions(endpoint: Endpoint) -> Iterator[dict[str, Any]]:
    """The header in which a client names the state that it has."""
    if _is_tagged(endpoint):
        is_read = endpoint.method == "GET"
        yield {
            "name": "If-None-Match" if is_read else "If-Match",
            "in": "header",
            "required": False,
            "description": "Entity tag of the state that you have; if it is current, the response"
            " is 304"
            if is_read
            else "Entity tag of the state that you read; if it is no longer current, nothing is"
            " changed (412 `precondition_failed`)",
            "schema": {"type": "string"},
        }
    if endpoint.has_ranges:
        yield {
            "name": "Range",
            "in": "header",
            "required": False,
            "description": "Part of the file, such as `bytes=0-16383`; default: the whole file",
            "schema": {"type": "string"},
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

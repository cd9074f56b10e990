"""How an endpoint is declared: once, and both the checking and ``/openapi.json`` follow from it.

An endpoint is a function whose signature says everything: path parameters by name (annotated),
``query``, ``body`` (JSON), ``form`` (the fields beside an uploaded file ``data``) or ``fields`` (a
form without a file) as pydantic models, the answer as a pydantic model or a media type. A model is
the only description of a parameter that there is.
"""

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, wraps
from typing import Any, get_args, get_origin

import orjson
from flask import Flask, Response, request
from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from gazetteer.problems import InvalidValue
from web.http.validation_errors import build_invalid_value

HandlerResult = Mapping[str, Any] | Response
Handler = Callable[..., HandlerResult]


class Parameters(BaseModel):
    """Query parameters or a body; whatever is not declared is refused by name."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One declared operation; ``answer`` is a model or a media type such as ``text/csv``."""

    rule: str
    method: str
    handler: Handler
    response_type: type[BaseModel] | str
    path: type[BaseModel] | None
    query: type[BaseModel] | None
    body: type[BaseModel] | None
    form: type[BaseModel] | None
    fields: type[BaseModel] | None
    status: int
    requires_account: bool
    media: str = "application/json"
    empty_description: str | None = None
    alternative_media: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The operation id; also the label of its metrics (few values, never a whole URL)."""
        return self.handler.__name__

    @property
    def resource(self) -> str:
        """The file that answers: the tag under which the description lists the operation."""
        return self.handler.__module__.rsplit(".", 1)[-1]


class Api:
    """The operations of one resource."""

    def __init__(self) -> None:
        self.endpoints: list[Endpoint] = []

    def get(
        self,
        rule: str,
        response_type: type[BaseModel] | str,
        *,
        requires_account: bool = False,
        media: str = "application/json",
        empty_description: str | None = None,
        alternative_media: tuple[str, ...] = (),
    ) -> Callable[[Handler], Handler]:
        """Declare a read; ``account`` says in the description that a login or key is needed.

        ``media`` is the type of an answer that a model describes, such as GeoJSON; ``empty`` says
        when there is nothing to answer (204). ``also`` are media types of files that are answered
        when asked for.
        """
        return self._declare_endpoint(
            "GET",
            rule,
            response_type,
            200,
            requires_account,
            media,
            empty_description,
            alternative_media,
        )

    def write(
        self,
        method: str,
        rule: str,
        response_type: type[BaseModel] | str,
        status: int = 200,
        *,
        requires_account: bool = True,
        media: str = "application/json",
        alternative_media: tuple[str, ...] = (),
    ) -> Callable[[Handler], Handler]:
        """Declare any other method; ``account`` False: open to all, as a look-up by a file is.

        ``also`` are media types of files that are answered when asked for.
        """
        return self._declare_endpoint(
            method,
            rule,
            response_type,
            status,
            requires_account,
            media,
            alternative_media=alternative_media,
        )

    def _declare_endpoint(
        self,
        method: str,
        rule: str,
        response_type: type[BaseModel] | str,
        status: int,
        requires_account: bool,
        media: str = "application/json",
        empty_description: str | None = None,
        alternative_media: tuple[str, ...] = (),
    ) -> Callable[[Handler], Handler]:
        def register_handler(handler: Handler) -> Handler:
            models = _inspect_handler(rule, handler)
            self.endpoints.append(
                Endpoint(
                    rule,
                    method,
                    handler,
                    response_type,
                    *models,
                    status,
                    requires_account,
                    media,
                    empty_description,
                    alternative_media,
                )
            )
            return handler

        return register_handler

    def register_routes(self, app: Flask) -> None:
        """Route the operations in ``app``."""
        for endpoint in self.endpoints:
            app.add_url_rule(
                endpoint.rule, endpoint.name, _build_view(endpoint), methods=[endpoint.method]
            )


_OptionalModel = type[BaseModel] | None


def _inspect_handler(
    rule: str, handler: Handler
) -> tuple[_OptionalModel, _OptionalModel, _OptionalModel, _OptionalModel, _OptionalModel]:
    """The models of path, query, body, form and fields, read from the handler's signature."""
    parameters = inspect.signature(handler).parameters
    names = re.findall(r"<(?:\w+:)?(\w+)>", rule)
    fields: dict[str, Any] = {name: (parameters[name].annotation, ...) for name in names}
    path = create_model(f"{handler.__name__}_path", **fields) if fields else None

    def find_annotation(name: str) -> _OptionalModel:
        return parameters[name].annotation if name in parameters else None

    return (
        path,
        find_annotation("query"),
        find_annotation("body"),
        find_annotation("form"),
        find_annotation("fields"),
    )


def _build_view(endpoint: Endpoint) -> Callable[..., Response]:
    handler, path, query = endpoint.handler, endpoint.path, endpoint.query
    body, form, fields = endpoint.body, endpoint.form, endpoint.fields
    default_query = _build_default(query)

    @wraps(handler)
    def handle_request(**arguments: Any) -> Response:
        if path is not None:
            arguments = {**vars(_validate_model(path, arguments))}
        if query is not None:
            text = request.environ.get("QUERY_STRING")
            if text or default_query is None:
                arguments["query"] = _validate_model(
                    query, _collect_values(query, _parse_query_string(text or ""))
                )
            else:
                arguments["query"] = default_query
        if body is not None:
            arguments["body"] = _validate_model(body, _parse_json_body())
        if form is not None:
            arguments["form"] = _validate_model(
                form, _collect_values(form, request.form.to_dict(flat=False))
            )
        if fields is not None:
            arguments["fields"] = _validate_model(
                fields, _collect_values(fields, request.form.to_dict(flat=False))
            )
        result = handler(**arguments)
        return result if isinstance(result, Response) else json_response(result, endpoint.status)

    return handle_request


def _build_default(model: _OptionalModel) -> BaseModel | None:
    """The values of parameters when none is sent; None if some must be."""
    if model is None or any(field.is_required() for field in model.model_fields.values()):
        return None
    return model.model_validate({})


def json_response(content: Any, status: int = 200, media: str = "application/json") -> Response:
    """A JSON response."""
    return Response(orjson.dumps(content), status, content_type=media)


def _validate_model(model: type[BaseModel], values: Mapping[str, Any]) -> BaseModel:
    for name, value in values.items():
        if _has_null_character(value):
            raise InvalidValue(
                f"{name} 含有空字符。", f"{name} contains a null character", field=name
            )
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise build_invalid_value(error) from None


def _has_null_character(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    return isinstance(value, list) and any(isinstance(t, str) and "\0" in t for t in value)


def _parse_query_string(query: str) -> dict[str, list[str]]:
    """The parameters of a query string with all their values, as the framework reads them.

    Several times as fast for Chinese, which has nine characters for each of its own.
    """
    values: dict[str, list[str]] = {}
    text = query if query.isascii() else query.encode("latin1").decode(errors="replace")
    for pair in text.split("&"):
        if pair:
            name, _, value = pair.partition("=")
            values.setdefault(_unescape_text(name), []).append(_unescape_text(value))
    return values


_PERCENT_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})+")


def _unescape_text(text: str) -> str:
    """What stands in a query string; bytes that are no UTF-8 stay escaped."""
    text = text.replace("+", " ")
    return _PERCENT_ESCAPES.sub(_decode_escapes, text) if "%" in text else text


def _decode_escapes(escaped: re.Match[str]) -> str:
    return bytes.fromhex(escaped[0].replace("%", "")).decode(errors="werkzeug.url_quote")


def _collect_values(model: type[BaseModel], values: Mapping[str, list[str]]) -> dict[str, Any]:
    """What was sent, each once; a field that is a list may come several times."""
    list_fields = _list_fields(model)
    for name, sent in values.items():
        if len(sent) > 1 and name not in list_fields:
            raise InvalidValue(
                f"参数 {name} 出现了 {len(sent)} 次。",
                f"{name} is given {len(sent)} times",
                field=name,
            )
    return {name: sent if name in list_fields else sent[0] for name, sent in values.items()}


@cache
def _list_fields(model: type[BaseModel]) -> frozenset[str]:
    """The fields of a model that are lists, by the names under which they are sent."""
    fields = model.model_fields.items()
    return frozenset(f.alias or name for name, f in fields if _is_list_type(f.annotation))


def _is_list_type(annotation: Any) -> bool:
    """Whether a field takes a list, or a list or nothing."""
    return any(get_origin(part) is list for part in (annotation, *get_args(annotation)))


def _parse_json_body() -> Mapping[str, Any]:
    try:
        content = orjson.loads(request.get_data(cache=False))
    except orjson.JSONDecodeError as error:
        raise InvalidValue(
            f"请求正文不是有效的 JSON:{error}", f"the body is not JSON: {error}", field="body"
        ) from None
    if not isinstance(content, dict):
        raise InvalidValue(
            "请求正文须为 JSON 对象。", "the body must be a JSON object", field="body"
        )
    return content

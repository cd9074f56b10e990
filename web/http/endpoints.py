"""The declaration of an endpoint, from which both validation and ``/openapi.json`` follow.

An endpoint is a function whose signature declares everything: path parameters by name (annotated),
``query``, ``body`` (JSON), ``form`` (the fields beside an uploaded file ``data``) or ``fields`` (a
form without a file) as pydantic models, the response as a pydantic model or a media type. A model
is the only description of a parameter.
"""

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypedDict, Unpack
from urllib.parse import quote

import orjson
from flask import Flask, Response, redirect, request
from pydantic import BaseModel, ConfigDict, create_model

from web.http.body_limits import SMALL_BODY, UPLOADED_FILE, BodyLimit
from web.http.request_values import (
    check_media_type,
    read_form,
    read_json_body,
    read_query,
    validate_model,
)

HandlerResult = Mapping[str, Any] | Response
Handler = Callable[..., HandlerResult]

_FORMS = ("application/json", "text/html")
URLENCODED = "application/x-www-form-urlencoded"


class Parameters(BaseModel):
    """Query parameters or a body; undeclared names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class EndpointOptions(TypedDict, total=False):
    """What a declaration may say beyond path, method and response; see :class:`Endpoint`."""

    requires_account: bool
    media: str
    empty_description: str
    alternative_media: tuple[str, ...]
    accepts: tuple[str, ...]
    file_media: tuple[str, ...]
    body_limit: BodyLimit
    conditional: bool
    repeat_status: int
    page: str
    has_ranges: bool


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One declared operation.

    Attributes:
        rule: the path, as werkzeug writes it.
        response_type: a model, or the media type of a response that no model describes.
        requires_account: whether the description demands a login or key.
        media: the media type of a response that a model describes, such as GeoJSON.
        empty_description: when the response is empty (204).
        alternative_media: the media types of files that are returned on request.
        accepts: the media types of the body; JSON or those of forms, if none is declared. A form
            without a file that accepts JSON takes its fields as the members of an object.
        file_media: the media types of a body that is the file itself instead of a form with it;
            the other fields then stand in the query string.
        body_limit: how large the body may be; one for JSON or uploads, if none is declared.
        conditional: whether it answers with an entity tag and honours ``If-None-Match``, or
            ``If-Match`` if it writes; the handler calls :mod:`web.http.etags`.
        repeat_status: of the same response if what a write creates exists already.
        page: the page that shows the same to people, with path parameters in braces; browsers are
            sent there.
        has_ranges: whether the response is a file that may be read in parts; the handler calls
            :mod:`web.http.file_ranges`.
    """

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
    requires_account: bool = False
    media: str = "application/json"
    empty_description: str | None = None
    alternative_media: tuple[str, ...] = ()
    accepts: tuple[str, ...] = ()
    file_media: tuple[str, ...] = ()
    body_limit: BodyLimit | None = None
    conditional: bool = False
    repeat_status: int | None = None
    page: str | None = None
    has_ranges: bool = False

    @property
    def name(self) -> str:
        """The operation id; also the label of its metrics (few values, never a whole URL)."""
        return self.handler.__name__

    @property
    def resource(self) -> str:
        """The module of the handler: the tag under which the description lists the operation."""
        return self.handler.__module__.rsplit(".", 1)[-1]

    @property
    def accepted_media(self) -> tuple[str, ...]:
        """The media types of bodies that it takes; empty if it takes none."""
        if self.accepts or self.body is not None:
            return self.accepts or ("application/json",)
        if self.form is not None:
            return ("multipart/form-data", URLENCODED, *self.file_media)
        return (URLENCODED, "multipart/form-data") if self.fields is not None else ()

    @property
    def effective_body_limit(self) -> BodyLimit:
        """How large the body may be."""
        return self.body_limit or (SMALL_BODY if self.form is None else UPLOADED_FILE)


class Api:
    """The operations of one resource."""

    def __init__(self) -> None:
        self.endpoints: list[Endpoint] = []

    def get(
        self, rule: str, response_type: type[BaseModel] | str, **options: Unpack[EndpointOptions]
    ) -> Callable[[Handler], Handler]:
        """Declare a read; for the arguments see :class:`Endpoint`."""
        return self._declare_endpoint("GET", rule, response_type, 200, options)

    def write(
        self,
        method: str,
        rule: str,
        response_type: type[BaseModel] | str,
        status: int = 200,
        **options: Unpack[EndpointOptions],
    ) -> Callable[[Handler], Handler]:
        """Declare any other method; for the arguments see :class:`Endpoint`.

        It requires an account, unless ``requires_account`` is False as for geocoding a file.
        """
        options.setdefault("requires_account", True)
        return self._declare_endpoint(method, rule, response_type, status, options)

    def _declare_endpoint(
        self,
        method: str,
        rule: str,
        response_type: type[BaseModel] | str,
        status: int,
        options: EndpointOptions,
    ) -> Callable[[Handler], Handler]:
        def register_handler(handler: Handler) -> Handler:
            models = _inspect_handler(rule, handler)
            self.endpoints.append(
                Endpoint(rule, method, handler, response_type, *models, status, **options)
            )
            return handler

        return register_handler

    def register_routes(self, app: Flask) -> None:
        """Route the operations in ``app``."""
        own_options = {one.rule for one in self.endpoints if one.method == "OPTIONS"}
        for endpoint in self.endpoints:
            app.add_url_rule(
                endpoint.rule,
                endpoint.name,
                _build_view(endpoint),
                methods=[endpoint.method],
                # None lets Flask answer OPTIONS; True would only say that it may.
                provide_automatic_options=False if endpoint.rule in own_options else None,
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
    default_query, accepted_media = _build_default(query), endpoint.accepted_media

    @wraps(handler)
    def handle_request(**arguments: Any) -> Response:
        if endpoint.page is not None and _prefers_page():
            return _redirect_to_page(endpoint.page, arguments)
        if path is not None:
            arguments = {**vars(validate_model(path, arguments))}
        if query is not None:
            text = request.environ.get("QUERY_STRING")
            if text or default_query is None:
                arguments["query"] = read_query(query, text or "")
            else:
                arguments["query"] = default_query
        if accepted_media:
            check_media_type(accepted_media)
        if body is not None:
            arguments["body"] = read_json_body(body)
        if form is not None:
            is_file = request.mimetype in endpoint.file_media
            query_string = request.environ.get("QUERY_STRING") or ""
            arguments["form"] = read_query(form, query_string) if is_file else read_form(form)
        if fields is not None:
            is_json = request.mimetype == "application/json"
            arguments["fields"] = read_json_body(fields) if is_json else read_form(fields)
        result = handler(**arguments)
        return result if isinstance(result, Response) else json_response(result, endpoint.status)

    return handle_request


def _prefers_page() -> bool:
    """Whether a browser asks to show the response, and not a program or script to read it."""
    accepted = request.environ.get("HTTP_ACCEPT")
    return (
        accepted is not None
        and "text/html" in accepted
        and request.accept_mimetypes.best_match(_FORMS) == "text/html"
        and request.args.get("f") != "json"
    )


def _redirect_to_page(page: str, arguments: Mapping[str, Any]) -> Response:
    query = request.query_string.decode(errors="replace")
    path = page.format_map({name: quote(str(value)) for name, value in arguments.items()})
    response = redirect(f"{path}?{query}" if query else path, 303, Response)
    response.vary.add("Accept")
    return response  # type: ignore[return-value]


def _build_default(model: _OptionalModel) -> BaseModel | None:
    """The values of parameters when none is sent; None if some are required."""
    if model is None or any(field.is_required() for field in model.model_fields.values()):
        return None
    return model.model_validate({})


def json_response(content: Any, status: int = 200, media: str = "application/json") -> Response:
    """A JSON response."""
    return Response(orjson.dumps(content), status, content_type=media)

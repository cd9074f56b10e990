"""Documents as JSON for programs or as pages for people."""

from collections.abc import Callable
from typing import Any

from flask import Response, request

from web.http.endpoints import json_response
from web.ogc.links import HTML, JSON

Document = dict[str, Any]


def wants_page(format_: str | None) -> bool:
    """Whether a page is asked for: by ``f``, else because the client prefers HTML."""
    if format_ is not None:
        return format_ == "html"
    best = request.accept_mimetypes.best_match([JSON, HTML], default=JSON)
    accepted = request.accept_mimetypes
    return best == HTML and accepted[HTML] > accepted[JSON]


def respond_with_document(
    document: Document,
    format_: str | None,
    render: Callable[[Document], Response],
    media: str = JSON,
) -> Response:
    """A document in the form that is asked for."""
    response = render(document) if wants_page(format_) else json_response(document, media=media)
    response.vary.add("Accept")
    return response

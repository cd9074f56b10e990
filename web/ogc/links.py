"""Links of documents and features, each with its relation, media type and title."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from flask import request

from gazetteer.messages import message
from web.http.language import request_language

JSON = "application/json"
GEOJSON = "application/geo+json"
HTML = "text/html"
SCHEMA = "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
OGC_REL = "http://www.opengis.net/def/rel/ogc/1.0/"

TILED_COLLECTIONS = ("divisions", "places")
"""The collections that vector tiles are made of."""
Link = dict[str, str]


def build_link(rel: str, href: str, media: str, title: str | None = None) -> Link:
    """A link; ``title`` is the id of a message."""
    link = {"rel": rel, "href": href, "type": media}
    if title is not None:
        link["title"] = message(title).text(request_language())
    return link


def build_own_links(media: str) -> list[Link]:
    """The links of the requested document: to itself and to the same as a page for people."""
    return [
        build_link("self", rebuild_url({}), media),
        build_link("alternate", rebuild_url({"f": "html"}), HTML, "feature.link.html"),
    ]


def rebuild_url(changed: Mapping[str, str | None], without: Iterable[str] = ()) -> str:
    """The address of this request with other parameters; None leaves one out."""
    dropped = {*without, *changed}
    values: list[tuple[str, Any]] = [
        pair for pair in request.args.items(multi=True) if pair[0] not in dropped
    ]
    values += [(name, value) for name, value in changed.items() if value is not None]
    query = urlencode(values)
    base = request.base_url
    return f"{base}?{query}" if query else base

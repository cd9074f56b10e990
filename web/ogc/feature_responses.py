"""Features as responses: streamed page by page, with links that stay true while others publish."""

from collections.abc import Generator
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from itertools import chain
from typing import Any
from urllib.parse import urlencode

import orjson
from flask import Response

from boundaries.features.feature_crs import SUPPORTED, FeatureCrs, find_crs
from boundaries.features.feature_query import (
    Conn,
    FeatureQuery,
    FeatureRow,
    count_features,
    load_feature,
    stream_features,
)
from boundaries.features.known_tables import NOT_DRAFTED
from gazetteer.ledger.as_of import resolve_known_at
from gazetteer.messages import message
from gazetteer.problems import NotFound
from web.http.connections import connection, snapshot_connection
from web.http.etags import has_current, tag_response
from web.ogc.feature_views import FeatureView
from web.ogc.items_query import FeatureParams, ItemsQuery, build_query, read_period
from web.ogc.links import GEOJSON, JSON, build_link, build_own_links, rebuild_url

_CHUNK_BYTES = 1 << 16
_SMALL_BYTES = 1 << 20
_MOST_ON_PAGE = 100
"""Features on a page for people, which is made in memory."""
NO_STORE = "no-store"
"""QGIS answers the first features and their number from its disk otherwise, without asking."""


def respond_with_features(view: FeatureView, name: str, params: ItemsQuery) -> Response:
    """A page of features, read from the database while it is sent."""
    query = build_query(view, view.get_collection(name), params)
    chunks = _iter_page(query)
    beginning, is_all = _read_beginning(chunks)
    content = beginning if is_all else chain((beginning,), chunks)
    response = Response(content, content_type=GEOJSON)
    response.call_on_close(chunks.close)
    response.headers["Content-Crs"] = f"<{query.crs.uri}>"
    response.headers["Cache-Control"] = NO_STORE
    return response


def _read_beginning(chunks: Generator[bytes, None, None]) -> tuple[bytes, bool]:
    """The first part of a content, and whether it is all: what is small is sent faster as a whole.

    Something is read in any case: an unreachable database is a problem, not a broken stream.
    """
    parts: list[bytes] = []
    size = 0
    for chunk in chunks:
        parts.append(chunk)
        size += len(chunk)
        if size >= _SMALL_BYTES:
            return b"".join(parts), False
    return b"".join(parts), True


def _iter_page(query: FeatureQuery) -> Generator[bytes, None, None]:
    """A feature collection in parts.

    Whatever depends on the request is asked for before the first, while there is one.
    """
    links = build_own_links(GEOJSON)
    build_next = _LinkBuilder(query)
    with _open_state(query) as conn:
        _check_moment(conn, query)
        page = _Page(conn, query)
        # Closed before the connection, which would wait for ever for a cursor that is being read.
        with closing(page.iter_chunks()) as chunks:
            first_chunk = next(chunks)
            head = orjson.dumps({"type": "FeatureCollection", "timeStamp": _format_now()})
            yield head[:-1] + b',"features":[' + first_chunk
            yield from chunks
        tail: dict[str, Any] = {"numberReturned": page.count, "links": links}
        if query.after is None:  # the next pages would have to be counted from the beginning
            end = page.end
            tail["numberMatched"] = page.count if end is None else _count_as_of(conn, query, end)
    if page.end is not None:
        links.append(build_next.build_link(page.end))
    yield b"]," + orjson.dumps(tail)[1:]


class _Page:
    """The features of a page while they are read.

    Afterwards ``count`` is how many there are, and ``end`` the last of them if more follow.
    """

    def __init__(self, conn: Conn, query: FeatureQuery) -> None:
        self._conn, self._query = conn, query
        self.count = 0
        self.end: FeatureRow | None = None

    def iter_chunks(self) -> Generator[bytes, None, None]:
        """The features in large parts, separated by commas."""
        limit = self._query.limit or 0
        wanted = replace(self._query, limit=limit + 1)
        parts: list[bytes] = []
        size = 0
        last: FeatureRow | None = None
        with closing(stream_features(self._conn, wanted)) as features:
            for feature in features:
                if self.count == limit:
                    self.end = last
                    break
                parts += (b"," if self.count else b"", feature.content)
                size += len(feature.content)
                self.count, last = self.count + 1, feature
                if size >= _CHUNK_BYTES:
                    yield b"".join(parts)
                    parts, size = [], 0
        yield b"".join(parts)


def _open_state(query: FeatureQuery) -> AbstractContextManager[Conn]:
    """A connection whose statements see one state, once the moment of the query is fixed.

    What was published by a moment of knowledge stays as it is, and needs no transaction; what lies
    beneath a draft does.
    """
    return connection() if query.drafted is NOT_DRAFTED else snapshot_connection()


def _check_moment(conn: Conn, query: FeatureQuery) -> None:
    """Refuse a moment of knowledge that cannot be; one that was not named is that of the rows."""
    if query.drafted is NOT_DRAFTED and query.period.as_of.known_at is not None:
        resolve_known_at(conn, query.period.as_of)


def _count_as_of(conn: Conn, query: FeatureQuery, row: FeatureRow) -> int:
    """How many there are on all pages, as of the moment of knowledge of a row that was read."""
    as_of = replace(query.period.as_of, known_at=row.known_at)
    return count_features(conn, replace(query, period=replace(query.period, as_of=as_of)))


class _LinkBuilder:
    """The link to the next page: made when the request is over, from what it was."""

    def __init__(self, query: FeatureQuery) -> None:
        self._url = rebuild_url({}, ("cursor", "known_at", "f"))
        self._is_draft = query.drafted is not NOT_DRAFTED

    def build_link(self, end: FeatureRow) -> dict[str, str]:
        """The link behind the last feature of a page, to the same state of a register."""
        values = {"cursor": end.key}
        if not self._is_draft:
            values["known_at"] = end.known_at.isoformat()
        joint = "&" if "?" in self._url else "?"
        return {"rel": "next", "href": f"{self._url}{joint}{urlencode(values)}", "type": GEOJSON}


def respond_with_feature(
    view: FeatureView, name: str, feature: str, params: FeatureParams
) -> Response:
    """One feature, with a strong entity tag of its state and coordinate system."""
    with snapshot_connection() as conn:
        text, crs = find_feature(conn, view, name, feature, params)
    etag = tag_feature(text, crs)
    url = f"{view.root_url}/collections/{name}"
    links = [*build_own_links(GEOJSON), build_link("collection", url, JSON)]
    body = f'{text[:-1]},"links":{orjson.dumps(links).decode()}}}'
    response = Response(status=304) if has_current(etag) else Response(body, content_type=GEOJSON)
    response.headers["Content-Crs"] = f"<{crs.uri}>"
    response.headers["Cache-Control"] = NO_STORE
    return tag_response(response, etag)


def find_feature(
    conn: Conn, view: FeatureView, name: str, feature: str, params: FeatureParams
) -> tuple[str, FeatureCrs]:
    """The GeoJSON of a feature by its id or code, and its coordinate system.

    Raises:
        NotFound: there is none at that moment.
    """
    collection = view.get_collection(name)
    crs = find_crs(params.crs, "crs")
    period, conditions, values = read_period(view, params)
    by_code = collection.code_property is not None and feature.isdigit()
    column = f"f.{collection.code_property}" if by_code else "f.id::text"
    query = FeatureQuery(
        collection,
        period,
        crs,
        None,
        (*conditions, f"{column} = %(feature)s"),
        {**values, "feature": feature},
        drafted=view.drafted,
    )
    text = load_feature(conn, query)
    if text is None:
        raise NotFound(message("feature.not_found", id=feature), field="feature")
    return text, crs


def tag_feature(text: str, crs: FeatureCrs) -> str:
    """The strong entity tag of a feature in a coordinate system.

    Args:
        text: the feature as :func:`find_feature` returns it.
        crs: the system of its coordinates.
    """
    number = SUPPORTED.index(crs)
    return f"{sha256(text.encode()).hexdigest()[:32]}-{number}"


def _format_now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class FeaturePage:
    """A page of features as a page for people shows it.

    Attributes:
        features: parsed GeoJSON.
        matched: how many there are on all pages; None: this is not the first page.
        next_link: the link to the next page; None: this is the last one.
    """

    features: tuple[dict[str, Any], ...]
    matched: int | None
    next_link: dict[str, str] | None


def load_feature_page(view: FeatureView, name: str, params: ItemsQuery) -> FeaturePage:
    """The features, their number and the link that the GeoJSON of the same request has."""
    query = build_query(view, view.get_collection(name), params)
    limit = min(query.limit or _MOST_ON_PAGE, _MOST_ON_PAGE)
    build_next = _LinkBuilder(query)
    with _open_state(query) as conn:
        _check_moment(conn, query)
        rows = list(stream_features(conn, replace(query, limit=limit + 1)))
        shown, is_last = rows[:limit], len(rows) <= limit
        matched = None
        if query.after is None:
            matched = len(rows) if is_last else _count_as_of(conn, query, shown[-1])
    next_link = None if is_last else build_next.build_link(shown[-1])
    return FeaturePage(tuple(orjson.loads(row.content) for row in shown), matched, next_link)

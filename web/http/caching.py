"""How long responses may be kept: tags for all reads, long lives for what never changes."""

from flask import Flask, Response, request

from web.http.cors import OPEN_PATHS
from web.http.etags import has_current

_WEEK_SECONDS = 7 * 86400
_YEAR_SECONDS = 365 * 86400
_HASHED_FOLDER = "dist/assets/"
"""Files whose names change with their content."""
_MOMENT = ("at", "known_at")
_VARIES = "Accept, Accept-Language, Authorization, Cookie"


def install_caching(app: Flask) -> None:
    """Tag the public reads of ``app`` by their content, and let caches keep what is settled."""
    app.after_request(_tag_public_read)
    app.get_send_file_max_age = _get_file_age  # type: ignore[method-assign]


def _get_file_age(filename: str | None) -> int | None:
    return _YEAR_SECONDS if filename and filename.startswith(_HASHED_FOLDER) else None


def _tag_public_read(response: Response) -> Response:
    """A strong tag of the content, 304 for who has it, and how long it may be kept.

    What an answer is made of (the ledger, the day, the language, the account) is all in its
    content; so the tag is derived from that, and no state can be forgotten in it.
    """
    if (
        request.method not in ("GET", "HEAD")
        or response.status_code != 200
        or response.is_streamed
        or "ETag" in response.headers
        or response.cache_control.no_store
        or not request.path.startswith(tuple(OPEN_PATHS))
    ):
        return response
    response.add_etag()
    etag, _ = response.get_etag()
    response.headers.setdefault("Cache-Control", _choose_lifetime())
    varies = response.headers.get("Vary")
    response.headers["Vary"] = f"{varies}, {_VARIES}" if varies else _VARIES
    if etag is not None and has_current(etag):
        response.set_data(b"")
        response.status_code = 304
        del response.headers["Content-Length"]
    return response


def _choose_lifetime() -> str:
    """A week for a state of one moment and one day, which is the same for ever; else ask again.

    Not for ever: a later version of the program may answer with more.
    """
    environ = request.environ
    if "HTTP_AUTHORIZATION" in environ or "HTTP_COOKIE" in environ:
        return "private, no-cache"
    if "known_at=" in environ.get("QUERY_STRING", "") and all(map(request.args.get, _MOMENT)):
        return f"public, max-age={_WEEK_SECONDS}"
    return "no-cache"

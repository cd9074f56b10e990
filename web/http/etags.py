"""Conditional requests (RFC 9110, 13): strong entity tags of states, and what clients say of them.

Two requests with the same tag get the same bytes. What a tag is made of must therefore determine
the response: the state (a sequence number or a revision), the parameters that select from it, and
the language where a response has words.
"""

import re
from collections.abc import Callable, Sequence
from hashlib import sha256

from flask import Response, request
from werkzeug.datastructures import ETags
from werkzeug.http import parse_etags

from gazetteer.messages import message
from web.http.request_problems import PreconditionFailed

_TAG_DIGITS = 32
_ENCODING_SUFFIX = re.compile(r":(?:zstd|br|gzip)(?=\"|$)")
"""What Flask-Compress adds to the tag of a state that it compresses."""


def derive_etag(*parts: object) -> str:
    """The strong tag of whatever the parts determine, without quotes.

    Args:
        parts: values whose ``repr`` says all about them: texts, numbers, dates, data classes.
    """
    return sha256(repr(parts).encode()).hexdigest()[:_TAG_DIGITS]


def check_if_match(etag: str | None) -> None:
    """Refuse a write whose ``If-Match`` does not name the current state; without one it may pass.

    To be called where nobody else can write before this request does: in its transaction, behind
    its lock.

    Args:
        etag: the tag of the current state; None if there is none, which not even ``*`` matches.

    Raises:
        PreconditionFailed: names the current tag.
    """
    check_if_match_any([] if etag is None else [etag])


def check_if_match_any(etags: Sequence[str]) -> None:
    """As :func:`check_if_match`, for a state that has a tag in each form in which it is read.

    Args:
        etags: the tags of the current state; none if there is none.

    Raises:
        PreconditionFailed: names the first of the current tags.
    """
    if "HTTP_IF_MATCH" not in request.environ:
        return
    wanted = _parse_tags("HTTP_IF_MATCH")
    if not etags or not (wanted.star_tag or any(wanted.is_strong(etag) for etag in etags)):
        quoted = f'"{etags[0]}"' if etags else None
        raise PreconditionFailed(message("request.precondition_failed"), etag=quoted)


def has_current(etag: str) -> bool:
    """Whether the client says in ``If-None-Match`` that it has this state already."""
    name = "HTTP_IF_NONE_MATCH"
    return name in request.environ and _parse_tags(name).contains_weak(etag)


def _parse_tags(name: str) -> ETags:
    """The tags of a header without the encodings in which their states were sent."""
    return parse_etags(_ENCODING_SUFFIX.sub("", request.environ[name]))


def tag_response(response: Response, etag: str) -> Response:
    """The response with its tag; caches ask again each time, unless it says otherwise."""
    response.set_etag(etag)
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-cache"
    return response


def respond_unless_current(etag: str, build_response: Callable[[], Response]) -> Response:
    """304 to a client that has this state; else the response, with its tag."""
    return tag_response(Response(status=304) if has_current(etag) else build_response(), etag)

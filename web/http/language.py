"""Chinese or English: what the reader asked for."""

from functools import lru_cache
from typing import Literal

from flask import has_request_context, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

Lang = Literal["zh", "en"]
LANGUAGE_COOKIE = "lang"


def request_language() -> Lang:
    """``?lang=`` for this page, else the cookie of an earlier choice, else ``Accept-Language``."""
    if not has_request_context():
        return "zh"
    environ = request.environ  # most requests say none of the three: nothing is parsed for them
    if "lang=" in environ.get("QUERY_STRING", "") or LANGUAGE_COOKIE in environ.get(
        "HTTP_COOKIE", ""
    ):
        for choice in (request.args.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
            if choice in ("zh", "en"):
                return "zh" if choice == "zh" else "en"
    accepted = environ.get("HTTP_ACCEPT_LANGUAGE")
    return _match_language(accepted) if accepted else "zh"


@lru_cache(256)
def _match_language(accepted: str) -> Lang:
    best = parse_accept_header(accepted, LanguageAccept).best_match(
        ["zh", "zh-CN", "zh-Hans", "en"], default="zh"
    )
    return "en" if best == "en" else "zh"

"""The language of the reader, among those that the message catalogues have."""

from functools import lru_cache

from flask import has_request_context, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from gazetteer.messages import DEFAULT_LANG, LANGS, Lang

LANGUAGE_COOKIE = "lang"


def request_language(default: Lang = DEFAULT_LANG) -> Lang:
    """``?lang=`` for this page, else the cookie of an earlier choice, else ``Accept-Language``."""
    if not has_request_context():
        return default
    environ = request.environ  # most requests have none of the three: nothing is parsed for them
    has_cookie = LANGUAGE_COOKIE in environ.get("HTTP_COOKIE", "")
    if has_cookie or "lang=" in environ.get("QUERY_STRING", ""):
        for choice in (request.args.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
            if choice in LANGS:
                return choice
    accepted = environ.get("HTTP_ACCEPT_LANGUAGE")
    return _match_language(accepted, default) if accepted else default


@lru_cache(256)
def _match_language(accepted: str, default: Lang) -> Lang:
    """The first one that is wanted most: QGIS on a Chinese desktop sends ``zh-CN,en,*``."""
    accept = parse_accept_header(accepted, LanguageAccept)
    ranked = sorted(accept, key=lambda item: (-item[1], accepted.find(item[0])))
    primary_tags = [tag.lower().partition("-")[0] for tag, quality in ranked if quality > 0]
    return next((tag for tag in primary_tags if tag in LANGS), default)

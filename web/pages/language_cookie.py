"""The cookie that remembers a language chosen on a page."""

from flask import Response, request

from gazetteer.messages import LANGS
from web.http.language import LANGUAGE_COOKIE

COOKIE_SECONDS = 365 * 24 * 3600


def remember_lang(response: Response) -> Response:
    """Remember a language chosen by ``?lang=`` for a year."""
    chosen = request.args.get("lang")
    if chosen in LANGS:
        response.set_cookie(
            LANGUAGE_COOKIE,
            chosen,
            max_age=COOKIE_SECONDS,
            samesite="Lax",
            httponly=True,
            secure=request.is_secure,
        )
    return response

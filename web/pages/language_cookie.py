"""A language that was chosen on a page is remembered in a cookie."""

from flask import Response, request

from web.http.language import LANGUAGE_COOKIE

COOKIE_SECONDS = 365 * 24 * 3600


def remember_lang(response: Response) -> Response:
    """Keep a language that was asked for by ``?lang=`` for a year."""
    chosen = request.args.get("lang")
    if chosen in ("zh", "en"):
        response.set_cookie(
            LANGUAGE_COOKIE,
            chosen,
            max_age=COOKIE_SECONDS,
            samesite="Lax",
            httponly=True,
            secure=request.is_secure,
        )
    return response

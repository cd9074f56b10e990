"""A language that was chosen on a page is remembered in a cookie."""

from flask import Response, request

from web.language import COOKIE

YEAR_S = 365 * 24 * 3600


def remember_lang(response: Response) -> Response:
    """Keep a language that was asked for by ``?lang=`` for a year."""
    asked = request.args.get("lang")
    if asked in ("zh", "en"):
        response.set_cookie(
            COOKIE, asked, max_age=YEAR_S, samesite="Lax", httponly=True, secure=request.is_secure
        )
    return response

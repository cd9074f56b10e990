"""Which language a page is in: asked for, remembered in a cookie, or preferred by the browser."""

from typing import cast

from flask import Response, g, request

from web.pages.messages import LANGS, Lang

COOKIE = "lang"
YEAR_S = 365 * 24 * 3600


def page_lang() -> Lang:
    """The language of the answer to the current request, Chinese where nothing says otherwise."""
    if "page_lang" not in g:
        asked = request.args.get("lang") or request.cookies.get(COOKIE)
        preferred = request.accept_languages.best_match(LANGS, default="zh")
        g.page_lang = cast(Lang, asked if asked in LANGS else preferred)
    return cast(Lang, g.page_lang)


def remember_lang(response: Response) -> Response:
    """Keep a language that was asked for by ``?lang=`` for a year."""
    asked = request.args.get("lang")
    if asked in LANGS:
        response.set_cookie(
            COOKIE, asked, max_age=YEAR_S, samesite="Lax", httponly=True, secure=request.is_secure
        )
    return response

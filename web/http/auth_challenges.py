"""What a response 401 asks for (``WWW-Authenticate``).

A browser answers the challenge ``Basic`` with a dialog of its own and sends what was entered with
every later request. People log in on a page; so pages and their scripts are not challenged, while
programs such as Excel and ArcGIS send a name and password only after the challenge.
"""

from urllib.parse import urlsplit

from flask import Response, request

from web.http.api_paths import is_api_path

BEARER = "Bearer"
BASIC = 'Basic realm="gazetteer", charset="UTF-8"'


def add_auth_challenges(response: Response) -> Response:
    """Name the ways to authenticate; one header for each, since not every client splits a list."""
    response.headers["WWW-Authenticate"] = BEARER
    if is_api_path(request.path) and not is_from_browser():
        response.headers.add("WWW-Authenticate", BASIC)
    return response


def is_from_browser() -> bool:
    """Whether a page of a browser made this request.

    ``Sec-Fetch-Mode`` is sent over https and to the own machine only; otherwise navigations are
    known by what they accept, and requests of scripts by the page that they come from.
    """
    headers = request.headers
    return (
        "Sec-Fetch-Mode" in headers
        or "text/html" in headers.get("Accept", "")
        or urlsplit(headers.get("Referer", "")).netloc == request.host
    )

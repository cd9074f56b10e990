"""What browsers and search engines ask every site for: its icon, and where robots may go."""

from flask import Blueprint, Response, redirect

site_blueprint = Blueprint("site", __name__)

_ICON = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 28">
<path d="M4 7.5 11 4l7 3.5L24 4v16.5L17 24l-7-3.5L4 24z" fill="#0a6652"/>
<path d="M11 4v16.5M17.5 7.5V24" stroke="#fff" stroke-width="1.6" stroke-dasharray="3 2.2"/>
</svg>
"""
_WORKPLACES = ("/account", "/audit", "/drafts", "/jobs", "/login", "/users", "/waiting")
_ENDLESS = ("/differences", "/ogc/", "/reconcile", "/search", "/tiles/", "/v1/")
"""Where parameters make more addresses than anybody can fetch."""
_DAY_SECONDS = 86400


@site_blueprint.get("/favicon.svg")
def get_icon() -> Response:
    """The mark of the register."""
    return _make_cacheable(Response(_ICON, mimetype="image/svg+xml"))


@site_blueprint.get("/favicon.ico")
def get_old_icon() -> Response:
    """Where programs look that do not read the page."""
    return redirect("/favicon.svg", 301, Response)  # type: ignore[return-value]


@site_blueprint.get("/robots.txt")
def get_robots_file() -> Response:
    """Robots may read the pages of units and places."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in (*_WORKPLACES, *_ENDLESS))]
    return _make_cacheable(Response("\n".join(lines) + "\n", mimetype="text/plain"))


def _make_cacheable(response: Response) -> Response:
    response.headers["Cache-Control"] = f"public, max-age={_DAY_SECONDS}"
    return response

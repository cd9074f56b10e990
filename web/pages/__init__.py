"""The pages for people: server-rendered text that a script makes into a map product."""

from flask import Flask

from web.pages import errors
from web.pages.views import pages


def install(app: Flask) -> None:
    """Serve the pages from ``app``; call it after the problems of the API are installed."""
    blueprints = (pages,)
    errors.install(app, blueprints)
    for blueprint in blueprints:
        app.register_blueprint(blueprint)

"""The pages for people: server-rendered text that a script makes into a map product."""

from flask import Flask

from web.pages import errors
from web.pages.account import account
from web.pages.people import people
from web.pages.views import pages


def install(app: Flask) -> None:
    """Serve the pages from ``app``; call it after the problems of the API are installed."""
    blueprints = (pages, account, people)
    errors.install(app, blueprints)
    for blueprint in blueprints:
        app.register_blueprint(blueprint)

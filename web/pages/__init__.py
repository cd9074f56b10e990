"""The pages for people: server-rendered text that a script makes into a map product."""

from flask import Flask

from web.pages import errors
from web.pages.account import account
from web.pages.findings import findings
from web.pages.people import people
from web.pages.reconcile import reconciling
from web.pages.reference import reference
from web.pages.tools import tools
from web.pages.validation import validation
from web.pages.views import pages

BLUEPRINTS = (pages, account, people, reference, reconciling, tools, validation, findings)
for blueprint in BLUEPRINTS:
    errors.answer_with_pages(blueprint)


def install(app: Flask) -> None:
    """Serve the pages from ``app``; call it after the problems of the API are installed."""
    errors.install(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)

"""The pages for people: server-rendered text that a script makes into a map product."""

from flask import Flask

from web.pages import errors
from web.pages.account import account_blueprint
from web.pages.findings import finding_blueprint
from web.pages.people import user_blueprint
from web.pages.reconcile import reconcile_blueprint
from web.pages.reference import reference_blueprint
from web.pages.tools import tool_blueprint
from web.pages.validation import validation_blueprint
from web.pages.views import public_blueprint

BLUEPRINTS = (
    public_blueprint,
    account_blueprint,
    user_blueprint,
    reference_blueprint,
    reconcile_blueprint,
    tool_blueprint,
    validation_blueprint,
    finding_blueprint,
)
for blueprint in BLUEPRINTS:
    errors.register_problem_pages(blueprint)


def install_pages(app: Flask) -> None:
    """Serve the pages from ``app``; call it after the problems of the API are installed."""
    errors.install_error_pages(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)

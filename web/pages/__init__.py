"""The pages for people: rendered on the server; a script adds the map and live results."""

from flask import Flask

from web.pages import problem_pages
from web.pages.account_pages import account_blueprint
from web.pages.difference_pages import difference_blueprint
from web.pages.draft_pages import UPLOAD_LIMITS, draft_blueprint
from web.pages.finding_pages import finding_blueprint
from web.pages.naming_pages import naming_blueprint
from web.pages.public_pages import public_blueprint
from web.pages.reconcile_pages import reconcile_blueprint
from web.pages.reference_pages import reference_blueprint
from web.pages.site_files import site_blueprint
from web.pages.tool_pages import tool_blueprint
from web.pages.user_pages import user_blueprint
from web.pages.validation_pages import validation_blueprint

BLUEPRINTS = (
    public_blueprint,
    account_blueprint,
    user_blueprint,
    reference_blueprint,
    reconcile_blueprint,
    tool_blueprint,
    naming_blueprint,
    validation_blueprint,
    finding_blueprint,
    draft_blueprint,
    difference_blueprint,
    site_blueprint,
)
for blueprint in BLUEPRINTS:
    problem_pages.register_problem_pages(blueprint)


BODY_LIMITS = UPLOAD_LIMITS
"""The limits of the pages that take files, by endpoint."""


def install_pages(app: Flask) -> None:
    """Serve the pages from ``app``; call it after the problems of the API are installed."""
    problem_pages.install_error_pages(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)

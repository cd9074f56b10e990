"""The administrator's page: accounts and their roles. Forms over ``/v1/accounts``."""

from uuid import UUID

from flask import Blueprint, Response, request

from gazetteer.people.roles import Role
from gazetteer.problems import Problem
from web import access
from web.api import accounts as api
from web.api.session import WantedGrant
from web.pages.forms import Body, attempt, body_of, posted, see
from web.pages.rendering import render

people = Blueprint("people", __name__, url_prefix="/admin/users", template_folder="templates")


@people.get("")
def everybody() -> Response:
    """All accounts with their roles."""
    return _page()


@people.post("")
def create() -> Response:
    """Make an account; only this answer shows the password for its first login."""
    made, problem = attempt(lambda: api.create_account(posted(api.NewAccount)))
    return _page(made, problem)


@people.post("/<login>/password")
def reset_password(login: str) -> Response:
    """Give somebody a new first password."""
    made, problem = attempt(lambda: api.reset_password(login, api.Nothing()))
    return _page(made, problem)


@people.post("/<login>/active")
def set_active(login: str) -> Response:
    """Switch an account on or off."""
    wanted = api.AccountChanges.model_validate({"active": request.form.get("active") == "yes"})
    return _done(*attempt(lambda: api.change_account(login, wanted)))


@people.post("/<login>/grants")
def grant(login: str) -> Response:
    """Give a role over a unit and all below it, or over the whole register."""
    return _done(*attempt(lambda: api.grant_role(login, posted(WantedGrant))))


@people.post("/<login>/grants/<uuid:grant_id>/revoke")
def revoke(login: str, grant_id: UUID) -> Response:
    """Take a role away."""
    return _done(*attempt(lambda: api.revoke_role(login, grant_id)))


def _done(_: Body | None, problem: Problem | None) -> Response:
    return _page(problem=problem) if problem else see("/admin/users")


def _page(made: Body | None = None, problem: Problem | None = None) -> Response:
    return render(
        "users.html",
        problem=problem,
        accounts=body_of(api.list_accounts())["accounts"],
        roles=[role.value for role in Role],
        made=made,
        csrf=access.csrf_token(),
    )

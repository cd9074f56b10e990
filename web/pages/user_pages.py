"""The administrator's page: accounts and their roles. Forms over ``/v1/accounts``."""

from uuid import UUID

from flask import Blueprint, Response, request

from gazetteer.accounts.roles import Role
from gazetteer.problems import Problem
from web.api import accounts as api
from web.api.session import GrantRequest
from web.auth import authentication
from web.pages.forms import (
    Body,
    attempt_write,
    parse_posted_form,
    redirect_after_post,
    require_body,
)
from web.pages.rendering import render_page

user_blueprint = Blueprint(
    "people", __name__, url_prefix="/admin/users", template_folder="templates"
)


@user_blueprint.get("")
def show_users() -> Response:
    """All accounts with their roles."""
    return _render_users()


@user_blueprint.post("")
def create_user() -> Response:
    """Create an account; only this response shows the password for its first login."""
    created, problem = attempt_write(lambda: api.create_account(parse_posted_form(api.NewAccount)))
    return _render_users(created, problem)


@user_blueprint.post("/<login>/password")
def reset_password(login: str) -> Response:
    """Set a new initial password."""
    created, problem = attempt_write(lambda: api.reset_password(login, api.EmptyBody()))
    return _render_users(created, problem)


@user_blueprint.post("/<login>/active")
def set_active(login: str) -> Response:
    """Enable or disable an account."""
    changes = api.AccountChanges.model_validate({"active": request.form.get("active") == "yes"})
    return _finish_write(*attempt_write(lambda: api.change_account(login, changes)))


@user_blueprint.post("/<login>/grants")
def grant_role(login: str) -> Response:
    """Grant a role over a unit and all below it, or over the entire register."""
    return _finish_write(
        *attempt_write(lambda: api.grant_role(login, parse_posted_form(GrantRequest)))
    )


@user_blueprint.post("/<login>/grants/<uuid:grant_id>/revoke")
def revoke_role(login: str, grant_id: UUID) -> Response:
    """Revoke a role."""
    return _finish_write(*attempt_write(lambda: api.revoke_role(login, grant_id)))


def _finish_write(_: Body | None, problem: Problem | None) -> Response:
    return _render_users(problem=problem) if problem else redirect_after_post("/admin/users")


def _render_users(created: Body | None = None, problem: Problem | None = None) -> Response:
    return render_page(
        "users.html",
        problem=problem,
        accounts=require_body(api.list_accounts())["accounts"],
        roles=[role.value for role in Role],
        created=created,
        csrf=authentication.current_csrf_token(),
    )

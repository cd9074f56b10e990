"""Pages of an account: login, logout, password and keys. Forms over ``/v1/session``."""

from flask import Blueprint, Response, request

from gazetteer.accounts import api_keys
from gazetteer.accounts.roles import Action
from gazetteer.messages import message
from gazetteer.problems import InvalidValue, Problem
from web.api import session as api
from web.auth import authentication
from web.http.connections import connection
from web.pages.forms import (
    Body,
    attempt_write,
    parse_posted_form,
    redirect_after_post,
    restrict_to_local_path,
)
from web.pages.rendering import render_page
from web.services.waiting_lists import load_waiting

account_blueprint = Blueprint("account", __name__, template_folder="templates")


@account_blueprint.get("/login")
def show_login() -> Response:
    """The form of name and password."""
    return render_page(
        "login.html", target=restrict_to_local_path(request.args.get("next")), login=""
    )


@account_blueprint.post("/login")
def log_in() -> Response:
    """Open a session and redirect to where the person came from."""
    name, target = request.form.get("login", ""), restrict_to_local_path(request.form.get("next"))
    try:
        _, token = authentication.log_in(name, request.form.get("password", ""))
    except Problem as problem:
        return render_page("login.html", problem=problem, login=name, target=target)
    return authentication.set_session_cookie(redirect_after_post(target), token)


@account_blueprint.post("/logout")
def log_out() -> Response:
    """End the session."""
    authentication.log_out()
    return authentication.clear_session_cookie(redirect_after_post("/"))


@account_blueprint.get("/account")
def show_account() -> Response:
    """The account with its roles and keys."""
    return _render_account()


@account_blueprint.get("/waiting")
def show_waiting() -> Response:
    """What waits for the person who asks."""
    return render_page("waiting.html", lists=load_waiting(authentication.require_known_actor()))


@account_blueprint.post("/account/password")
def change_password() -> Response:
    """Change the password; all other sessions end."""
    answer, problem = attempt_write(_submit_password)
    if answer is None:
        return _render_account(problem=problem)
    return authentication.set_session_cookie(redirect_after_post("/account"), answer["token"])


@account_blueprint.post("/account/keys")
def create_key() -> Response:
    """Create a key with some of the roles of the account; only this response shows its text."""
    chosen = [
        {"role": role, "unit_code": code or None}
        for role, _, code in (value.partition(":") for value in request.form.getlist("grant"))
    ]
    created, problem = attempt_write(
        lambda: api.create_key(parse_posted_form(api.NewKey, grants=chosen))
    )
    return _render_account(created=created, problem=problem)


@account_blueprint.post("/account/keys/<key_id>/revoke")
def revoke_key(key_id: str) -> Response:
    """Revoke a key."""
    api.revoke_key(key_id)
    return redirect_after_post("/account")


def _render_account(created: Body | None = None, problem: Problem | None = None) -> Response:
    person = authentication.require_person(new_password=False)
    own_keys = []
    with connection() as conn:
        if not person.must_change_password:
            own_keys = [
                api.serialize_key(conn, k) for k in api_keys.list_keys(conn, person.account_id)
            ]
        granted = api.serialize_grants(conn, person.grants)
    return render_page(
        "account.html",
        person=person,
        grants=granted,
        api_keys=own_keys,
        created=created,
        problem=problem,
        manages=authentication.current_actor().may_perform(Action.MANAGE_PEOPLE),
        csrf=authentication.current_csrf_token(),
    )


def _submit_password() -> Body:
    password = request.form.get("password", "")
    if password != request.form.get("again"):
        raise InvalidValue(message("account.password_differs"), field="again")
    return {"token": authentication.change_password(request.form.get("current", ""), password)}

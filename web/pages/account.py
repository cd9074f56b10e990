"""Pages of a person: log in and out, one's own password and keys. Forms over ``/v1/session``."""

from flask import Blueprint, Response, request

from gazetteer.people import keys
from gazetteer.people.roles import Action
from gazetteer.problems import InvalidValue, Problem
from web import access
from web.api import session as api
from web.db import connection
from web.pages.forms import Body, attempt, local_path, posted, see
from web.pages.messages import text
from web.pages.rendering import render

account = Blueprint("account", __name__, template_folder="templates")


@account.get("/login")
def login() -> Response:
    """The form of name and password."""
    return render("login.html", target=local_path(request.args.get("next")), login="")


@account.post("/login")
def log_in() -> Response:
    """Open a session and go on to where the person came from."""
    name, target = request.form.get("login", ""), local_path(request.form.get("next"))
    try:
        _, token = access.log_in(name, request.form.get("password", ""))
    except Problem as problem:
        return render("login.html", problem=problem, login=name, target=target)
    return access.remember(see(target), token)


@account.post("/logout")
def log_out() -> Response:
    """End the session."""
    access.log_out()
    return access.forget(see("/"))


@account.get("/account")
def own() -> Response:
    """Who one is, what one may do, and one's keys."""
    return _own_page()


@account.post("/account/password")
def change_password() -> Response:
    """Choose a password of one's own; all other sessions end."""
    answer, problem = attempt(_changed_password)
    if answer is None:
        return _own_page(problem=problem)
    return access.remember(see("/account"), answer["token"])


@account.post("/account/keys")
def create_key() -> Response:
    """Make a key with some of one's own roles; only this answer shows its text."""
    chosen = [
        {"role": role, "unit_code": code or None}
        for role, _, code in (value.partition(":") for value in request.form.getlist("grant"))
    ]
    made, problem = attempt(lambda: api.create_key(posted(api.NewKey, grants=chosen)))
    return _own_page(made=made, problem=problem)


@account.post("/account/keys/<key_id>/revoke")
def revoke_key(key_id: str) -> Response:
    """Stop a key for good."""
    api.revoke_key(key_id)
    return see("/account")


def _own_page(made: Body | None = None, problem: Problem | None = None) -> Response:
    person = access.require_person(new_password=False)
    own_keys = []
    with connection() as conn:
        if not person.must_change_password:
            own_keys = [api.key_facts(conn, k) for k in keys.list_keys(conn, person.account_id)]
        held = api.held_grants(conn, person.grants)
    return render(
        "account.html",
        person=person,
        grants=held,
        keys=own_keys,
        made=made,
        problem=problem,
        manages=access.actor().may_perform(Action.MANAGE_PEOPLE),
        csrf=access.csrf_token(),
    )


def _changed_password() -> Body:
    password = request.form.get("password", "")
    if password != request.form.get("again"):
        zh, en = (text("account.password_differs", lang) for lang in ("zh", "en"))
        raise InvalidValue(zh, en, field="again")
    return {"token": access.change_password(request.form.get("current", ""), password)}

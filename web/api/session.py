"""The session: logging in and out, one's own password and API keys."""

from typing import Annotated, Any

from flask import Response
from pydantic import AwareDatetime, BaseModel, Field

from gazetteer.accounts import api_keys, grants
from gazetteer.accounts.api_keys import ApiKey
from gazetteer.accounts.roles import Action, Grant, Role, find_current_unit
from gazetteer.accounts.sessions import derive_csrf_token
from gazetteer.messages import message
from gazetteer.problems import NotFound
from web.auth import authentication
from web.http.connections import connection
from web.http.endpoints import Api, Parameters, json_response

api = Api()


class Credentials(Parameters):
    """The login credentials of a user."""

    login: str = Field(max_length=256, description="Login name, case-insensitive")
    password: str = Field(max_length=1024, description="Password")


class PasswordChange(Parameters):
    """The current and the new password."""

    current: str = Field(max_length=1024, description="Current password")
    password: str = Field(
        max_length=1024,
        description="New password, at least 12 characters; common passwords are refused",
    )


class GrantRequest(Parameters):
    """A role for a unit and all units below it; without a unit, for the whole register."""

    role: Role = Field(description="Role to grant")
    unit_code: str | None = Field(
        None, description="Division code of a unit currently in force; null: the whole register"
    )


class GrantModel(BaseModel):
    """A role for a unit and all units below it; without a unit, for the whole register."""

    grant_id: str | None
    role: str
    unit_id: str | None
    unit_code: str | None
    unit_name: str | None


class SessionModel(BaseModel):
    """The current session; `login` is null if the request is anonymous.

    `key_id` is null if no API key is used. Send `csrf_token` in the header `X-CSRF-Token` with
    every write request that uses the session cookie.
    """

    login: str | None
    display_name: str | None
    language: str | None
    must_change_password: bool
    key_id: str | None
    grants: list[GrantModel]
    csrf_token: str | None


class NewKey(Parameters):
    """A new API key; its roles cannot exceed those of the account."""

    name: str = Field(description="Purpose of the key", examples=["permit system"])
    grants: list[GrantRequest] = Field(
        default_factory=list, description="Roles of the key; default: none"
    )
    expires_at: AwareDatetime | None = Field(
        None, description="Expiry time, ISO 8601 with UTC offset or `Z`; null: never"
    )


class KeyModel(BaseModel):
    """An API key without its secret."""

    key_id: str
    login: str
    name: str
    created_at: str
    expires_at: str | None
    last_used_at: str | None = Field(description="Time of the last use, to the minute")
    revoked_at: str | None
    grants: list[GrantModel]


class CreatedKeyModel(KeyModel):
    """A new API key; `key` is shown only once."""

    key: str


class KeyListModel(BaseModel):
    """API keys, newest first, including revoked keys."""

    keys: list[KeyModel]


@api.get("/v1/session", SessionModel)
def get_session() -> dict[str, Any]:
    """Get the current session.

    Returns the current user or API key and its roles.
    """
    return _serialize_session(authentication.current_csrf_token())


@api.write("POST", "/v1/session", SessionModel)
def log_in(body: Credentials) -> Response:
    """Log in.

    Sets the session cookie. Error 401 `bad_credentials` does not reveal whether the login name
    exists; 429 has the header `Retry-After`.
    """
    _, token = authentication.log_in(body.login, body.password)
    return authentication.set_session_cookie(
        json_response(_serialize_session(derive_csrf_token(token))), token
    )


@api.write("DELETE", "/v1/session", SessionModel)
def log_out() -> Response:
    """Log out.

    The session ends immediately.
    """
    authentication.log_out()
    return authentication.clear_session_cookie(json_response(_serialize_session("")))


@api.write("POST", "/v1/session/password", SessionModel)
def change_password(body: PasswordChange) -> Response:
    """Change your password.

    All other sessions end; the current session continues with a new cookie.
    """
    token = authentication.change_password(body.current, body.password)
    return authentication.set_session_cookie(
        json_response(_serialize_session(derive_csrf_token(token))), token
    )


@api.get("/v1/keys", KeyListModel, requires_account=True)
def list_own_keys() -> dict[str, Any]:
    """List your API keys."""
    account = authentication.require_person()
    with connection() as conn:
        return {
            "keys": [serialize_key(conn, k) for k in api_keys.list_keys(conn, account.account_id)]
        }


@api.write("POST", "/v1/keys", CreatedKeyModel, 201)
def create_key(body: NewKey) -> dict[str, Any]:
    """Create an API key.

    The key itself is shown only once, in this response.
    """
    account = authentication.require_person()
    with connection() as conn:
        requested = [resolve_grant(conn, grant) for grant in body.grants]
        key, text = api_keys.create_key(
            conn,
            account,
            by=authentication.current_actor().label,
            name=body.name,
            requested=requested,
            expires_at=body.expires_at,
        )
        return {**serialize_key(conn, key), "key": text}


@api.write("DELETE", "/v1/keys/<key_id>", KeyModel)
def revoke_key(key_id: Annotated[str, Field(description="Id of the API key")]) -> dict[str, Any]:
    """Revoke an API key.

    You can revoke your own keys; an administrator can revoke any key.
    """
    account = authentication.require_person()
    with connection() as conn:
        is_own = api_keys.find_key(conn, key_id).login == account.login
        if not is_own and not authentication.current_actor().may_perform(Action.MANAGE_PEOPLE):
            raise NotFound(message("account.no_key", key=key_id), field="key_id")
        api_keys.revoke_key(conn, key_id, by=authentication.current_actor().label)
        return serialize_key(conn, api_keys.find_key(conn, key_id))


def resolve_grant(conn: Any, grant: GrantRequest) -> Grant:
    """A grant with its unit by id.

    Raises:
        UnknownCode: no unit ever had the code.
    """
    unit = find_current_unit(conn, grant.unit_code) if grant.unit_code is not None else None
    return Grant(grant.role, unit)


def serialize_grants(conn: Any, granted: tuple[Grant, ...]) -> list[dict[str, str | None]]:
    """Grants as responses show them, with codes and names of their units."""
    names = grants.load_unit_names(conn, granted)
    return [_serialize_grant(grant, names) for grant in granted]


def serialize_key(conn: Any, key: ApiKey) -> dict[str, Any]:
    """A key as responses show it."""
    return {
        "key_id": key.key_id,
        "login": key.login,
        "name": key.name,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
        "revoked_at": key.revoked_at,
        "grants": serialize_grants(conn, key.grants),
    }


def _serialize_grant(
    grant: Grant, names: dict[Any, tuple[str | None, str | None]]
) -> dict[str, str | None]:
    code, name = names.get(grant.unit_id, (None, None))
    return {
        "grant_id": str(grant.grant_id) if grant.grant_id else None,
        "role": grant.role.value,
        "unit_id": str(grant.unit_id) if grant.unit_id else None,
        "unit_code": code,
        "unit_name": name,
    }


def _serialize_session(csrf: str) -> dict[str, Any]:
    actor = authentication.current_actor()
    account, key = actor.account, actor.key
    granted = key.grants if key else account.grants if account else ()
    serialized: list[dict[str, str | None]] = []
    if granted:
        with connection() as conn:
            serialized = serialize_grants(conn, granted)
    return {
        "login": account.login if account else None,
        "display_name": account.display_name if account else None,
        "language": account.language if account else None,
        "must_change_password": bool(account and account.must_change_password),
        "key_id": key.key_id if key else None,
        "grants": serialized,
        "csrf_token": csrf if account and not key else None,
    }

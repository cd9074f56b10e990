"""For administrators: accounts with their roles, and the audit log."""

from typing import Annotated, Any
from uuid import UUID

from flask import Response
from pydantic import BaseModel, Field

from gazetteer.accounts import account_store, audit_log, passwords
from gazetteer.accounts.account_store import Account
from gazetteer.accounts.account_writes import lock_accounts
from gazetteer.accounts.roles import Action
from gazetteer.ledger import audit_chain
from gazetteer.messages import message
from gazetteer.problems import NotFound
from web.api.session import GrantModel, GrantRequest, resolve_grant, serialize_grants
from web.auth import authentication
from web.http.connections import connection
from web.http.endpoints import Api, Parameters, json_response
from web.http.etags import check_if_match, derive_etag, respond_unless_current, tag_response

api = Api()


LoginName = Annotated[str, Field(description="Login name of the account")]
GrantId = Annotated[
    UUID, Field(description="Id of the grant, as listed in the `grants` of the account")
]


class AccountModel(BaseModel):
    """An account and its roles."""

    login: str
    display_name: str
    active: bool
    language: str
    must_change_password: bool
    created_at: str
    grants: list[GrantModel]


class AccountListModel(BaseModel):
    """All accounts by login name, including disabled accounts."""

    accounts: list[AccountModel]


class CreatedAccountModel(AccountModel):
    """An account with its initial password, which is shown only once."""

    password: str


class NewAccount(Parameters):
    """A new account; it has no roles at first."""

    login: str = Field(
        description="Login name, which cannot be changed later: 2 to 64 letters, digits or `. _"
        " @ -`, beginning with a letter or digit"
    )
    display_name: str = Field(description="Name of the user, 1 to 100 characters")
    language: str = Field("zh", description="Language of the user: `zh` or `en`")


class AccountChanges(Parameters):
    """Changes to an account; omitted fields remain unchanged."""

    display_name: str | None = Field(None, description="Name of the user, 1 to 100 characters")
    language: str | None = Field(None, description="Language of the user: `zh` or `en`")
    active: bool | None = Field(
        None,
        description="Whether the account is enabled; `false` ends its sessions and disables its"
        " keys",
    )


class EmptyBody(Parameters):
    """An empty object."""


class AuditQuery(Parameters):
    """The part of the audit log."""

    before: int | None = Field(
        None,
        ge=1,
        le=2**63 - 1,
        description="Return only rows before this number; default: from the newest row",
    )
    limit: int = Field(
        100, ge=1, le=1000, description="Maximum number of rows, 1 to 1000; default: 100"
    )


class AuditEntryModel(BaseModel):
    """An entry of the audit log: who did what to whom, and when."""

    audit_id: int
    happened_at: str
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    hash: str = Field(description="SHA-256 of this row and the hash of the preceding row")


class AuditLogModel(BaseModel):
    """A page of the audit log, newest entries first.

    The first page also states whether the hash chain is intact (`intact`) and, if not, the first
    row that was tampered with (`broken_at`). Both are null on later pages.
    """

    entries: list[AuditEntryModel]
    intact: bool | None
    broken_at: int | None
    before: int | None = Field(
        description="Value of `before` for the next page; null on the last page"
    )


@api.get("/v1/accounts", AccountListModel, requires_account=True)
def list_accounts() -> dict[str, Any]:
    """List all accounts with their roles.

    Requires the role of administrator for at least one unit.
    """
    authentication.require_permission_somewhere(Action.MANAGE_PEOPLE)
    with connection() as conn:
        return {
            "accounts": [_serialize_account(conn, a) for a in account_store.list_accounts(conn)]
        }


@api.write("POST", "/v1/accounts", CreatedAccountModel, 201)
def create_account(body: NewAccount) -> dict[str, Any]:
    """Create an account.

    The response contains the initial password, which must be changed at the first login.
    """
    by, password = (
        authentication.require_permission(Action.MANAGE_PEOPLE).label,
        passwords.generate_password(),
    )
    with connection() as conn:
        account = account_store.create_account(
            conn,
            by=by,
            login=body.login,
            display_name=body.display_name,
            language=body.language,
            password=password,
        )
        return {**_serialize_account(conn, account), "password": password}


@api.get("/v1/accounts/<login>", AccountModel, requires_account=True, conditional=True)
def get_account(login: LoginName) -> Response:
    """Get an account with its roles.

    Requires the role of administrator for at least one unit.
    """
    authentication.require_permission_somewhere(Action.MANAGE_PEOPLE)
    with connection() as conn:
        account = _serialize_account(conn, account_store.find_account(conn, login))
    return respond_unless_current(derive_etag(account), lambda: json_response(account))


@api.write("PATCH", "/v1/accounts/<login>", AccountModel, conditional=True)
def change_account(login: LoginName, body: AccountChanges) -> Response:
    """Update an account.

    Changes the name or language of the user, or enables or disables the account. The last
    administrator cannot be disabled.
    """
    by = authentication.require_permission(Action.MANAGE_PEOPLE).label
    with connection() as conn, conn.transaction():
        lock_accounts(conn)
        account = _serialize_account(conn, account_store.find_account(conn, login))
        check_if_match(derive_etag(account))
        if body.display_name is not None or body.language is not None:
            display_name, language = body.display_name, body.language
            account_store.edit_account(
                conn, login, by=by, display_name=display_name, language=language
            )
        if body.active is not None:
            account_store.set_active(conn, login, body.active, by=by)
        account = _serialize_account(conn, account_store.find_account(conn, login))
    return tag_response(json_response(account), derive_etag(account))


@api.write("POST", "/v1/accounts/<login>/password", CreatedAccountModel)
def reset_password(
    login: LoginName,
    body: EmptyBody,  # noqa: ARG001  (declares that the body is empty)
) -> dict[str, Any]:
    """Reset the password of an account.

    Sets a new initial password and ends all sessions of the account.
    """
    by, password = (
        authentication.require_permission(Action.MANAGE_PEOPLE).label,
        passwords.generate_password(),
    )
    with connection() as conn:
        account_store.set_password(conn, login, password, by=by, must_change=True)
        return {
            **_serialize_account(conn, account_store.find_account(conn, login)),
            "password": password,
        }


@api.write("POST", "/v1/accounts/<login>/grants", AccountModel, 201)
def grant_role(login: LoginName, body: GrantRequest) -> dict[str, Any]:
    """Grant a role to an account.

    The administrator of a unit can grant roles within that unit.
    """
    by = authentication.require_permission(Action.MANAGE_PEOPLE, unit_code=body.unit_code).label
    with connection() as conn:
        grant = resolve_grant(conn, body)
        account_store.grant_role(conn, login, grant.role, grant.unit_id, by=by)
        return _serialize_account(conn, account_store.find_account(conn, login))


@api.write("DELETE", "/v1/accounts/<login>/grants/<grant_id>", AccountModel)
def revoke_role(login: LoginName, grant_id: GrantId) -> dict[str, Any]:
    """Revoke a role from an account.

    The administrator of a unit can revoke roles within that unit.
    """
    authentication.require_permission_somewhere(Action.MANAGE_PEOPLE)
    with connection() as conn:
        grant = next(
            (g for g in account_store.find_account(conn, login).grants if g.grant_id == grant_id),
            None,
        )
    if grant is None:
        raise NotFound(message("account.no_grant", grant=grant_id), field="grant_id")
    by = authentication.require_permission(Action.MANAGE_PEOPLE, unit_id=grant.unit_id).label
    with connection() as conn:
        account_store.revoke_grant(conn, login, grant_id, by=by)
        return _serialize_account(conn, account_store.find_account(conn, login))


@api.get("/v1/audit", AuditLogModel, requires_account=True)
def get_audit_log(query: AuditQuery) -> dict[str, Any]:
    """Get the audit log, newest entries first.

    The first page also states whether the log has been tampered with.
    """
    authentication.require_permission(Action.READ_AUDIT)
    with connection() as conn, conn.transaction():
        rows = audit_log.load_audit_rows(conn, query.limit, query.before)
        first = query.before is None
        broken = audit_chain.find_broken_row(conn) if first else None
    more = len(rows) == query.limit and rows[-1].audit_id > 1
    return {
        "entries": rows,
        "intact": broken is None if first else None,
        "broken_at": broken,
        "before": rows[-1].audit_id if more else None,
    }


def _serialize_account(conn: Any, account: Account) -> dict[str, Any]:
    return {
        "login": account.login,
        "display_name": account.display_name,
        "active": account.active,
        "language": account.language,
        "must_change_password": account.must_change_password,
        "created_at": account.created_at,
        "grants": serialize_grants(conn, account.grants),
    }

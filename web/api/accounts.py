"""For administrators: accounts with their roles, and the audit."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from gazetteer.accounts import account_store, audit_log, passwords
from gazetteer.accounts.account_store import Account
from gazetteer.accounts.roles import Action
from gazetteer.ledger import audit_chain
from gazetteer.problems import NotFound
from web.api.session import GrantModel, GrantRequest, resolve_grant, serialize_grants
from web.auth import authentication
from web.http.connections import connection
from web.http.endpoints import Api, Parameters

api = Api()


LoginName = Annotated[str, Field(description="Login name of the account")]
GrantId = Annotated[UUID, Field(description="Id of the grant, as the account's `grants` tell it")]


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
    """All accounts by login name, those switched off included."""

    accounts: list[AccountModel]


class CreatedAccountModel(AccountModel):
    """An account with the password for its first login, shown this one time."""

    password: str


class NewAccount(Parameters):
    """Whom the account is for. It has no roles at first."""

    login: str = Field(description="Never changes; letters, digits and . _ @ -")
    display_name: str
    language: str = Field("zh", description="zh or en")


class AccountChanges(Parameters):
    """What shall be different; whatever is left out stays."""

    display_name: str | None = None
    language: str | None = Field(None, description="zh or en")
    active: bool | None = Field(
        None, description="false ends the account's sessions and stops its keys"
    )


class EmptyBody(Parameters):
    """An empty object."""


class AuditQuery(Parameters):
    """Which part of the audit."""

    before: int | None = Field(None, ge=1, le=2**63 - 1, description="Rows older than this number")
    limit: int = Field(100, ge=1, le=1000, description="How many rows at most")


class AuditEntryModel(BaseModel):
    """Who did what to whom, and when."""

    audit_id: int
    happened_at: str
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    hash: str = Field(description="SHA-256 over this row and the hash of the one before it")


class AuditLogModel(BaseModel):
    """A part of the audit, the newest first.

    The first page also says whether the chain of hashes holds: `intact`, and in `broken_at` the
    first row that was tampered with. Both are null on later pages.
    """

    entries: list[AuditEntryModel]
    intact: bool | None
    broken_at: int | None
    before: int | None = Field(description="For the next page; null on the last one")


@api.get("/v1/accounts", AccountListModel, requires_account=True)
def list_accounts() -> dict[str, Any]:
    """All accounts with their roles; the administrator of any unit may see them."""
    authentication.require_permission_somewhere(Action.MANAGE_PEOPLE)
    with connection() as conn:
        return {
            "accounts": [_serialize_account(conn, a) for a in account_store.list_accounts(conn)]
        }


@api.write("POST", "/v1/accounts", CreatedAccountModel, 201)
def create_account(body: NewAccount) -> dict[str, Any]:
    """Make an account; the answer tells the password for its first login, which must change it."""
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


@api.write("PATCH", "/v1/accounts/<login>", AccountModel)
def change_account(login: LoginName, body: AccountChanges) -> dict[str, Any]:
    """Rename a person, or switch the account on or off; the last administrator must remain."""
    by = authentication.require_permission(Action.MANAGE_PEOPLE).label
    with connection() as conn, conn.transaction():
        if body.display_name is not None or body.language is not None:
            display_name, language = body.display_name, body.language
            account_store.edit_account(
                conn, login, by=by, display_name=display_name, language=language
            )
        if body.active is not None:
            account_store.set_active(conn, login, body.active, by=by)
        return _serialize_account(conn, account_store.find_account(conn, login))


@api.write("POST", "/v1/accounts/<login>/password", CreatedAccountModel)
def reset_password(login: LoginName, body: EmptyBody) -> dict[str, Any]:
    """Give somebody a new first password and end their sessions."""
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
    """Give a role; the administrator of a unit may do so within it."""
    by = authentication.require_permission(Action.MANAGE_PEOPLE, unit_code=body.unit_code).label
    with connection() as conn:
        grant = resolve_grant(conn, body)
        account_store.grant_role(conn, login, grant.role, grant.unit_id, by=by)
        return _serialize_account(conn, account_store.find_account(conn, login))


@api.write("DELETE", "/v1/accounts/<login>/grants/<grant_id>", AccountModel)
def revoke_role(login: LoginName, grant_id: GrantId) -> dict[str, Any]:
    """Take a role away; the administrator of a unit may do so within it."""
    authentication.require_permission_somewhere(Action.MANAGE_PEOPLE)
    with connection() as conn:
        grant = next(
            (g for g in account_store.find_account(conn, login).grants if g.grant_id == grant_id),
            None,
        )
    if grant is None:
        raise NotFound(f"没有授权 {grant_id}。", f"there is no grant {grant_id}", field="grant_id")
    by = authentication.require_permission(Action.MANAGE_PEOPLE, unit_id=grant.unit_id).label
    with connection() as conn:
        account_store.revoke_grant(conn, login, grant_id, by=by)
        return _serialize_account(conn, account_store.find_account(conn, login))


@api.get("/v1/audit", AuditLogModel, requires_account=True)
def get_audit_log(query: AuditQuery) -> dict[str, Any]:
    """Who changed what, the newest first, and whether anybody has tampered with it."""
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

"""Accounts: the users of the register and their roles.

Every write is one transaction with a row in the audit log, by one writer at a time, and none of
them leaves the register without an administrator. ``by`` is the author of a write in the audit log.
Passwords appear neither in the audit log nor in any other log.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.pq import TransactionStatus

from gazetteer.accounts import grants, login_throttle, passwords
from gazetteer.accounts.account_fields import (
    check_language,
    normalize_login,
    parse_login,
    parse_name,
)
from gazetteer.accounts.account_writes import (
    audited_write,
    check_administrator_left,
    end_sessions,
)
from gazetteer.accounts.problems import BadCredentials, TooManyAttempts, WeakPassword
from gazetteer.accounts.roles import Grant, Role
from gazetteer.ledger import audit_chain
from gazetteer.messages import message
from gazetteer.problems import Conflict, NotFound


@dataclass(frozen=True, slots=True)
class Account:
    """The account of a person (or of a system with API keys); ``login`` never changes."""

    account_id: UUID
    login: str
    display_name: str
    active: bool
    language: str
    must_change_password: bool
    created_at: datetime
    grants: tuple[Grant, ...]


ACCOUNT_COLUMNS = (
    "a.account_id, a.login, a.display_name, a.active, a.language, a.must_change_password,"
    " a.created_at, " + grants.grants_sql("account_grant", "a.account_id")
)
"""SQL: the columns of ``account a`` for :func:`account_from_row`."""


def account_from_row(row: tuple[Any, ...]) -> Account:
    """An account from :data:`ACCOUNT_COLUMNS`."""
    return Account(*[*row[:7], grants.parse_grants(row[7])])


def list_accounts(conn: Connection[Any]) -> list[Account]:
    """All accounts ordered by login name, including disabled ones."""
    return [
        account_from_row(row)
        for row in conn.execute(f"SELECT {ACCOUNT_COLUMNS} FROM account a ORDER BY login")
    ]


def find_account(conn: Connection[Any], login: str) -> Account:
    """The account of a login name.

    Raises:
        NotFound: there is none.
    """
    row = conn.execute(
        f"SELECT {ACCOUNT_COLUMNS} FROM account a WHERE login = %s", (normalize_login(login),)
    ).fetchone()
    if row is None:
        raise NotFound(message("account.not_found", login=login), field="login")
    return account_from_row(row)


def authenticate_login(conn: Connection[Any], login: str, password: str, address: str) -> Account:
    """The account of a login name and a password.

    Takes the same steps whether or not the account exists, and raises the same problem for an
    unknown name, a wrong password and a disabled account.

    Args:
        conn: autocommit connection outside any transaction: the count of attempts must persist
            after a refusal.
        login: as typed.
        password: as typed.
        address: the network of the client, for the limits of attempts.

    Raises:
        BadCredentials: name and password do not match an active account.
        TooManyAttempts: there were too many; the password was not verified.
    """
    if conn.info.transaction_status is not TransactionStatus.IDLE or not conn.autocommit:
        raise RuntimeError("authentication needs an autocommit connection outside a transaction")
    name = normalize_login(login)
    row = conn.execute(
        "SELECT password_hash, active FROM account WHERE login = %s", (name,)
    ).fetchone()
    _count_attempt(conn, name, address, is_known=row is not None)
    is_correct = passwords.verify_password(row[0] if row else None, password)
    if row is None or not is_correct or not row[1]:
        raise BadCredentials(message("account.bad_credentials"))
    login_throttle.reset_attempts(conn, name, address)
    if passwords.is_hash_outdated(row[0]):
        with audited_write(conn, f"account:{name}", "account.rehash", name, {}):
            conn.execute(
                "UPDATE account SET password_hash = %s WHERE login = %s AND password_hash = %s",
                (passwords.hash_password(password), name, row[0]),
            )
    return find_account(conn, name)


def _count_attempt(conn: Connection[Any], name: str, address: str, *, is_known: bool) -> None:
    """Count an attempt to log in; unknown names, which may be passwords, are not logged.

    Raises:
        TooManyAttempts: the password of this one must not be verified.
    """
    attempt = login_throttle.count_attempt(conn, name, address)
    if attempt.is_first_refusal:
        subject = f"account:{name}" if is_known else "account:unknown"
        audit_chain.append_row(
            conn, actor=address, action="login.blocked", subject=subject, detail={}
        )
    if attempt.wait_seconds:
        wait = attempt.wait_seconds
        raise TooManyAttempts(message("account.too_many_attempts", n=wait), retry_after=wait)


def create_account(
    conn: Connection[Any],
    *,
    by: str,
    login: str,
    display_name: str,
    password: str,
    language: str = "zh",
    must_change: bool = True,
) -> Account:
    """Create an account without any role.

    Raises:
        InvalidValue: the login name, the display name or the language is not valid.
        WeakPassword: the password is easily guessed.
        Conflict: the login name is taken.
    """
    name, clean_name = parse_login(login), parse_name(display_name)
    check_language(language)
    passwords.check_password(password, name, clean_name)
    row = (
        uuid4(),
        name,
        clean_name,
        passwords.hash_password(password),
        must_change,
        True,
        language,
    )
    with audited_write(conn, by, "account.create", name, {"display_name": clean_name}):
        inserted = conn.execute(
            "INSERT INTO account VALUES (%s, %s, %s, %s, %s, %s, %s, now()) ON CONFLICT DO NOTHING",
            row,
        )
        if inserted.rowcount == 0:
            raise Conflict(message("account.login_taken", login=name), field="login")
    return find_account(conn, name)


def edit_account(
    conn: Connection[Any],
    login: str,
    *,
    by: str,
    display_name: str | None = None,
    language: str | None = None,
) -> None:
    """Change the display name or the language of an account.

    Raises:
        NotFound: there is no such account.
        InvalidValue: the display name or the language is not valid.
    """
    account = find_account(conn, login)
    new_name = parse_name(display_name) if display_name is not None else account.display_name
    new_language = language if language is not None else account.language
    check_language(new_language)
    detail = {"display_name": new_name, "language": new_language}
    with audited_write(conn, by, "account.edit", account.login, detail):
        conn.execute(
            "UPDATE account SET display_name = %s, language = %s WHERE account_id = %s",
            (new_name, new_language, account.account_id),
        )


def set_password(
    conn: Connection[Any], login: str, password: str, *, by: str, must_change: bool
) -> None:
    """Set a new password and end all sessions of the account.

    Args:
        conn: autocommit connection.
        login: the account.
        password: the new password.
        by: who sets it.
        must_change: True if somebody else than the owner chose it.

    Raises:
        NotFound: there is no such account.
        WeakPassword: the password is easily guessed.
    """
    account = find_account(conn, login)
    passwords.check_password(password, account.login, account.display_name)
    stored = passwords.hash_password(password)
    with audited_write(conn, by, "account.password", account.login, {"must_change": must_change}):
        conn.execute(
            "UPDATE account SET password_hash = %s, must_change_password = %s"
            " WHERE account_id = %s",
            (stored, must_change, account.account_id),
        )
        end_sessions(conn, account.account_id)


def change_password(
    conn: Connection[Any], login: str, current: str, password: str, address: str
) -> None:
    """Set one's own password, given the current one; ends all sessions of the account.

    Raises:
        BadCredentials, TooManyAttempts: as :func:`authenticate_login`.
        WeakPassword: the new password is easily guessed, or is the current one.
    """
    account = authenticate_login(conn, login, current, address)
    if password == current:
        raise WeakPassword(message("account.password_unchanged"), field="password")
    by = f"account:{account.login}"
    set_password(conn, account.login, password, by=by, must_change=False)


def set_active(conn: Connection[Any], login: str, active: bool, *, by: str) -> None:
    """Enable or disable an account; disabling ends its sessions, and its keys stop working.

    Raises:
        NotFound: there is no such account.
        LastAdministrator: nobody would be left to manage accounts.
    """
    account = find_account(conn, login)
    action = "account.activate" if active else "account.deactivate"
    with audited_write(conn, by, action, account.login, {}):
        conn.execute(
            "UPDATE account SET active = %s WHERE account_id = %s", (active, account.account_id)
        )
        if not active:
            end_sessions(conn, account.account_id)
            check_administrator_left(conn)


def grant_role(
    conn: Connection[Any], login: str, role: Role, unit_id: UUID | None, *, by: str
) -> Grant:
    """Grant a role over a unit's subtree, or (None) over the whole register.

    Raises:
        NotFound: there is no such account.
        InvalidValue: there is no such unit.
    """
    account, new_grant = find_account(conn, login), Grant(role, unit_id)
    with audited_write(conn, by, "account.grant", account.login, grants.serialize_grant(new_grant)):
        return grants.insert_grant(
            conn, "account_grant", "account_id", account.account_id, new_grant
        )


def revoke_grant(conn: Connection[Any], login: str, grant_id: UUID, *, by: str) -> None:
    """Revoke a role.

    Raises:
        NotFound: there is no such account, or it has no such grant.
        LastAdministrator: nobody would be left to manage accounts.
    """
    account = find_account(conn, login)
    grant = next((g for g in account.grants if g.grant_id == grant_id), None)
    if grant is None:
        raise NotFound(message("account.grant_not_found", grant=grant_id), field="grant_id")
    with audited_write(conn, by, "account.revoke", account.login, grants.serialize_grant(grant)):
        conn.execute("DELETE FROM account_grant WHERE grant_id = %s", (grant_id,))
        check_administrator_left(conn)

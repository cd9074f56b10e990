"""Accounts: the people of the register, and what each was given to do.

Every write here happens in one transaction with its row in the audit, one writer at a time, and
none of them leaves the register without an administrator. ``by`` is who does it, as the audit will
say. Passwords never reach the audit or a log.
"""

from collections.abc import Iterator
from contextlib import contextmanager
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
from gazetteer.accounts.problems import (
    BadCredentials,
    LastAdministrator,
    TooManyAttempts,
    WeakPassword,
)
from gazetteer.accounts.roles import Grant, Role
from gazetteer.ledger import audit_chain
from gazetteer.problems import Conflict, NotFound

ACCOUNTS_LOCK = 0x70656F706C65  # "people": one writer at a time, until commit


@dataclass(frozen=True, slots=True)
class Account:
    """One person (or the keeper of a system's keys); ``login`` never changes."""

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
    """All accounts by login name, those switched off included."""
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
        raise NotFound(f"没有账号 {login}。", f"there is no account {login}", field="login")
    return account_from_row(row)


def authenticate_login(conn: Connection[Any], login: str, password: str, address: str) -> Account:
    """The account that name and password open.

    Takes the same steps whether or not the account exists, and gives the same answer for an unknown
    name, a wrong password and an account that is switched off. Call it outside any transaction:
    the count of attempts must outlive the refusal.

    Raises:
        BadCredentials: they open nothing.
        TooManyAttempts: there were too many; this one was not looked at.
    """
    if conn.info.transaction_status is not TransactionStatus.IDLE or not conn.autocommit:
        raise RuntimeError("authenticate() needs an autocommit connection outside a transaction")
    name = normalize_login(login)
    row = conn.execute(
        "SELECT password_hash, active FROM account WHERE login = %s", (name,)
    ).fetchone()
    attempt = login_throttle.count_attempt(conn, name, address)
    if attempt.wait_seconds:
        if attempt.is_first_refusal:
            subject = f"account:{name}" if row else "account:unknown"
            audit_chain.append_row(
                conn, actor=address, action="login.blocked", subject=subject, detail={}
            )
        raise _too_many_attempts_error(attempt.wait_seconds)
    is_correct = passwords.verify_password(row[0] if row else None, password)
    if row is None or not is_correct or not row[1]:
        raise BadCredentials("登录名或密码错误。", "wrong login name or password")
    login_throttle.reset_attempts(conn, name, address)
    if passwords.is_hash_outdated(row[0]):
        with _audited_write(conn, f"account:{name}", "account.rehash", name, {}):
            conn.execute(
                "UPDATE account SET password_hash = %s WHERE login = %s AND password_hash = %s",
                (passwords.hash_password(password), name, row[0]),
            )
    return find_account(conn, name)


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
    """Make an account without any role.

    Raises:
        InvalidValue: the name or language cannot be taken; WeakPassword: the password.
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
    with _audited_write(conn, by, "account.create", name, {"display_name": clean_name}):
        inserted = conn.execute(
            "INSERT INTO account VALUES (%s, %s, %s, %s, %s, %s, %s, now()) ON CONFLICT DO NOTHING",
            row,
        )
        if inserted.rowcount == 0:
            raise Conflict(
                f"登录名 {name} 已被使用。", f"the login name {name} is taken", field="login"
            )
    return find_account(conn, name)


def edit_account(
    conn: Connection[Any],
    login: str,
    *,
    by: str,
    display_name: str | None = None,
    language: str | None = None,
) -> None:
    """Change how a person is shown, or in which language they are written to."""
    account = find_account(conn, login)
    new_name = parse_name(display_name) if display_name is not None else account.display_name
    new_language = language if language is not None else account.language
    check_language(new_language)
    detail = {"display_name": new_name, "language": new_language}
    with _audited_write(conn, by, "account.edit", account.login, detail):
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
        login: whose password.
        password: the new one.
        by: who sets it.
        must_change: True when somebody else than the owner chose it.

    Raises:
        WeakPassword: it would be guessed soon.
    """
    account = find_account(conn, login)
    passwords.check_password(password, account.login, account.display_name)
    stored = passwords.hash_password(password)
    with _audited_write(conn, by, "account.password", account.login, {"must_change": must_change}):
        conn.execute(
            "UPDATE account SET password_hash = %s, must_change_password = %s"
            " WHERE account_id = %s",
            (stored, must_change, account.account_id),
        )
        _end_sessions(conn, account)


def change_password(
    conn: Connection[Any], login: str, current: str, password: str, address: str
) -> None:
    """Set one's own password, knowing the current one; ends all sessions of the account.

    Raises:
        BadCredentials, TooManyAttempts: as :func:`authenticate_login`.
        WeakPassword: the new one would be guessed soon, or is the current one.
    """
    account = authenticate_login(conn, login, current, address)
    if password == current:
        raise WeakPassword(
            "新密码须与当前密码不同。", "the new password is the current one", field="password"
        )
    by = f"account:{account.login}"
    set_password(conn, account.login, password, by=by, must_change=False)


def set_active(conn: Connection[Any], login: str, active: bool, *, by: str) -> None:
    """Switch an account on or off; off ends its sessions, and its keys stop working.

    Raises:
        LastAdministrator: nobody would be left to manage people.
    """
    account = find_account(conn, login)
    action = "account.activate" if active else "account.deactivate"
    with _audited_write(conn, by, action, account.login, {}):
        conn.execute(
            "UPDATE account SET active = %s WHERE account_id = %s", (active, account.account_id)
        )
        if not active:
            _end_sessions(conn, account)
            _check_administrator_left(conn)


def grant_role(
    conn: Connection[Any], login: str, role: Role, unit_id: UUID | None, *, by: str
) -> Grant:
    """Give a role over a unit's subtree, or over the whole register.

    Raises:
        InvalidValue: there is no such unit.
    """
    account, new_grant = find_account(conn, login), Grant(role, unit_id)
    with _audited_write(
        conn, by, "account.grant", account.login, grants.serialize_grant(new_grant)
    ):
        return grants.insert_grant(
            conn, "account_grant", "account_id", account.account_id, new_grant
        )


def revoke_grant(conn: Connection[Any], login: str, grant_id: UUID, *, by: str) -> None:
    """Take a role away.

    Raises:
        NotFound: the account has no such grant.
        LastAdministrator: nobody would be left to manage people.
    """
    account = find_account(conn, login)
    held = next((g for g in account.grants if g.grant_id == grant_id), None)
    if held is None:
        raise NotFound(f"没有授权 {grant_id}。", f"there is no grant {grant_id}", field="grant_id")
    with _audited_write(conn, by, "account.revoke", account.login, grants.serialize_grant(held)):
        conn.execute("DELETE FROM account_grant WHERE grant_id = %s", (grant_id,))
        _check_administrator_left(conn)


@contextmanager
def _audited_write(
    conn: Connection[Any], by: str, action: str, login: str, detail: dict[str, Any]
) -> Iterator[None]:
    with conn.transaction():
        conn.execute("SELECT pg_advisory_xact_lock(%s)", (ACCOUNTS_LOCK,))
        yield
        audit_chain.append_row(
            conn, actor=by, action=action, subject=f"account:{login}", detail=detail
        )


def _end_sessions(conn: Connection[Any], account: Account) -> None:
    conn.execute("DELETE FROM login_session WHERE account_id = %s", (account.account_id,))


def _check_administrator_left(conn: Connection[Any]) -> None:
    left = conn.execute(
        "SELECT FROM account JOIN account_grant USING (account_id)"
        " WHERE active AND role = 'administrator' AND unit_id IS NULL LIMIT 1"
    )
    if left.fetchone() is None:
        raise LastAdministrator(
            "至少须保留一名可用的全局管理员。",
            "at least one active administrator of the whole register must remain",
        )


def _too_many_attempts_error(wait: int) -> TooManyAttempts:
    return TooManyAttempts(
        f"登录失败次数过多，请 {wait} 秒后再试。",
        f"too many failed logins; try again in {wait} seconds",
        retry_after=wait,
    )

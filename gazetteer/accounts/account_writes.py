"""Writes to accounts: one at a time, each with its row in the audit log."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from psycopg import Connection

from gazetteer.accounts.problems import LastAdministrator
from gazetteer.ledger import audit_chain
from gazetteer.messages import message

_ACCOUNTS_LOCK = 0x70656F706C65  # "people"


def lock_accounts(conn: Connection[Any]) -> None:
    """Wait until no other transaction writes to accounts; hold the lock until commit."""
    conn.execute("SELECT pg_advisory_xact_lock(%s)", (_ACCOUNTS_LOCK,))


@contextmanager
def audited_write(
    conn: Connection[Any], by: str, action: str, login: str, detail: dict[str, Any]
) -> Iterator[None]:
    """Write to an account in one transaction with a row in the audit log.

    Args:
        conn: autocommit connection, or one inside a transaction.
        by: who writes.
        action: what is done, such as ``account.create``.
        login: the account concerned.
        detail: JSON values that describe the write; never a password.
    """
    with conn.transaction():
        lock_accounts(conn)
        yield
        audit_chain.append_row(
            conn, actor=by, action=action, subject=f"account:{login}", detail=detail
        )


def end_sessions(conn: Connection[Any], account_id: UUID) -> None:
    """End all sessions of an account."""
    conn.execute("DELETE FROM login_session WHERE account_id = %s", (account_id,))


def check_administrator_left(conn: Connection[Any]) -> None:
    """Check that the writes of this transaction leave somebody who can manage accounts.

    Raises:
        LastAdministrator: there is no active administrator of the whole register.
    """
    remaining = conn.execute(
        "SELECT FROM account JOIN account_grant USING (account_id)"
        " WHERE active AND role = 'administrator' AND unit_id IS NULL LIMIT 1"
    )
    if remaining.fetchone() is None:
        raise LastAdministrator(message("account.last_administrator"))

"""The chain of audit rows holds, and shows where it was broken behind the program's back."""

from typing import Any

import pytest
from psycopg import Connection, Rollback, sql

from gazetteer.ledger import audit_chain
from tests.gazetteer.ledger.registers import CORRECTION, UnitRecords, publish

Conn = Connection[Any]


@pytest.fixture
def chained(conn: Conn) -> Conn:
    """A register with five writes."""
    for number in range(3):
        publish(conn, *UnitRecords().founded(f"44010{number}", "区"), why=CORRECTION)
    for account in ("li", "wang"):
        audit_chain.append_row(
            conn, actor="root", action="grant", subject=account, detail={"role": "viewer"}
        )
    return conn


def tamper(conn: Conn, statement: str) -> None:
    """As a superuser can: with the guards switched off."""
    with conn.transaction():
        conn.execute("SET LOCAL session_replication_role = replica")
        conn.execute(sql.SQL(statement))


def test_every_write_has_its_row_and_the_chain_holds(chained: Conn) -> None:
    rows = chained.execute("SELECT actor, action, subject FROM audit ORDER BY audit_id").fetchall()
    assert rows == [
        ("registrar", "publish", "changeset:1"),
        ("registrar", "publish", "changeset:2"),
        ("registrar", "publish", "changeset:3"),
        ("root", "grant", "li"),
        ("root", "grant", "wang"),
    ]
    assert audit_chain.find_broken_row(chained) is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'nobody' WHERE audit_id = 3",
        "UPDATE audit SET happened_at = happened_at + interval '1 second' WHERE audit_id = 3",
        "UPDATE audit SET detail = jsonb_set(detail, '{changes}', '1') WHERE audit_id = 3",
        "UPDATE audit SET hash = sha256('forged') WHERE audit_id = 3",
        "DELETE FROM audit WHERE audit_id = 3",
        "UPDATE audit SET subject = 'changeset:9', hash = sha256('forged') WHERE audit_id = 3",
    ],
)
def test_a_row_that_was_tampered_with_is_found(chained: Conn, statement: str) -> None:
    tamper(chained, statement)
    assert audit_chain.find_broken_row(chained) == 3


def test_a_write_that_is_rolled_back_leaves_no_row(conn: Conn) -> None:
    with conn.transaction():
        audit_chain.append_row(conn, actor="root", action="grant", subject="li", detail={})
        raise Rollback
    assert conn.execute("SELECT count(*) FROM audit").fetchone() == (0,)

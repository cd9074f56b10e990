"""Whatever is killed while a changeset is published, nothing of it stays."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import Connection, sql

from gazetteer.database.cluster import Cluster
from gazetteer.database.migrate import migrate_database
from gazetteer.database.requirements import ensure_database
from gazetteer.ledger.audit_chain import find_broken_row
from gazetteer.ledger.integrity import find_tampering
from tests.gazetteer.ledger.registers import LEDGER, UnitRecords, act, publish

# Publishes a unit, and stops after everything but the head and the audit row is written.
PUBLISHER = """
import sys, time
import psycopg
from gazetteer.ledger.publish import Ledger
from tests.gazetteer.ledger.registers import LEDGER, LOAD, UnitRecords

def stop(conn, changeset):
    print(conn.info.backend_pid, flush=True)
    time.sleep(600)

with psycopg.connect(sys.argv[1], autocommit=True) as conn:
    ledger = Ledger(LEDGER.kinds, (*LEDGER.derivations, stop))
    ledger.publish_statements(conn, LOAD, UnitRecords().founded("440106", "天河区"))
"""
TABLES = ["changeset", "change", "record", "unit_version", "name_version", "unit_state", "audit"]


@contextmanager
def publisher(database: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A process in the middle of publishing, and the process id of its backend."""
    process = subprocess.Popen(
        [sys.executable, "-c", PUBLISHER, database],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line, process.stderr and process.stderr.read()
        yield process, int(line)
    finally:
        process.kill()
        process.communicate()


def counts(conn: Connection[Any]) -> dict[str, int]:
    found = {}
    for table in TABLES:
        row = conn.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
        found[table] = row.fetchone()[0]  # type: ignore[index]
    return found


def assert_nothing_stayed(conn: Connection[Any], before: dict[str, int]) -> None:
    """Nothing of the killed changeset is there, and the register goes on without a gap."""
    assert counts(conn) == before
    assert publish(conn, *UnitRecords().founded("440106", "天河区")).first_seq == 2
    assert list(find_tampering(conn, LEDGER.kinds)) == []
    assert find_broken_row(conn) is None


def test_a_killed_publisher_leaves_nothing(database: str, conn: Connection[Any]) -> None:
    publish(conn, act(uuid4()))
    before = counts(conn)
    with publisher(database) as (process, _):
        assert counts(conn) == before
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert_nothing_stayed(conn, before)


def test_a_publisher_whose_connection_is_ended_leaves_nothing(
    database: str, conn: Connection[Any]
) -> None:
    publish(conn, act(uuid4()))
    before = counts(conn)
    with publisher(database) as (_, backend):
        conn.execute("SELECT pg_terminate_backend(%s)", (backend,))
        assert_nothing_stayed(conn, before)


def test_a_killed_database_process_leaves_nothing() -> None:
    home = Path(mkdtemp(prefix="gz-kill-"))
    home.chmod(0o755)
    cluster = Cluster(home)
    try:
        database = cluster.start()
        ensure_database(database)
        migrate_database(database)
        with psycopg.connect(database, autocommit=True) as conn:
            publish(conn, act(uuid4()))
            before = counts(conn)
            with publisher(database) as (_, backend):
                os.kill(backend, signal.SIGKILL)  # the server ends every session and recovers
                wait_for_end(conn)
        with reconnected(database) as conn:
            assert_nothing_stayed(conn, before)
    finally:
        cluster.remove()
        subprocess.run(["rm", "-rf", str(home)], check=True)


def wait_for_end(conn: Connection[Any]) -> None:
    """Wait until the server has ended a session: only then has it noticed the crash."""
    with pytest.raises(psycopg.OperationalError):
        conn.execute("SELECT pg_sleep(30)")


def reconnected(database: str) -> Connection[Any]:
    for _ in range(300):
        try:
            conn = psycopg.connect(database, autocommit=True)
            conn.execute("SELECT FROM ledger_head")
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return conn
    pytest.fail("the server did not come back")

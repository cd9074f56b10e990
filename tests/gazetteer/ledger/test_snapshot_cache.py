"""What is kept in memory follows what is published, and is given out only while it is newest."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from gazetteer.ledger import snapshot_cache
from gazetteer.ledger.snapshot_cache import SnapshotCache
from tests.gazetteer.ledger.registers import UnitRecords, publish


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a register, and how often they were read before."""

    seq: int
    names: frozenset[str]
    times: int


def read(conn: Connection[Any], before: Names | None) -> Names:
    with conn.transaction():
        seq = conn.execute("SELECT seq FROM ledger_head").fetchone()
        rows = conn.execute("SELECT text FROM name_version").fetchall()
    assert seq is not None
    return Names(seq[0], frozenset(row[0] for row in rows), before.times + 1 if before else 0)


class Database:
    """Connections to a database, until it is away."""

    def __init__(self, conninfo: str) -> None:
        self.conninfo, self.away = conninfo, False

    @contextmanager
    def connect(self) -> Iterator[Connection[Any]]:
        if self.away:
            raise psycopg.OperationalError("away")
        with psycopg.connect(self.conninfo, autocommit=True) as conn:
            yield conn


@pytest.fixture
def there(database: str, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setattr(snapshot_cache, "CHECK_EVERY", 0.0)
    return Database(database)


def following(names: SnapshotCache[Names], seq: int) -> Names:
    for _ in range(600):
        newest = names.get_newest()
        if newest is not None and newest.seq >= seq:
            return newest
        time.sleep(0.05)
    raise AssertionError("it does not follow")


def test_nothing_is_given_until_it_is_read_and_nobody_waits(there: Database) -> None:
    may_read = Event()

    def reading(conn: Connection[Any], before: Names | None) -> Names:
        assert may_read.wait(30)
        return read(conn, before)

    names = SnapshotCache(there.connect, reading)
    assert names.get_newest() is None
    assert names.get_newest() is None
    may_read.set()
    assert following(names, 0).names == frozenset()


def test_after_a_publication_the_old_state_is_given_no_more(
    there: Database, conn: psycopg.Connection
) -> None:
    names = SnapshotCache(there.connect, read)
    first = following(names, 0)
    published = publish(conn, *UnitRecords().founded("440106", "天河区"))
    assert names.get_newest() in (None, following(names, published.last_seq))
    after = following(names, published.last_seq)
    assert (after.names, first.names) == (frozenset({"天河区"}), frozenset())
    assert after.times > first.times  # it was given the state before


def test_a_database_that_was_away_is_read_when_it_is_back(there: Database) -> None:
    names = SnapshotCache(there.connect, read)
    there.away = True
    names.begin_reload()
    with pytest.raises(psycopg.OperationalError):
        names.get_newest()
    there.away = False
    assert following(names, 0).seq == 0

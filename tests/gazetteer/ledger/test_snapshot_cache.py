"""What is held in memory follows what is published, and is given out only while it is newest."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from gazetteer.ledger.head_watch import HeadWatch
from gazetteer.ledger.snapshot_cache import SnapshotCache
from tests.gazetteer.ledger.registers import CORRECTION, UnitRecords, publish


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
    """Connections to a database, until it is away; and a watch over it."""

    def __init__(self, conninfo: str) -> None:
        self.conninfo, self.away, self.is_needed = conninfo, False, True
        self.watch = HeadWatch(self.connect, lambda: self.is_needed)

    @contextmanager
    def connect(self) -> Iterator[Connection[Any]]:
        if self.away:
            raise psycopg.OperationalError("away")
        with psycopg.connect(self.conninfo, autocommit=True, application_name="watched") as conn:
            yield conn

    def cache(self, load: Callable[[Connection[Any], Names | None], Names]) -> SnapshotCache[Names]:
        return SnapshotCache(self.watch, self.connect, load)

    def cut(self) -> None:
        """End the connection of the watch, and let no new one be made."""
        self.away = True
        with psycopg.connect(self.conninfo, autocommit=True) as conn:
            conn.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'watched' AND datname = current_database()"
            )


@pytest.fixture
def there(database: str) -> Iterator[Database]:
    there = Database(database)
    yield there
    there.is_needed = False


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(600):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it does not come about")


def following(names: SnapshotCache[Names], seq: int) -> Names:
    wait_until(lambda: (newest := names.get_newest()) is not None and newest.seq >= seq)
    newest = names.get_newest()
    assert newest is not None
    return newest


def test_nothing_is_given_until_it_is_read_and_nobody_waits(there: Database) -> None:
    may_read = Event()

    def reading(conn: Connection[Any], before: Names | None) -> Names:
        assert may_read.wait(30)
        return read(conn, before)

    names = there.cache(reading)
    assert names.get_newest() is None
    assert names.get_newest() is None
    may_read.set()
    assert following(names, 0).names == frozenset()


def test_after_a_publication_the_old_state_is_given_no_more(
    there: Database, conn: psycopg.Connection
) -> None:
    names = there.cache(read)
    first = following(names, 0)
    published = publish(conn, *UnitRecords().founded("440106", "天河区"))
    after = following(names, published.last_seq)
    assert (after.names, first.names) == (frozenset({"天河区"}), frozenset())
    assert after.times > first.times  # it was given the state before


def test_what_is_outdated_is_not_given_as_the_newest_while_the_next_is_read(
    there: Database, conn: psycopg.Connection
) -> None:
    may_read = Event()
    may_read.set()

    def reading(conn: Connection[Any], before: Names | None) -> Names:
        assert may_read.wait(30)
        return read(conn, before)

    names = there.cache(reading)
    first = following(names, 0)
    may_read.clear()
    published = publish(conn, *UnitRecords().founded("440106", "天河区"))
    wait_until(lambda: names.get_newest() is None)
    assert names.get_latest() is first
    may_read.set()
    assert following(names, published.last_seq).seq == published.last_seq


def test_nothing_is_read_twice_when_nothing_was_published(
    there: Database, conn: psycopg.Connection
) -> None:
    names, others = there.cache(read), there.cache(read)
    published = publish(conn, *UnitRecords().founded("440106", "天河区"))
    for cache in (names, others):
        following(cache, published.last_seq)
    before = [cache.get_latest() for cache in (names, others)]
    for cache in (names, others):
        cache.begin_reload()
        cache.get_newest()
    second = publish(conn, *UnitRecords().founded("440105", "海珠区"), why=CORRECTION)
    after = [following(cache, second.last_seq) for cache in (names, others)]
    assert [new.times - old.times for new, old in zip(after, before, strict=True)] == [1, 1]


def test_while_the_database_is_away_nothing_counts_as_newest(
    there: Database, conn: psycopg.Connection
) -> None:
    names = there.cache(read)
    first = following(names, 0)
    there.cut()
    wait_until(lambda: names.get_newest() is None)
    assert names.get_latest() is first
    published = publish(conn, *UnitRecords().founded("440106", "天河区"))
    there.away = False
    assert following(names, published.last_seq).names == {"天河区"}


def test_a_first_snapshot_of_a_database_that_is_away_is_an_error(there: Database) -> None:
    names = there.cache(read)
    there.away = True
    assert names.get_newest() is None
    with pytest.raises(psycopg.OperationalError):
        names.get_latest()
    there.away = False
    assert following(names, 0).seq == 0

"""Many writers and readers at once: the order of the numbers is the order of visibility."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg import Connection

from gazetteer.ledger.audit_chain import find_broken_row
from gazetteer.ledger.change_feed import load_change_page
from gazetteer.ledger.integrity import find_tampering
from gazetteer.ledger.period import Period
from gazetteer.ledger.publish import Changeset
from gazetteer.ledger.versions import Statement
from gazetteer.problems import Conflict
from tests.gazetteer.ledger.registers import CORRECTION, LEDGER, UnitRecords, publish, span

WRITERS, CHANGESETS, READERS = 6, 12, 2


def write(database: str, begin: Barrier) -> None:
    with psycopg.connect(database, autocommit=True) as conn:
        begin.wait()
        for _ in range(CHANGESETS):
            zones = [
                Statement("functional_area", uuid4(), Period(), {"name": "开发区"}) for _ in "123"
            ]
            publish(conn, *zones, why=CORRECTION)


def watch(database: str, begin: Barrier, done: Event, look: Callable[[Connection], None]) -> int:
    """Look at the register again and again until the writers are done; how often."""
    with psycopg.connect(database, autocommit=True) as conn:
        begin.wait()
        looks = 0
        while not done.is_set():
            look(conn)
            looks += 1
        look(conn)
        return looks


class FeedReader:
    """Follows the feed: no gap, no number that shows up late, times that rise."""

    def __init__(self) -> None:
        self.after = 0
        self.moments: list[str] = []

    def __call__(self, conn: Connection) -> None:
        found = load_change_page(conn, LEDGER.kinds, self.after, limit=5)
        seqs = [change["seq"] for change in found["changes"]]
        assert seqs == list(range(self.after + 1, self.after + 1 + len(seqs)))
        assert all(len(change["after"]) == 1 for change in found["changes"])
        self.moments += [change["changeset"]["recorded_at"] for change in found["changes"]]
        assert self.moments == sorted(self.moments)
        self.after = found["next_after"]


def whole_changesets(conn: Connection) -> None:
    """What one statement sees at any time: all numbers up to the head, and whole changesets."""
    row = conn.execute(
        "SELECT h.seq, h.changeset_id, (SELECT count(*) FROM change),"
        " (SELECT max(seq) FROM change),"
        " (SELECT max(last_seq) FROM changeset), (SELECT count(*) FROM functional_area_version),"
        " (SELECT sum(versions) FROM ledger_sum) FROM ledger_head h"
    ).fetchone()
    assert row is not None
    seq, changesets, changes, last, last_complete, versions, summed = row
    assert {changes, last or 0, last_complete or 0, versions, summed} == {seq}
    assert seq == 3 * changesets


def test_readers_see_a_prefix_without_gaps_and_never_a_part_of_a_changeset(database: str) -> None:
    begin, done = Barrier(WRITERS + 2 * READERS), Event()
    feeds = [FeedReader() for _ in range(READERS)]
    looks: list[Callable[[Connection], None]] = [*feeds, *[whole_changesets] * READERS]
    with ThreadPoolExecutor(WRITERS + len(looks)) as pool:
        watching = [pool.submit(watch, database, begin, done, look) for look in looks]
        writing = [pool.submit(write, database, begin) for _ in range(WRITERS)]
        try:
            for writer in writing:
                writer.result()
        finally:
            done.set()
        assert all(watcher.result() > 1 for watcher in watching)
    with psycopg.connect(database, autocommit=True) as conn:
        for feed in feeds:
            while feed.after < 3 * WRITERS * CHANGESETS:
                feed(conn)
        assert list(find_tampering(conn, LEDGER.kinds)) == []
        assert find_broken_row(conn) is None
        rows = conn.execute("SELECT recorded_at FROM changeset ORDER BY first_seq").fetchall()
        assert rows == sorted(set(rows))


def test_of_two_who_change_the_same_record_at_once_one_is_told(database: str) -> None:
    unit = UnitRecords()
    with psycopg.connect(database, autocommit=True) as conn:
        seen = publish(conn, *unit.founded("440106", "天河区")).changeset_id
    begin = Barrier(2)

    def change(text: str) -> UUID | None:
        mine = Changeset(text, "better", "correction", expected={unit.name: seen})
        with psycopg.connect(database, autocommit=True) as conn:
            begin.wait()
            try:
                whole = span("1985-05-24")
                publish(conn, Statement("name", unit.name, whole, unit.named(text)), why=mine)
            except Conflict as refused:
                return UUID(refused.extras["records"][0])
        return None

    with ThreadPoolExecutor(2) as pool:
        conflicts = list(pool.map(change, ["甲", "乙"]))
    assert sorted(conflicts, key=str) == sorted([None, unit.name], key=str)


def test_a_code_that_two_want_at_once_goes_to_one(database: str) -> None:
    begin = Barrier(2)

    def take(_: int) -> Any:
        with psycopg.connect(database, autocommit=True) as conn:
            begin.wait()
            try:
                return publish(conn, *UnitRecords().founded("440106", "天河区")).changeset_id
            except Conflict as refused:
                return refused.field

    with ThreadPoolExecutor(2) as pool:
        assert set(pool.map(take, "12")) == {1, "code"}

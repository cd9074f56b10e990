"""The index follows what is published, and a day index shows one state for ever."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from gazetteer.ledger.head_watch import HeadWatch
from gazetteer.ledger.snapshot_cache import SnapshotCache
from gazetteer.search.geocoder.geocoding import GeocodeStatus, geocode
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.index.day_index_cache import DayIndexCache
from gazetteer.search.index.index_files import IndexFiles
from gazetteer.search.index.name_index import NameIndex
from tests.gazetteer.ledger.registers import CORRECTION, UnitRecords, publish
from tests.gazetteer.search.index.test_index_building import load_points

TODAY = date(2026, 11, 1)


class Process:
    """What a serving process holds; ``may_load`` holds its loading back until it is set."""

    def __init__(self, database: str, directory: Path) -> None:
        self.database, self.is_needed, self.loaded = database, True, list[NameIndex]()
        self.may_load = Event()
        self.may_load.set()
        self.files = IndexFiles(directory, load_points)
        self.watch = HeadWatch(self.connect, lambda: self.is_needed)
        self.days = DayIndexCache(SnapshotCache(self.watch, self.connect, self.load))

    @contextmanager
    def connect(self) -> Iterator[Connection[Any]]:
        with psycopg.connect(self.database, autocommit=True) as conn:
            yield conn

    def load(self, conn: Connection[Any], _: NameIndex | None) -> NameIndex:
        assert self.may_load.wait(30)
        self.loaded.append(self.files.load_newest(conn))
        return self.loaded[-1]

    def wait_for_day_index(self, seq: int) -> DayIndex:
        """The day index once it has the state of ``seq``."""
        for _ in range(600):
            day_index = self.days.get_day_index(TODAY)
            if day_index.index.seq >= seq:
                return day_index
            time.sleep(0.05)
        raise AssertionError("the index does not follow")


@pytest.fixture
def process(database: str, tmp_path: Path) -> Iterator[Process]:
    process = Process(database, tmp_path)
    yield process
    process.is_needed = False


def test_an_empty_register_knows_no_names(process: Process) -> None:
    assert geocode(process.days.get_day_index(TODAY), "天河区").status is GeocodeStatus.NOT_FOUND


def test_what_is_published_is_found_without_a_restart(
    process: Process, conn: psycopg.Connection
) -> None:
    before = process.days.get_day_index(TODAY)
    published = publish(conn, *UnitRecords().founded("440106", "天河区"))
    after = process.wait_for_day_index(published.last_seq)
    assert geocode(after, "天河区").status is GeocodeStatus.MATCHED
    assert geocode(before, "天河区").status is GeocodeStatus.NOT_FOUND


def test_a_publication_is_taken_in_before_anybody_asks(
    process: Process, conn: psycopg.Connection
) -> None:
    process.days.get_day_index(TODAY)
    published = publish(conn, *UnitRecords().founded("440106", "天河区"))
    for _ in range(600):
        if process.loaded[-1].seq == published.last_seq:
            return
        time.sleep(0.05)
    raise AssertionError("the index waits for a request")


def test_a_day_index_shows_one_state_while_the_register_moves_on(
    process: Process, conn: psycopg.Connection
) -> None:
    publish(conn, *UnitRecords().founded("440106", "天河区"))
    day_index = process.days.get_day_index(TODAY)
    published = publish(conn, *UnitRecords().founded("440105", "海珠区"), why=CORRECTION)
    assert process.wait_for_day_index(published.last_seq) is not day_index
    assert geocode(day_index, "海珠区").status is GeocodeStatus.NOT_FOUND


def test_day_indexes_of_many_days_share_one_index(process: Process) -> None:
    day_indexes = [process.days.get_day_index(date(2000 + year, 1, 1)) for year in range(20)]
    assert len({id(day_index.index) for day_index in day_indexes}) == 1


def test_who_comes_while_the_first_index_is_loaded_waits_for_it(
    process: Process, conn: psycopg.Connection
) -> None:
    publish(conn, *UnitRecords().founded("440106", "天河区"))
    process.may_load.clear()
    process.days.indexes.begin_reload()
    found: list[DayIndex] = []
    request = Thread(target=lambda: found.append(process.days.get_day_index(TODAY)))
    request.start()
    request.join(0.2)
    assert found == []
    process.may_load.set()
    request.join(30)
    assert [day_index.index for day_index in found] == process.loaded[:1]

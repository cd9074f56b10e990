"""The index follows what is published, and a day index shows one state for ever."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from gazetteer.search.geocoder.geocoding import GeocodeStatus, geocode
from gazetteer.search.index import index_cache as index_cache_module
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.index.index_cache import IndexCache
from gazetteer.search.index.index_loading import load_index
from gazetteer.search.index.name_index import NameIndex
from tests.gazetteer.ledger.registers import CORRECTION, UnitRecords, publish

TODAY = date(2026, 11, 1)


@pytest.fixture
def index_cache(database: str, monkeypatch: pytest.MonkeyPatch) -> IndexCache:
    @contextmanager
    def connect() -> Iterator[Connection[Any]]:
        with psycopg.connect(database, autocommit=True) as conn:
            yield conn

    monkeypatch.setattr(index_cache_module, "POLL_SECONDS", 0.0)
    return IndexCache(connect)


def wait_for_day_index(index_cache: IndexCache, seq: int) -> DayIndex:
    """The day index once it has the state of ``seq``."""
    for _ in range(600):
        day_index = index_cache.get_day_index(TODAY)
        if day_index.index.seq >= seq:
            return day_index
        time.sleep(0.05)
    raise AssertionError("the index does not follow")


def test_an_empty_register_knows_no_names(index_cache: IndexCache) -> None:
    assert geocode(index_cache.get_day_index(TODAY), "天河区").status is GeocodeStatus.NOT_FOUND


def test_what_is_published_is_found_without_a_restart(
    index_cache: IndexCache, conn: psycopg.Connection
) -> None:
    before = index_cache.get_day_index(TODAY)
    published = publish(conn, *UnitRecords().founded("440106", "天河区"))
    after = wait_for_day_index(index_cache, published.last_seq)
    assert geocode(after, "天河区").status is GeocodeStatus.MATCHED
    assert geocode(before, "天河区").status is GeocodeStatus.NOT_FOUND


def test_a_day_index_shows_one_state_while_the_register_moves_on(
    index_cache: IndexCache, conn: psycopg.Connection
) -> None:
    publish(conn, *UnitRecords().founded("440106", "天河区"))
    day_index = index_cache.get_day_index(TODAY)
    published = publish(conn, *UnitRecords().founded("440105", "海珠区"), why=CORRECTION)
    assert wait_for_day_index(index_cache, published.last_seq) is not day_index
    assert geocode(day_index, "海珠区").status is GeocodeStatus.NOT_FOUND


def test_day_indexes_of_many_days_share_one_index(index_cache: IndexCache) -> None:
    day_indexes = [index_cache.get_day_index(date(2000 + year, 1, 1)) for year in range(20)]
    assert len({id(day_index.index) for day_index in day_indexes}) == 1


def test_who_comes_while_the_first_index_is_built_waits_for_it(
    index_cache: IndexCache, conn: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(conn, *UnitRecords().founded("440106", "天河区"))
    built: list[NameIndex] = []

    def build_slowly(*arguments: Any) -> NameIndex:
        time.sleep(0.2)
        built.append(load_index(*arguments))
        return built[-1]

    monkeypatch.setattr(index_cache_module, "load_index", build_slowly)
    index_cache.start_rebuild()
    time.sleep(0.05)
    assert index_cache.get_day_index(TODAY).index is built[0]
    assert len(built) == 1

"""The index follows what is published, and a view shows one state for ever."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from gazetteer.search.geocoder.geocoding import GeocodeStatus, geocode
from gazetteer.search.index import index_cache as holders
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.index.index_cache import IndexCache
from gazetteer.search.index.index_loading import load_index
from gazetteer.search.index.name_index import NameIndex
from tests.gazetteer.ledger.registers import CORRECTION, UnitRecords, publish

TODAY = date(2026, 11, 1)


@pytest.fixture
def holder(database: str, monkeypatch: pytest.MonkeyPatch) -> IndexCache:
    @contextmanager
    def connect() -> Iterator[Connection[Any]]:
        with psycopg.connect(database, autocommit=True) as conn:
            yield conn

    monkeypatch.setattr(holders, "POLL_SECONDS", 0.0)
    return IndexCache(connect)


def following(holder: IndexCache, seq: int) -> DayIndex:
    """The view of the register once it is as far as ``seq``."""
    for _ in range(600):
        view = holder.get_day_index(TODAY)
        if view.index.seq >= seq:
            return view
        time.sleep(0.05)
    raise AssertionError("the index does not follow")


def test_an_empty_register_knows_no_names(holder: IndexCache) -> None:
    assert geocode(holder.get_day_index(TODAY), "天河区").status is GeocodeStatus.NOT_FOUND


def test_what_is_published_is_found_without_a_restart(
    holder: IndexCache, conn: psycopg.Connection
) -> None:
    before = holder.get_day_index(TODAY)
    published = publish(conn, *UnitRecords().founded("440106", "天河区"))
    after = following(holder, published.last_seq)
    assert geocode(after, "天河区").status is GeocodeStatus.MATCHED
    assert geocode(before, "天河区").status is GeocodeStatus.NOT_FOUND


def test_a_view_shows_one_state_while_the_register_moves_on(
    holder: IndexCache, conn: psycopg.Connection
) -> None:
    publish(conn, *UnitRecords().founded("440106", "天河区"))
    view = holder.get_day_index(TODAY)
    published = publish(conn, *UnitRecords().founded("440105", "海珠区"), why=CORRECTION)
    assert following(holder, published.last_seq) is not view
    assert geocode(view, "海珠区").status is GeocodeStatus.NOT_FOUND


def test_views_of_many_days_share_one_index(holder: IndexCache) -> None:
    views = [holder.get_day_index(date(2000 + year, 1, 1)) for year in range(20)]
    assert len({id(view.index) for view in views}) == 1


def test_who_comes_while_the_first_index_is_built_waits_for_it(
    holder: IndexCache, conn: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(conn, *UnitRecords().founded("440106", "天河区"))
    built: list[NameIndex] = []

    def building(*asked: Any) -> NameIndex:
        time.sleep(0.2)
        built.append(load_index(*asked))
        return built[-1]

    monkeypatch.setattr(holders, "load_index", building)
    holder.start_rebuild()
    time.sleep(0.05)
    assert holder.get_day_index(TODAY).index is built[0]
    assert len(built) == 1

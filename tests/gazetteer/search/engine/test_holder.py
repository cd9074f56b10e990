"""The index follows what is published, and a view shows one state for ever."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from gazetteer.search import holder as holders
from gazetteer.search.geocode import Status, geocode
from gazetteer.search.holder import Holder
from gazetteer.search.index import Index
from gazetteer.search.loading import read_index
from gazetteer.search.view import View
from tests.gazetteer.ledger.registers import CORRECTION, UnitRecords, publish

TODAY = date(2026, 11, 1)


@pytest.fixture
def holder(database: str, monkeypatch: pytest.MonkeyPatch) -> Holder:
    @contextmanager
    def connect() -> Iterator[Connection[Any]]:
        with psycopg.connect(database, autocommit=True) as conn:
            yield conn

    monkeypatch.setattr(holders, "CHECK_EVERY", 0.0)
    return Holder(connect)


def following(holder: Holder, seq: int) -> View:
    """The view of the register once it is as far as ``seq``."""
    for _ in range(600):
        view = holder.view(TODAY)
        if view.index.seq >= seq:
            return view
        time.sleep(0.05)
    raise AssertionError("the index does not follow")


def test_an_empty_register_knows_no_names(holder: Holder) -> None:
    assert geocode(holder.view(TODAY), "天河区").status is Status.NOT_FOUND


def test_what_is_published_is_found_without_a_restart(
    holder: Holder, conn: psycopg.Connection
) -> None:
    before = holder.view(TODAY)
    published = publish(conn, *UnitRecords().founded("440106", "天河区"))
    after = following(holder, published.last_seq)
    assert geocode(after, "天河区").status is Status.MATCHED
    assert geocode(before, "天河区").status is Status.NOT_FOUND


def test_a_view_shows_one_state_while_the_register_moves_on(
    holder: Holder, conn: psycopg.Connection
) -> None:
    publish(conn, *UnitRecords().founded("440106", "天河区"))
    view = holder.view(TODAY)
    published = publish(conn, *UnitRecords().founded("440105", "海珠区"), why=CORRECTION)
    assert following(holder, published.last_seq) is not view
    assert geocode(view, "海珠区").status is Status.NOT_FOUND


def test_views_of_many_days_share_one_index(holder: Holder) -> None:
    views = [holder.view(date(2000 + year, 1, 1)) for year in range(20)]
    assert len({id(view.index) for view in views}) == 1


def test_who_comes_while_the_first_index_is_built_waits_for_it(
    holder: Holder, conn: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(conn, *UnitRecords().founded("440106", "天河区"))
    built: list[Index] = []

    def building(*asked: Any) -> Index:
        time.sleep(0.2)
        built.append(read_index(*asked))
        return built[-1]

    monkeypatch.setattr(holders, "read_index", building)
    holder.begin()
    time.sleep(0.05)
    assert holder.view(TODAY).index is built[0]
    assert len(built) == 1

"""A register with an internal kind: what feed, snapshot, checksum and copies have of it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.request import urlopen
from uuid import uuid4

import pytest
from psycopg import Connection

from boundaries.schema.area_kinds import REGISTER_KINDS
from gazetteer.ledger.change_feed import load_change_page
from gazetteer.ledger.checksum import compute_checksum
from gazetteer.ledger.follower import Follower
from gazetteer.ledger.integrity import find_tampering
from gazetteer.ledger.period import Period
from gazetteer.ledger.publish import Changeset
from gazetteer.ledger.record_kind import Audience, RecordKind, RecordKinds, select_visible_kinds
from gazetteer.ledger.snapshot_export import stream_snapshot
from gazetteer.ledger.versions import Statement
from tests.gazetteer.ledger.registers import CORRECTION, UnitRecords, act, publish
from tools.measure import PRODUCT, find_modules

Conn = Connection[Any]

SECRET = Changeset("li.ming", "survey of the disputed border", "correction")


@pytest.fixture
def public(monkeypatch: pytest.MonkeyPatch) -> Iterator[RecordKinds]:
    """The public kinds of a register whose functional areas are internal."""
    internal = replace(REGISTER_KINDS["functional_area"], audience=Audience.INTERNAL)
    assert isinstance(REGISTER_KINDS, dict)
    with monkeypatch.context() as patch:
        patch.setitem(REGISTER_KINDS, "functional_area", internal)
        yield select_visible_kinds(REGISTER_KINDS, Audience.PUBLIC)


def zone(name: str = "争议区") -> Statement:
    return Statement("functional_area", uuid4(), Period(), {"name": name})


def test_the_kinds_of_an_audience_stay_in_their_order(public: RecordKinds) -> None:
    assert list(public) == [
        name for name, kind in REGISTER_KINDS.items() if kind.audience is Audience.PUBLIC
    ]
    assert "functional_area" not in public
    assert select_visible_kinds(REGISTER_KINDS, Audience.INTERNAL) == REGISTER_KINDS


def test_no_kind_may_be_called_what_the_feed_calls_a_kind_that_it_withholds() -> None:
    with pytest.raises(ValueError, match="withheld"):
        RecordKind("withheld", ())


def test_of_an_internal_change_the_feed_has_its_number_and_nothing_else(
    conn: Conn, public: RecordKinds
) -> None:
    publish(conn, *UnitRecords().founded("440106", "天河区"))
    publish(conn, zone(), zone(), why=SECRET)
    publish(conn, act(uuid4()), why=CORRECTION)
    page = load_change_page(conn, public, 4)
    assert [change["seq"] for change in page["changes"]] == [5, 6, 7, 8]
    assert page["changes"][1:3] == [{"seq": 6, "kind": "withheld"}, {"seq": 7, "kind": "withheld"}]
    assert (page["next_after"], page["last_seq"]) == (8, 8)
    assert SECRET.reason not in json.dumps(page, ensure_ascii=False)


def test_a_page_of_internal_changes_alone_leads_on(conn: Conn, public: RecordKinds) -> None:
    publish(conn, zone(), zone(), why=SECRET)
    publish(conn, act(uuid4()))
    page = load_change_page(conn, public, 0, 2)
    assert {change["kind"] for change in page["changes"]} == {"withheld"}
    assert [c["kind"] for c in load_change_page(conn, public, page["next_after"])["changes"]] == [
        "act"
    ]


def test_in_a_changeset_of_both_the_public_part_is_complete(
    conn: Conn, public: RecordKinds
) -> None:
    publish(conn, zone(), act(uuid4(), number="国函1号"), zone(), why=CORRECTION)
    changes = load_change_page(conn, public, 0)["changes"]
    assert [change["kind"] for change in changes] == ["withheld", "withheld", "act"]
    assert changes[2]["changeset"]["last_seq"] == 3
    assert changes[2]["after"][0]["attributes"]["number"] == "国函1号"


def test_who_may_see_everything_is_told_everything(conn: Conn, public: RecordKinds) -> None:
    publish(conn, zone("横琴"), why=SECRET)
    [change] = load_change_page(conn, REGISTER_KINDS, 0)["changes"]
    assert change["changeset"]["reason"] == SECRET.reason
    assert change["after"][0]["attributes"]["name"] == "横琴"
    assert compute_checksum(conn, REGISTER_KINDS).version_count == 1


def test_snapshot_and_checksum_are_those_of_a_register_without_the_internal_kind(
    conn: Conn, public: RecordKinds
) -> None:
    publish(conn, *UnitRecords().founded("440106", "天河区"))
    without = compute_checksum(conn, public).serialize()
    publish(conn, zone(), why=SECRET)
    publish(conn, act(uuid4()), why=CORRECTION)
    with_zone = compute_checksum(conn, public, 6).serialize()
    assert with_zone["seq"] == 6
    assert "functional_area" not in with_zone["kinds"]
    for name in ("checksum", "versions", "kinds"):
        assert with_zone[name] == without[name]
    head, *lines = b"".join(stream_snapshot(conn, public)).splitlines()
    assert json.loads(head) == compute_checksum(conn, public).serialize()
    assert {json.loads(line)["kind"] for line in lines} == {*without["kinds"]} & {
        "unit", "place", "name", "spelling", "code", "act"
    }  # fmt: skip
    assert list(find_tampering(conn, REGISTER_KINDS)) == []


@pytest.mark.parametrize("page", [1, 2, 3, 1000])
def test_a_copy_stays_in_step_over_what_is_withheld(
    service: str,
    conn: Conn,
    public: RecordKinds,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    page: int,
) -> None:
    monkeypatch.setattr("gazetteer.ledger.follower.PAGE", page)
    copy = Follower(service, tmp_path / "copy.sqlite")
    seen = []
    for statements in (
        [zone()],
        [zone(), act(uuid4()), zone(), *UnitRecords().founded("440106", "天河区")],
        [act(uuid4()), zone(), zone()],
        [zone(), zone(), zone()],
        [zone(), act(uuid4())],
    ):
        published = publish(conn, *statements, why=CORRECTION)
        assert copy.catch_up()  # without starting again
        with urlopen(f"{service}/v1/checksum") as response:
            register = json.load(response)
        assert copy.seq == published.last_seq == register["seq"]
        assert copy.compute_checksum() == register["checksum"]
        count = copy.database.execute("SELECT count(*) FROM version").fetchone()
        assert count == (register["versions"],)
        seen.append(register["versions"])
    assert seen == [0, 6, 7, 7, 8]


def test_a_copy_that_was_away_catches_up_over_all_of_it(
    service: str, conn: Conn, public: RecordKinds, tmp_path: Path
) -> None:
    copy = Follower(service, tmp_path / "copy.sqlite")
    publish(conn, zone(), act(uuid4()), why=CORRECTION)
    assert copy.catch_up()
    publish(conn, zone(), zone(), why=SECRET)
    publish(conn, act(uuid4()), zone(), why=CORRECTION)
    publish(conn, zone(), why=SECRET)
    assert copy.catch_up()
    assert (copy.seq, copy.compute_checksum()) == (
        7,
        compute_checksum(conn, public).serialize()["checksum"],
    )


INTERNAL_KINDS = [kind for kind in REGISTER_KINDS.values() if kind.audience is Audience.INTERNAL]
MAY_READ: dict[str, set[str]] = {"document": set()}
"""The modules that read the table of an internal kind by name; each asks who is asking."""
FILTERED_BY_LOADER = {"web/services/coming_changes.py"}
"""Modules that pass all kinds to a function that itself leaves out those that are not public."""


@pytest.mark.parametrize("kind", INTERNAL_KINDS, ids=lambda kind: kind.name)
def test_search_export_tiles_and_look_ups_do_not_read_the_table_of_an_internal_kind(
    kind: RecordKind,
) -> None:
    readers = {str(m.relative) for m in find_modules(PRODUCT) if kind.table_name in m.text}
    assert readers == MAY_READ[kind.name]


def test_whatever_answers_requests_from_all_kinds_chooses_those_of_the_audience() -> None:
    careless = {
        str(module.relative)
        for module in find_modules(("web",))
        if "REGISTER_KINDS" in module.text and "select_visible_kinds" not in module.text
    }
    assert careless == FILTERED_BY_LOADER

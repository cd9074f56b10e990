"""The feed, the snapshot and the checksum as a reader of the ledger gets them."""

import json
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest
from psycopg import Connection

from gazetteer.ledger.canonical_json import compute_digest
from gazetteer.ledger.change_feed import load_change_page
from gazetteer.ledger.checksum import compute_checksum
from gazetteer.ledger.integrity import find_tampering
from gazetteer.ledger.publish import Changeset
from gazetteer.ledger.snapshot_export import stream_snapshot
from gazetteer.ledger.versions import Statement
from gazetteer.problems import InvalidValue
from tests.gazetteer.ledger.registers import (
    CORRECTION,
    LEDGER,
    LOAD,
    RandomChanges,
    UnitRecords,
    act,
    publish,
    span,
)

Conn = Connection[Any]
KINDS = LEDGER.kinds


def whole_feed(conn: Conn, limit: int) -> list[dict[str, Any]]:
    changes: list[dict[str, Any]] = []
    after = 0
    while found := load_change_page(conn, KINDS, after, limit)["changes"]:
        changes += found
        after = found[-1]["seq"]
    return changes


def test_a_change_tells_what_ended_what_began_and_by_which_act(conn: Conn) -> None:
    unit, approval = UnitRecords(), uuid4()
    publish(conn, *unit.founded("440184", "从化市"))
    changeset = Changeset("li.ming", "撤市设区", "act", [approval])
    name = Statement("name", unit.name, span("2014-02-12", act=approval), unit.named("从化区"))
    publish(conn, act(approval, number="国函〔2014〕14号"), name, why=changeset)
    first, second = load_change_page(conn, KINDS, 5)["changes"]

    assert [first["seq"], second["seq"]] == [6, 7]
    assert (first["kind"], first["before"]) == ("act", [])
    assert second["record_id"] == str(unit.name)
    assert [v["valid"] for v in second["before"]] == [{"from": "1985-05-24", "to": None}]
    assert [(v["attributes"]["text"], v["valid"]) for v in second["after"]] == [
        ("从化市", {"from": "1985-05-24", "to": "2014-02-12"}),
        ("从化区", {"from": "2014-02-12", "to": None}),
    ]
    assert second["after"][1]["started_by"] == str(approval)
    published = second["changeset"]
    assert (published["id"], published["first_seq"], published["last_seq"]) == (2, 6, 7)
    assert (published["reason"], published["purpose"]) == ("撤市设区", "act")
    assert [(a["act_id"], a["number"]) for a in published["acts"]] == [
        (str(approval), "国函〔2014〕14号")
    ]


def test_an_act_is_told_as_it_was_known_when_it_was_cited(conn: Conn) -> None:
    approval = uuid4()
    cited = Changeset("li.ming", "设区", "act", [approval])
    publish(conn, act(approval, number="国函1号"), why=cited)
    publish(conn, act(approval, number="国函〔2014〕1号"), why=CORRECTION)
    [change, _] = load_change_page(conn, KINDS, 0)["changes"]
    assert [a["number"] for a in change["changeset"]["acts"]] == ["国函1号"]


def test_the_feed_does_not_tell_who_the_author_is(conn: Conn) -> None:
    publish(conn, act(uuid4()), why=Changeset("li.ming", "typing error", "correction"))
    assert "li.ming" not in json.dumps(load_change_page(conn, KINDS, 0))


def test_pages_of_any_size_join_to_one_feed_without_gaps(conn: Conn) -> None:
    register = RandomChanges(4, units=5)
    register.found(conn)
    for _ in range(25):
        register.publish(conn)
    feed = whole_feed(conn, 1000)
    assert [change["seq"] for change in feed] == list(range(1, len(feed) + 1))
    assert whole_feed(conn, 7) == feed
    assert load_change_page(conn, KINDS, len(feed)) == {
        "changes": [],
        "next_after": len(feed),
        "last_seq": len(feed),
    }


def test_a_reader_that_is_ahead_of_a_lagging_replica_waits(conn: Conn) -> None:
    publish(conn, act(uuid4()))
    assert load_change_page(conn, KINDS, 99) == {"changes": [], "next_after": 99, "last_seq": 1}


def test_what_is_published_later_does_not_change_the_feed_before_it(conn: Conn) -> None:
    register = RandomChanges(5, units=4)
    register.found(conn)
    before = whole_feed(conn, 1000)
    for _ in range(15):
        register.publish(conn)
    assert whole_feed(conn, 1000)[: len(before)] == before


def test_the_feed_adds_up_to_the_snapshot_and_both_to_the_checksum(conn: Conn) -> None:
    register = RandomChanges(6, units=5)
    register.found(conn)
    for _ in range(25):
        register.publish(conn)
    known: dict[bytes, Any] = {}
    for change in whole_feed(conn, 1000):
        for version in change["before"]:
            del known[compute_digest(version)]
        known |= {compute_digest(version): version for version in change["after"]}

    head, *lines = b"".join(stream_snapshot(conn, KINDS)).splitlines()
    assert {sha256(line).digest() for line in lines} == known.keys()
    assert len(lines) == len(known) == json.loads(head)["versions"]
    total = sum(int.from_bytes(value, "big") for value in known) % 2**256
    assert json.loads(head) == compute_checksum(conn, KINDS).serialize()
    assert json.loads(head)["checksum"] == f"{total:064x}"


def test_any_json_library_gives_the_bytes_that_digests_are_of(conn: Conn) -> None:
    register = RandomChanges(7, units=3)
    register.found(conn)
    for _ in range(40):
        register.publish(conn)
    for line in b"".join(stream_snapshot(conn, KINDS)).splitlines()[1:]:
        again = json.dumps(
            json.loads(line), sort_keys=True, ensure_ascii=False, separators=(",", ":")
        )
        assert again.encode() == line


def test_the_checksum_of_an_earlier_number_is_what_it_was_then(conn: Conn) -> None:
    register = RandomChanges(8, units=4)
    assert compute_checksum(conn, KINDS, 0) == compute_checksum(conn, KINDS)
    then = [compute_checksum(conn, KINDS)]
    register.found(conn)
    for _ in range(15):
        then.append(compute_checksum(conn, KINDS))
        register.publish(conn)
    assert len({state.seq for state in then}) > 5
    assert [compute_checksum(conn, KINDS, state.seq) for state in then] == then


def test_a_state_inside_a_changeset_has_no_checksum(conn: Conn) -> None:
    publish(conn, *UnitRecords().founded("440106", "天河区"))
    with pytest.raises(InvalidValue) as refused:
        compute_checksum(conn, KINDS, 3)
    assert (refused.value.field, refused.value.message.id) == (
        "seq",
        "ledger.seq_inside_changeset",
    )
    assert refused.value.extras == {"first_seq": 1, "last_seq": 5}


def test_a_number_that_is_not_published_yet_has_no_checksum(conn: Conn) -> None:
    publish(conn, act(uuid4()))
    with pytest.raises(InvalidValue) as refused:
        compute_checksum(conn, KINDS, 2)
    assert refused.value.extras == {"last_seq": 1}
    assert refused.value.text("zh") == "序号 2 尚未发布；最新序号为 1。"


def test_a_snapshot_of_one_kind_holds_only_that(conn: Conn) -> None:
    publish(conn, *UnitRecords().founded("440106", "天河区"), act(uuid4()))
    head, *lines = b"".join(stream_snapshot(conn, {"code": KINDS["code"]})).splitlines()
    assert [json.loads(line)["kind"] for line in lines] == ["code"]
    assert json.loads(head)["checksum"] == f"{int(sha256(lines[0]).hexdigest(), 16):064x}"


def test_a_snapshot_is_of_one_instant_however_slowly_it_is_read(conn: Conn, database: str) -> None:
    publish(conn, *UnitRecords().founded("440106", "天河区"))
    with Connection.connect(database, autocommit=True) as reader:
        lines = stream_snapshot(reader, KINDS)
        head = json.loads(next(lines))
        publish(conn, *UnitRecords().founded("440105", "海珠区"))
        rest = b"".join(lines).splitlines()
    total = sum(int(sha256(line).hexdigest(), 16) for line in rest) % 2**256
    assert (head["seq"], head["checksum"]) == (5, f"{total:064x}")


@pytest.fixture
def changed(conn: Conn) -> Conn:
    """A register with a unit whose name was corrected."""
    unit = UnitRecords()
    publish(conn, *unit.founded("440106", "天河区"), why=LOAD)
    corrected = Statement("name", unit.name, span("1985-05-24"), unit.named("天河"))
    publish(conn, corrected, why=CORRECTION)
    return conn


def test_an_honest_ledger_recomputes_to_what_it_kept(changed: Conn) -> None:
    assert list(find_tampering(changed, KINDS)) == []


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE name_version SET text = '天大区'", {"version_altered", "sum_differs"}),
        (
            "UPDATE name_version SET text = '天大区' WHERE closed_in IS NOT NULL",
            {"version_altered"},
        ),
        ("DELETE FROM code_version", {"sum_differs"}),
        (
            "UPDATE code_version SET closed_in = 2,"
            " recorded = tstzrange(lower(recorded), (SELECT max(recorded_at) FROM changeset))",
            {"sum_differs", "change_missing"},
        ),
        (
            "UPDATE name_version SET recorded = tstzrange('2020-01-01', upper(recorded))"
            " WHERE closed_in IS NOT NULL",
            {"version_moved"},
        ),
        ("DELETE FROM change WHERE seq = 2", {"sequence_broken", "change_missing"}),
        ("UPDATE ledger_sum SET versions = 9 WHERE kind = 'act'", {"sum_differs"}),
    ],
)
def test_what_was_changed_behind_the_ledgers_back_is_found(
    changed: Conn, statement: str, found: set[str]
) -> None:
    with changed.transaction():
        changed.execute("SET LOCAL session_replication_role = replica")
        changed.execute(statement)
    assert {fault.what for fault in find_tampering(changed, KINDS)} == found

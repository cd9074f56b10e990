"""The reference follower against the service over HTTP, killed and lied to."""

import gzip
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from uuid import uuid4

import pytest
from click.testing import CliRunner
from psycopg import Connection

from gazetteer.ledger.follower import Follower
from gazetteer.ledger.period import Period
from gazetteer.ledger.versions import Statement
from tests.gazetteer.ledger.registers import (
    CORRECTION,
    RandomChanges,
    UnitRecords,
    act,
    publish,
)
from web.commands.follow import follow_command

Conn = Connection[Any]

FOLLOWER = """
import sys, time
from pathlib import Path
from gazetteer.ledger.follower import Follower

follower = Follower(sys.argv[1], Path(sys.argv[2]))
while True:
    assert follower.catch_up()
    time.sleep(0.02)
"""
# Ends as abruptly as can be after it has applied some changes, wherever that is.
SUICIDAL = """
import os, signal, sys
from pathlib import Path
from gazetteer.ledger.follower import Follower

class Suicidal(Follower):
    applied = 0

    def _apply_change(self, change):
        super()._apply_change(change)
        self.applied += 1
        if self.applied == int(sys.argv[3]):
            os.kill(os.getpid(), signal.SIGKILL)

Suicidal(sys.argv[1], Path(sys.argv[2])).catch_up()
"""


def start(program: str, *arguments: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)], cwd=Path(__file__).parents[3]
    )


def get(url: str) -> Any:
    with urlopen(url) as answer:
        return json.load(answer)


def in_step(service: str, copy: Follower) -> bool:
    register = get(f"{service}/v1/checksum")
    return (copy.seq, copy.compute_checksum()) == (register["seq"], register["checksum"])


def test_after_a_thousand_random_changes_and_kills_the_copy_is_exact(
    service: str, conn: Conn, tmp_path: Path
) -> None:
    register, chance, copy = RandomChanges(9), random.Random(9), tmp_path / "copy.sqlite"
    register.found(conn)
    process, kills, begun, last_seq = start(FOLLOWER, service, copy), 0, 0.0, 0
    try:
        while last_seq < 1000 or kills < 3:
            published = register.publish(conn)
            last_seq = published.last_seq if published else last_seq
            if copy.exists() and time.monotonic() - begun > chance.uniform(0.3, 2):
                process.send_signal(signal.SIGKILL)
                assert process.wait() == -signal.SIGKILL  # it had not ended by itself
                kills += 1
                process, begun = start(FOLLOWER, service, copy), time.monotonic()
    finally:
        process.kill()
        process.wait()
    follower = Follower(service, copy)
    assert follower.catch_up()  # without beginning anew
    assert in_step(service, follower)


@pytest.mark.parametrize("applied", [1, 17, 40])
def test_killed_inside_a_changeset_the_copy_stands_at_the_end_of_the_one_before(
    service: str, conn: Conn, tmp_path: Path, applied: int
) -> None:
    copy = tmp_path / "copy.sqlite"
    publish(conn, *UnitRecords().founded("440106", "天河区"))
    assert Follower(service, copy).catch_up()
    zones = [Statement("functional_area", uuid4(), Period(), {"name": "开发区"}) for _ in range(40)]
    publish(conn, act(uuid4()), why=CORRECTION)
    publish(conn, *zones, why=CORRECTION)
    killed = start(SUICIDAL, service, copy, 1 + applied)
    assert killed.wait() == -signal.SIGKILL
    follower = Follower(service, copy)
    assert follower.seq == 6
    assert follower.compute_checksum() == get(f"{service}/v1/checksum?seq=6")["checksum"]
    assert follower.catch_up()
    assert (follower.seq, in_step(service, follower)) == (46, True)


def test_killed_inside_the_first_snapshot_the_copy_begins_again(
    service: str, conn: Conn, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.sqlite"
    publish(conn, *UnitRecords().founded("440106", "天河区"))
    dying = SUICIDAL.replace("_apply_change(self, change)", "_add_version(self, version)").replace(
        "_apply_change(change)", "_add_version(version)"
    )
    assert start(dying, service, copy, 3).wait() == -signal.SIGKILL
    follower = Follower(service, copy)
    assert follower.seq is None
    assert follower.catch_up()
    assert in_step(service, follower)


def test_a_changeset_longer_than_a_page_is_applied_whole(
    service: str, conn: Conn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gazetteer.ledger.follower.PAGE", 3)
    follower = Follower(service, tmp_path / "copy.sqlite")
    assert follower.catch_up()
    publish(conn, *UnitRecords().founded("440106", "天河区"))
    assert follower.catch_up()
    assert (follower.seq, in_step(service, follower)) == (5, True)


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM version WHERE kind = 'code'",
        "UPDATE version SET body = replace(body, '天河', '天大')",
        "UPDATE state SET seq = 99",
    ],
)
def test_a_copy_that_somebody_wrote_into_is_repaired(
    service: str, conn: Conn, tmp_path: Path, damage: str
) -> None:
    copy = tmp_path / "copy.sqlite"
    publish(conn, *UnitRecords().founded("440106", "天河区"))
    assert Follower(service, copy).catch_up()
    with sqlite3.connect(copy) as hand:
        hand.execute(damage)
    hand.close()
    follower = Follower(service, copy)
    assert not follower.catch_up()
    assert in_step(service, follower)


def test_a_register_that_is_away_costs_the_copy_nothing(
    service: str, conn: Conn, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.sqlite"
    publish(conn, act(uuid4()))
    assert Follower(service, copy).catch_up()
    with pytest.raises(OSError, match="refused"):
        Follower("http://127.0.0.1:9", copy).catch_up()
    assert Follower(service, copy).catch_up()


def test_a_snapshot_that_is_cut_off_is_not_taken_for_a_register(
    service: str, conn: Conn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(conn, *UnitRecords().founded("440106", "天河区"))
    follower = Follower(service, tmp_path / "copy.sqlite")
    whole = Follower._fetch_lines
    monkeypatch.setattr(
        Follower, "_fetch_lines", lambda self, path: iter(list(whole(self, path))[:-1])
    )
    with pytest.raises(OSError, match="cut off"):
        follower.catch_up()
    assert follower.seq is None
    monkeypatch.undo()
    assert follower.catch_up()


def test_the_snapshot_is_packed_for_who_accepts_it(service: str, conn: Conn) -> None:
    publish(conn, *UnitRecords().founded("440106", "天河区"))
    with urlopen(f"{service}/v1/snapshot") as plain:
        assert plain.headers["Content-Type"].startswith("application/x-ndjson")
        lines = plain.read()
    packed = Request(f"{service}/v1/snapshot", headers={"Accept-Encoding": "gzip"})
    with urlopen(packed) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(answer.read()) == lines


def test_a_reader_that_leaves_in_the_middle_gives_its_connection_back(
    service: str, conn: Conn
) -> None:
    publish(conn, *UnitRecords().founded("440106", "天河区"))
    for _ in range(12):  # more than the pool has
        with urlopen(f"{service}/v1/snapshot") as answer:
            answer.readline()
    assert get(f"{service}/v1/checksum")["seq"] == 5


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/v1/changes?after=-1", "after"),
        ("/v1/changes?after=first", "after"),
        ("/v1/changes?limit=0", "limit"),
        ("/v1/changes?limit=1001", "limit"),
        ("/v1/changes?since=3", "since"),
        ("/v1/checksum?seq=7", "seq"),
        ("/v1/checksum?seq=99999999999999999999", "seq"),
        ("/v1/changes?after=99999999999999999999", "after"),
        ("/v1/snapshot?kind=county", "kind"),
    ],
)
def test_a_question_that_cannot_be_answered_names_the_field(
    service: str, path: str, field: str
) -> None:
    with pytest.raises(HTTPError) as refused:
        get(service + path)
    assert refused.value.code == 400
    assert refused.value.headers["Content-Type"] == "application/problem+json"
    assert json.load(refused.value)["field"] == field


def test_the_command_catches_up_once_and_says_where_it_stands(
    service: str, conn: Conn, tmp_path: Path
) -> None:
    publish(conn, *UnitRecords().founded("440106", "天河区"))
    arguments = [service, "--into", os.fspath(tmp_path / "copy.sqlite"), "--once"]
    result = CliRunner().invoke(follow_command, arguments)
    assert result.exit_code == 0
    assert f"In step at 5: checksum {get(f'{service}/v1/checksum')['checksum']}" in result.output


@pytest.mark.parametrize(
    ("url", "code", "expected"),
    [("ftp://names.example", 2, "http://"), ("http://127.0.0.1:9", 1, "refused")],
)
def test_the_command_says_what_is_wrong_with_the_address(
    tmp_path: Path, url: str, code: int, expected: str
) -> None:
    arguments = [url, "--into", os.fspath(tmp_path / "copy.sqlite"), "--once"]
    result = CliRunner().invoke(follow_command, arguments)
    assert (result.exit_code, expected in result.output) == (code, True)

"""The index of serving processes: shared by a file, in step, and built apart where it is large."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from psycopg import Connection

from boundaries.areas.label_points import load_unit_points
from gazetteer.search.index import index_files
from gazetteer.search.index.index_building import build_name_index
from gazetteer.search.index.index_files import IndexFiles
from gazetteer.search.index.index_loading import load_source
from tests.gazetteer.ledger.registers import CORRECTION, Statement, UnitRecords, publish, span
from tests.gazetteer.search.index.test_index_building import assert_same
from tests.web.run_command import command, environment
from tests.web.served import free_port, wait_until_it_answers
from web.services.index_building_process import build_index_apart


@pytest.fixture
def two_processes(database: str, tmp_path: Path) -> Iterator[str]:
    """The address of a service of two processes."""
    port = str(free_port())
    settings = {"PORT": port, "PROCESSES": "2", "RATE_LIMIT": "off"}
    service = subprocess.Popen(
        command("serve", "--empty", "--no-worker"), env=environment(database, tmp_path, **settings)
    )
    try:
        wait_until_it_answers(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        service.send_signal(signal.SIGTERM)
        service.wait(60)


def find_known_at(address: str, name: str) -> set[str | None]:
    """The states that some answers show which know a name; ``None`` stands for one that does not.

    Each answer is from a connection of its own, which any of the processes may have taken.
    """
    states = set()
    for _ in range(20):
        with urlopen(f"{address}/v1/geocode?address={quote(name)}", timeout=60) as response:
            answer = json.load(response)
        states.add(answer["geocoding"]["known_at"] if answer["features"] else None)
    return states


def test_all_processes_answer_with_what_was_published(
    two_processes: str, conn: Connection[Any], tmp_path: Path
) -> None:
    unit = UnitRecords()
    publish(conn, *unit.founded("440106", "天河区"))
    for turn, name in enumerate(("天河区", "东河区", "西河区")):
        if turn:
            renamed = Statement("name", unit.name, span(f"{2000 + turn}-01-01"), unit.named(name))
            publish(conn, renamed, why=CORRECTION)
        for _ in range(100):
            states = find_known_at(two_processes, name)
            if len(states) == 1 and None not in states:
                break
            time.sleep(0.1)
        else:
            raise AssertionError(f"{name}: {states}")
    assert 1 <= len(list((tmp_path / "index").glob("index-*.bin"))) <= 4


def test_a_large_register_is_indexed_by_a_process_of_its_own(
    database: str, conn: Connection[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(conn, *UnitRecords().founded("440106", "天河区"))
    monkeypatch.setattr(index_files, "_LARGE_SEQ", 0)
    monkeypatch.setattr(index_files, "build_columns", None)  # nobody builds here
    files = IndexFiles(tmp_path, load_unit_points, lambda: build_index_apart(database, tmp_path))
    index = files.load_newest(conn)
    monkeypatch.undo()
    assert_same(index, build_name_index(load_source(conn, load_unit_points)))


def test_a_process_that_fails_does_not_take_the_answers_with_it(
    conn: Connection[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(conn, *UnitRecords().founded("440106", "天河区"))
    monkeypatch.setattr(index_files, "_LARGE_SEQ", 0)
    nowhere = "host=127.0.0.1 port=1 dbname=nothing connect_timeout=1"
    files = IndexFiles(tmp_path, load_unit_points, lambda: build_index_apart(nowhere, tmp_path))
    assert list(files.load_newest(conn).names) == ["天河区"]

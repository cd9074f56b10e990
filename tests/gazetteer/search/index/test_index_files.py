"""One process makes the file of an index, and all others map it."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from gazetteer.search.index import index_files
from gazetteer.search.index.index_files import IndexFiles
from gazetteer.search.index.index_source import IndexSource
from gazetteer.search.index.name_index import NameIndex
from tests.conftest import TEMPLATE, copied
from tests.gazetteer.ledger.registers import (
    CORRECTION,
    SQUARE,
    Statement,
    UnitRecords,
    act,
    publish,
    span,
)
from tests.gazetteer.search.index.test_index_building import assert_same, build_anew, load_points

TIANHE, HAIZHU, YUEXIU = UnitRecords(), UnitRecords(), UnitRecords()


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How many indexes were built of all rows, and how many took changes in."""
    counts = {"built": 0, "spliced": 0}
    build, splice = index_files.build_columns, index_files.splice_columns

    def build_counted(*arguments: Any) -> Any:
        counts["built"] += 1
        return build(*arguments)

    def splice_counted(*arguments: Any) -> Any:
        counts["spliced"] += 1
        return splice(*arguments)

    monkeypatch.setattr(index_files, "build_columns", build_counted)
    monkeypatch.setattr(index_files, "splice_columns", splice_counted)
    return counts


@pytest.fixture
def register(conn: Connection[Any]) -> Connection[Any]:
    """A register with two counties."""
    publish(conn, *TIANHE.founded("440106", "天河区"), *HAIZHU.founded("440105", "海珠区"))
    return conn


def rename(unit: UnitRecords, name: str) -> Statement:
    return Statement("name", unit.name, span("2000-01-01"), unit.named(name))


def load(conn: Connection[Any], directory: Path) -> NameIndex:
    """The index as a process that has just begun finds it."""
    return IndexFiles(directory, load_points).load_newest(conn)


def list_files(directory: Path) -> list[Path]:
    return sorted(directory.glob("index-*"))


def test_a_second_process_maps_what_the_first_has_made(
    register: Connection[Any], tmp_path: Path, counts: dict[str, int]
) -> None:
    first, second = load(register, tmp_path), load(register, tmp_path)
    assert counts == {"built": 1, "spliced": 0}
    assert_same(second, first)
    assert len(list_files(tmp_path)) == 1


def test_a_publication_is_taken_in_once_for_all(
    register: Connection[Any], tmp_path: Path, counts: dict[str, int]
) -> None:
    processes = [IndexFiles(tmp_path, load_points) for _ in range(3)]
    for process in processes:
        process.load_newest(register)
    publish(register, rename(TIANHE, "天河新区"), why=CORRECTION)
    indexes = [process.load_newest(register) for process in processes]
    assert counts == {"built": 1, "spliced": 1}
    for index in indexes:
        assert_same(index, build_anew(register))
        assert index.find_key("天河新区") is not None


def test_publications_one_after_another_are_taken_in_by_who_comes_first(
    register: Connection[Any], tmp_path: Path, counts: dict[str, int]
) -> None:
    processes = [IndexFiles(tmp_path, load_points) for _ in range(2)]
    for turn in range(12):
        name = "东西南北大小"[turn % 6] + "河区"
        publish(register, rename(TIANHE, name), why=CORRECTION)
        one, other = processes[turn % 2], processes[(turn + turn // 4) % 2]
        assert_same(one.load_newest(register), build_anew(register))
        assert_same(other.load_newest(register), build_anew(register))
        if turn % 5 == 4:  # one that begins with an automaton of its own
            processes[0] = IndexFiles(tmp_path, load_points)
    assert counts["built"] == 1


def test_what_changes_no_name_changes_no_column(
    register: Connection[Any], tmp_path: Path, counts: dict[str, int]
) -> None:
    files = IndexFiles(tmp_path, load_points)
    before = files.load_newest(register)
    publish(register, act(YUEXIU.unit), why=CORRECTION)
    after = files.load_newest(register)
    assert counts["built"] == 1 and after.seq > before.seq
    assert all(after.columns[name] is column for name, column in before.columns.items())
    assert_same(after, build_anew(register))


def test_a_new_area_changes_points_alone(
    register: Connection[Any], tmp_path: Path, counts: dict[str, int]
) -> None:
    files = IndexFiles(tmp_path, load_points)
    before = files.load_newest(register)
    area = {"unit_id": TIANHE.unit, "geom": SQUARE, "source": "drawn"}
    publish(register, Statement("area", YUEXIU.place, span(), area), why=CORRECTION)
    after = files.load_newest(register)
    changed = {name for name, column in before.columns.items() if after.columns[name] is not column}
    assert counts["built"] == 1
    assert changed and all(name.startswith("points.") for name in changed)
    assert_same(after, build_anew(register))


@pytest.mark.parametrize("damage", ["flipped", "cut", "empty"])
def test_a_damaged_file_is_made_again(
    register: Connection[Any], tmp_path: Path, counts: dict[str, int], damage: str
) -> None:
    load(register, tmp_path)
    (path,) = list_files(tmp_path)
    content = bytearray(path.read_bytes())
    content[content.index("天河区".encode())] ^= 1
    path.unlink()
    half = bytes(content[: len(content) // 2])
    path.write_bytes({"flipped": bytes(content), "cut": half, "empty": b""}[damage])
    assert_same(load(register, tmp_path), build_anew(register))
    assert counts["built"] == 2
    assert_same(load(register, tmp_path), build_anew(register))
    assert counts["built"] == 2


def test_files_that_nothing_refers_to_are_removed(
    register: Connection[Any], tmp_path: Path
) -> None:
    files = IndexFiles(tmp_path, load_points)
    mapped = files.load_newest(register)
    names = list(mapped.names)
    for turn in range(6):
        publish(register, rename(TIANHE, "东西南北大小"[turn] + "河区"), why=CORRECTION)
        (tmp_path / f"index-foreign-{turn}-0.bin.99.part").write_bytes(b"cut off")
        files.load_newest(register)
        assert len(list_files(tmp_path)) <= 4
    assert not list(tmp_path.glob("*.part"))
    assert list(mapped.names) == names  # its file may be gone, its pages are not


def test_the_file_of_another_register_is_never_taken(
    register: Connection[Any], tmp_path: Path, cluster: Any
) -> None:
    load(register, tmp_path)
    with copied(cluster, TEMPLATE) as other, psycopg.connect(other, autocommit=True) as conn:
        publish(conn, *TIANHE.founded("440106", "别处"), *HAIZHU.founded("440105", "海珠区"))
        assert list(load(conn, tmp_path).names) == ["海珠区", "别处"]
    assert list(load(register, tmp_path).names) == ["海珠区", "天河区"]


def test_a_register_restored_to_an_earlier_state_is_indexed_as_it_is(
    register: Connection[Any], tmp_path: Path, cluster: Any
) -> None:
    """What a process holds of the history that was given up must not be found again."""
    files = IndexFiles(tmp_path, load_points)
    files.load_newest(register)
    name = register.info.dbname
    register.close()
    with copied(cluster, name) as given_up, copied(cluster, name) as restored:
        for conninfo, published in ((given_up, "失去区"), (restored, "得到区")):
            with psycopg.connect(conninfo, autocommit=True) as conn:
                publish(conn, rename(TIANHE, published), why=CORRECTION)
                index = files.load_newest(conn)
                assert_same(index, build_anew(conn))
                assert index.find_key("失去区") is None or published == "失去区"


def test_a_directory_that_cannot_be_written_to_costs_only_time(
    register: Connection[Any], tmp_path: Path
) -> None:
    (tmp_path / "index").write_text("in the way")
    assert_same(load(register, tmp_path / "index"), build_anew(register))


def make_in_child(database: str, directory: Path, begun: Any, seconds: float) -> None:
    """Make the file in another process, and take some seconds for the building."""
    build = index_files.build_columns

    def build_slowly(source: IndexSource) -> Any:
        begun.set()
        time.sleep(seconds)
        return build(source)

    index_files.build_columns = build_slowly
    with psycopg.connect(database, autocommit=True) as conn:
        load(conn, directory)


@contextmanager
def child(database: str, directory: Path, seconds: float) -> Iterator[Any]:
    """Another process that is building the index."""
    context = get_context("fork")
    begun = context.Event()
    process = context.Process(target=make_in_child, args=(database, directory, begun, seconds))
    process.start()
    assert begun.wait(60)
    yield process
    process.join(60)


def test_who_comes_while_another_builds_waits_and_builds_nothing(
    register: Connection[Any], database: str, tmp_path: Path, counts: dict[str, int]
) -> None:
    with child(database, tmp_path, 0.5) as process:
        index = load(register, tmp_path)
        process.join(60)
        assert process.exitcode == 0
    assert counts == {"built": 0, "spliced": 0}
    assert_same(index, build_anew(register))


def test_a_builder_that_is_killed_leaves_nothing_but_the_work(
    register: Connection[Any], database: str, tmp_path: Path, counts: dict[str, int]
) -> None:
    with child(database, tmp_path, 600) as process:
        os.kill(process.pid, signal.SIGKILL)
        assert_same(load(register, tmp_path), build_anew(register))
    assert counts["built"] == 1

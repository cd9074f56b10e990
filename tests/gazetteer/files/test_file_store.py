"""The store and its rows: whole files or none, whatever breaks, whoever comes at the same time."""

import hashlib
import io
import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from gazetteer.files.file_integrity import find_damaged_files
from gazetteer.files.file_records import (
    FileDescription,
    StoredFile,
    keep_file,
    load_file,
    lock_hash,
)
from gazetteer.files.file_store import FileStore, open_store
from gazetteer.files.problems import StorageFull, StorageUnavailable
from gazetteer.files.store_maintenance import tidy_store
from gazetteer.ledger.record_kind import Audience
from gazetteer.problems import TooLarge
from gazetteer.settings import get_settings

Conn = Connection[Any]
CONTENT = b"approval " * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
DAY = 86_400


def describe(audience: Audience = Audience.INTERNAL, name: str = "批复.pdf") -> FileDescription:
    return FileDescription("application/pdf", name, audience, "account:li")


def keep(
    conn: Conn,
    store: FileStore,
    content: bytes = CONTENT,
    description: FileDescription | None = None,
) -> tuple[StoredFile, bool]:
    with store.receive_file(io.BytesIO(content)) as incoming:
        return keep_file(conn, store, incoming, description or describe())


def list_files(store: FileStore) -> list[str]:
    """Every file below the store, whatever it is."""
    found = (path for path in store.directory.rglob("*") if path.is_file())
    return sorted(str(path.relative_to(store.directory)) for path in found)


def list_audit(conn: Conn) -> list[str]:
    return [row[0] for row in conn.execute("SELECT action FROM audit ORDER BY audit_id")]


def test_a_file_is_stored_bit_by_bit_under_its_hash(conn: Conn, store: FileStore) -> None:
    stored, is_new = keep(conn, store)
    assert (stored.sha256, stored.size, is_new) == (SHA256, len(CONTENT), True)
    assert (stored.name, stored.uploaded_by) == ("批复.pdf", "account:li")
    assert list_files(store) == [f"{SHA256[:2]}/{SHA256[2:]}"]
    with store.open_file(SHA256) as file:
        assert file.read() == CONTENT
    assert store.locate_file(SHA256).stat().st_mode & 0o777 == 0o600
    assert list(store.iter_hashes()) == [SHA256]
    assert list_audit(conn) == ["file.add"]


def test_the_same_content_is_one_file_with_its_first_row(conn: Conn, store: FileStore) -> None:
    first, _ = keep(conn, store)
    again, is_new = keep(conn, store, description=describe(name="scan.pdf"))
    assert (again, is_new) == (first, False)
    assert list_audit(conn) == ["file.add"]


def test_a_file_is_released_to_the_public_and_never_taken_back(
    conn: Conn, store: FileStore
) -> None:
    keep(conn, store)
    released, is_new = keep(conn, store, description=describe(Audience.PUBLIC))
    assert (released.audience, is_new) == (Audience.PUBLIC, False)
    assert keep(conn, store)[0].audience is Audience.PUBLIC
    assert list_audit(conn) == ["file.add", "file.release"]


def test_a_stream_over_the_limit_is_not_read_on(store: FileStore) -> None:
    stream = io.BytesIO(bytes(5 << 20))
    with pytest.raises(TooLarge, match="2 MB"), store.receive_file(stream, 2 << 20):
        pytest.fail("accepted")
    assert stream.tell() <= 3 << 20
    assert list_files(store) == []


def test_whoever_fails_between_leaves_nothing(store: FileStore) -> None:
    with pytest.raises(RuntimeError), store.receive_file(io.BytesIO(CONTENT)):
        raise RuntimeError
    assert list_files(store) == []


def test_a_row_that_is_refused_takes_its_file_back(conn: Conn, store: FileStore) -> None:
    conn.execute("ALTER TABLE file ADD CHECK (name <> 'refused.pdf')")
    with pytest.raises(psycopg.errors.CheckViolation):
        keep(conn, store, description=describe(name="refused.pdf"))
    assert list_files(store) == []
    assert load_file(conn, SHA256) is None


def test_a_full_disk_is_a_problem_and_leaves_neither_row_nor_file(
    conn: Conn, small_disk: Path
) -> None:
    store = FileStore(small_disk)
    keep(conn, store)
    with pytest.raises(StorageFull):
        keep(conn, store, os.urandom(2 << 20))
    assert list_files(store) == [f"{SHA256[:2]}/{SHA256[2:]}"]
    assert conn.execute("SELECT count(*) FROM file").fetchone() == (1,)
    keep(conn, store, b"small enough")


def test_a_read_only_store_is_a_problem(conn: Conn, small_disk: Path) -> None:
    store = FileStore(small_disk)
    keep(conn, store)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with pytest.raises(StorageUnavailable, match="Read-only"):
        keep(conn, store, b"another")
    with store.open_file(SHA256) as file:
        assert file.read() == CONTENT


def test_a_missing_store_is_a_problem(conn: Conn, tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailable):
        keep(conn, FileStore(tmp_path / "unmounted"))
    with pytest.raises(StorageUnavailable):
        FileStore(tmp_path / "unmounted").open_file(SHA256)


def test_only_the_directory_in_home_is_created(tmp_path: Path) -> None:
    ours = get_settings().model_copy(update={"home": tmp_path / "var", "files_dir": ""})
    assert open_store(ours).directory == tmp_path / "var" / "files"
    assert (tmp_path / "var" / "files").is_dir()
    share = ours.model_copy(update={"files_dir": str(tmp_path / "share")})
    with pytest.raises(StorageUnavailable, match="GAZETTEER_FILES_DIR"):
        open_store(share)
    assert not (tmp_path / "share").exists()


def test_many_who_send_the_same_file_get_one(database: str, store: FileStore) -> None:
    def send(_: int) -> bool:
        with psycopg.connect(database, autocommit=True) as conn:
            return keep(conn, store)[1]

    with ThreadPoolExecutor(8) as pool:
        created = list(pool.map(send, range(16)))
    assert sorted(created) == [False] * 15 + [True]
    assert list_files(store) == [f"{SHA256[:2]}/{SHA256[2:]}"]


# What is damaged


def test_missing_and_altered_files_are_found(conn: Conn, store: FileStore) -> None:
    for content in (b"one", b"two", b"three"):
        keep(conn, store, content)
    one, two = (hashlib.sha256(content).hexdigest() for content in (b"one", b"two"))
    assert list(find_damaged_files(conn, store)) == []
    store.locate_file(one).unlink()
    store.locate_file(two).write_bytes(b"owt")
    found = {result.subject: result for result in find_damaged_files(conn, store)}
    assert {subject: result.check for subject, result in found.items()} == {
        one: "file_missing",
        two: "file_altered",
    }
    assert all(result.severity == "error" for result in found.values())
    assert "批复.pdf" in found[one].detail.text("en")


def test_the_original_sent_again_heals_a_damaged_file(conn: Conn, store: FileStore) -> None:
    keep(conn, store)
    store.locate_file(SHA256).write_bytes(b"bits have rotted")
    assert keep(conn, store)[1] is False
    assert list(find_damaged_files(conn, store)) == []


# Maintenance


def age(path: Path, days: float) -> None:
    moment = time.time() - days * DAY
    os.utime(path, (moment, moment))


def test_files_without_a_row_are_set_aside_and_deleted_later(conn: Conn, store: FileStore) -> None:
    with store.receive_file(io.BytesIO(CONTENT)) as incoming:
        store.place_file(incoming)
    keep(conn, store, b"known")
    tidy_store(conn, store)
    assert list(store.iter_hashes()) == [hashlib.sha256(b"known").hexdigest()]
    aside = store.directory / "unreferenced" / SHA256
    assert aside.read_bytes() == CONTENT
    age(aside, 31)
    tidy_store(conn, store)
    assert not aside.exists()


def test_a_file_set_aside_returns_with_its_row(conn: Conn, store: FileStore) -> None:
    keep(conn, store)
    row = conn.execute("DELETE FROM file RETURNING *").fetchone()
    tidy_store(conn, store)
    assert not store.locate_file(SHA256).exists()
    conn.execute("INSERT INTO file VALUES (%s, %s, %s, %s, %s, %s, %s)", row)
    tidy_store(conn, store)
    assert list(find_damaged_files(conn, store)) == []


def test_uploads_that_broke_off_are_removed_after_a_day(conn: Conn, store: FileStore) -> None:
    keep(conn, store)
    running, broken = (store.incoming_directory / name for name in ("a.part", "b.part"))
    for part in (running, broken):
        part.write_bytes(b"half")
    age(broken, 2)
    tidy_store(conn, store)
    assert (running.exists(), broken.exists()) == (True, False)


def test_maintenance_waits_for_an_upload_that_has_placed_its_file(
    conn: Conn, database: str, store: FileStore
) -> None:
    with psycopg.connect(database) as sender, store.receive_file(io.BytesIO(CONTENT)) as incoming:
        lock_hash(sender, SHA256)
        store.place_file(incoming)
        with ThreadPoolExecutor(1) as pool:
            tidying = pool.submit(tidy_store, conn, store)
            waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            while sender.execute(waiting).fetchone() == (0,):
                assert not tidying.done()
            sender.execute(
                "INSERT INTO file VALUES (%s, 'application/pdf', 1, 'a', 'public', 'li', now())",
                (SHA256,),
            )
            sender.commit()
            tidying.result()
    assert store.locate_file(SHA256).read_bytes() == CONTENT

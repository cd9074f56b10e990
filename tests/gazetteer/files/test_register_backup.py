"""Backups carry database and files; one that fails leaves the last good one as it was."""

import hashlib
import io
import json
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import Connection
from psycopg.conninfo import make_conninfo

from gazetteer.accounts import account_store
from gazetteer.database.cluster import Cluster
from gazetteer.database.cluster_binaries import find_binaries
from gazetteer.database.errors import DatabaseProgramFailed
from gazetteer.database.migrate import migrate_database
from gazetteer.database.requirements import ensure_database
from gazetteer.files.file_integrity import find_damaged_files
from gazetteer.files.file_records import FileDescription, keep_file
from gazetteer.files.file_store import FileStore
from gazetteer.files.problems import DamagedFile, StorageFull
from gazetteer.files.register_backup import restore_backup, write_backup
from gazetteer.ledger.record_kind import Audience
from gazetteer.problems import Conflict, InvalidValue

Conn = Connection[Any]
CONTENTS = (b"approval", b"agreement", bytes(100_000))


@pytest.fixture
def filled(conn: Conn, database: str, store: FileStore) -> str:
    """A register with an account and some files."""
    account_store.create_account(
        conn, by="test", login="li", display_name="Li", password="heron over wet rice"
    )
    for content in CONTENTS:
        with store.receive_file(io.BytesIO(content)) as incoming:
            description = FileDescription("application/pdf", "a.pdf", Audience.INTERNAL, "li")
            keep_file(conn, store, incoming, description)
    return database


@pytest.fixture
def empty(cluster: Cluster) -> Iterator[str]:
    """A database with the extensions and nothing else."""
    name = f"restored_{uuid4().hex[:12]}"
    ensure_database(cluster.get_conninfo(name))
    yield cluster.get_conninfo(name)
    with psycopg.connect(cluster.get_conninfo("postgres"), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def elsewhere(tmp_path: Path) -> FileStore:
    directory = tmp_path / "elsewhere"
    directory.mkdir()
    return FileStore(directory)


def list_logins(conninfo: str) -> list[str]:
    with psycopg.connect(conninfo) as conn:
        return [row[0] for row in conn.execute("SELECT login FROM account ORDER BY login")]


def hash_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_database_and_files_come_back(
    filled: str, store: FileStore, empty: str, elsewhere: FileStore, tmp_path: Path
) -> None:
    target = tmp_path / "register.backup"
    summary = write_backup(filled, store, target)
    assert (summary.size, summary.file_count) == (target.stat().st_size, len(CONTENTS))
    assert target.stat().st_mode & 0o777 == 0o600
    assert restore_backup(empty, elsewhere, target, replace=False) == len(CONTENTS)
    assert list_logins(empty) == ["li"]
    assert list(elsewhere.iter_hashes()) == sorted(map(hash_of, CONTENTS))
    with psycopg.connect(empty, autocommit=True) as conn:
        assert list(find_damaged_files(conn, elsewhere)) == []
    migrate_database(empty)  # nothing is missing of the schema


def test_a_register_is_replaced_only_if_this_is_asked_for(
    conn: Conn, filled: str, store: FileStore, tmp_path: Path
) -> None:
    target = tmp_path / "register.backup"
    write_backup(filled, store, target)
    conn.execute("UPDATE account SET login = 'wang'")
    with pytest.raises(Conflict, match="--replace"):
        restore_backup(filled, store, target, replace=False)
    assert list_logins(filled) == ["wang"]
    restore_backup(filled, store, target, replace=True)
    assert list_logins(filled) == ["li"]


def test_a_dump_of_an_older_schema_replaces_a_register(
    filled: str, store: FileStore, empty: str, tmp_path: Path
) -> None:
    """As earlier versions wrote them: without files, and before there was a table of files."""
    migrate_database(empty, "0008")
    with psycopg.connect(empty) as conn:
        conn.execute("INSERT INTO login_attempts VALUES ('old', 1, now())")
    dump = tmp_path / "register.dump"
    subprocess.run(
        [find_binaries().program_path("pg_dump"), "--format=custom", f"--file={dump}", empty],
        check=True,
    )
    assert restore_backup(filled, store, dump, replace=True) == 0
    migrate_database(filled)
    with psycopg.connect(filled) as conn:
        assert conn.execute("SELECT bucket FROM login_attempts").fetchall() == [(b"old",)]
        assert conn.execute("SELECT count(*) FROM file").fetchone() == (0,)


def test_a_register_of_an_older_schema_is_backed_up(
    empty: str, store: FileStore, tmp_path: Path
) -> None:
    migrate_database(empty, "0008")
    assert write_backup(empty, store, tmp_path / "old.backup").file_count == 0


# Backups that fail


@pytest.fixture
def last_good(filled: str, store: FileStore, tmp_path: Path) -> Path:
    target = tmp_path / "register.backup"
    write_backup(filled, store, target)
    return target


def list_parts(target: Path) -> list[str]:
    return [path.name for path in target.parent.glob(".*.part")]


def test_a_missing_file_stops_a_backup_unless_it_is_left_out(
    filled: str, store: FileStore, last_good: Path
) -> None:
    before, lost = last_good.read_bytes(), hash_of(b"approval")
    store.locate_file(lost).write_bytes(b"altered")
    with pytest.raises(Conflict, match=lost):
        write_backup(filled, store, last_good)
    assert last_good.read_bytes() == before
    assert list_parts(last_good) == []
    summary = write_backup(filled, store, last_good, allow_missing=True)
    assert (summary.file_count, summary.missing) == (len(CONTENTS) - 1, (lost,))
    with zipfile.ZipFile(last_good) as archive:
        assert json.loads(archive.read("manifest.json"))["missing_files"] == [lost]


def test_a_dump_that_fails_leaves_the_last_backup(
    conn: Conn, filled: str, store: FileStore, last_good: Path
) -> None:
    before = last_good.read_bytes()
    role = f"clerk_{uuid4().hex[:12]}"  # who may not read everything
    conn.execute(f"CREATE ROLE {role}".encode())
    conn.execute(f"GRANT SELECT ON file TO {role}".encode())
    as_clerk = make_conninfo(filled, options=f"-c role={role}")
    with pytest.raises(DatabaseProgramFailed, match="pg_dump"):
        write_backup(as_clerk, store, last_good)
    conn.execute(f"DROP OWNED BY {role}; DROP ROLE {role}".encode())
    assert last_good.read_bytes() == before
    assert list_parts(last_good) == []


def test_a_full_disk_leaves_the_last_backup(
    filled: str, store: FileStore, small_disk: Path
) -> None:
    target = small_disk / "register.backup"
    target.write_bytes(b"the last good one")
    (small_disk / "full").write_bytes(bytes(900_000))
    with pytest.raises(StorageFull, match=r"register\.backup"):
        write_backup(filled, store, target)
    assert target.read_bytes() == b"the last good one"
    assert list_parts(target) == []


def test_the_rest_of_a_killed_backup_is_overwritten(
    filled: str, store: FileStore, last_good: Path
) -> None:
    part = last_good.with_name(f".{last_good.name}.part")
    part.write_bytes(bytes(10_000_000))
    size = write_backup(filled, store, last_good).size
    assert last_good.stat().st_size == size < 10_000_000
    assert list_parts(last_good) == []


@pytest.mark.parametrize("where", ["missing/register.backup", "directory", "fifo"])
def test_a_target_that_cannot_be_written_is_refused_in_words(
    filled: str, store: FileStore, tmp_path: Path, where: str
) -> None:
    (tmp_path / "directory").mkdir()
    subprocess.run(["mkfifo", tmp_path / "fifo"], check=True)
    with pytest.raises(InvalidValue, match=where):
        write_backup(filled, store, tmp_path / where)


def test_a_link_to_a_backup_stays_a_link(filled: str, store: FileStore, last_good: Path) -> None:
    link = last_good.with_name("latest")
    link.symlink_to(last_good)
    write_backup(filled, store, link)
    assert link.is_symlink()


# Restores that fail


def flip_byte(path: Path, content: bytes) -> None:
    changed = bytearray(path.read_bytes())
    changed[changed.index(content)] ^= 0xFF
    path.write_bytes(changed)


@pytest.mark.parametrize("content", [b"PGDMP", b"approval", b"created_at"])
def test_a_damaged_backup_changes_nothing(
    filled: str, last_good: Path, elsewhere: FileStore, content: bytes
) -> None:
    flip_byte(last_good, content)
    with pytest.raises(DamagedFile, match=r"register\.backup"):
        restore_backup(filled, elsewhere, last_good, replace=True)
    assert list_logins(filled) == ["li"]
    assert list(elsewhere.iter_hashes()) == []


def test_a_backup_that_was_cut_off_changes_nothing(
    filled: str, last_good: Path, elsewhere: FileStore
) -> None:
    last_good.write_bytes(last_good.read_bytes()[:-1000])
    with pytest.raises(DamagedFile):
        restore_backup(filled, elsewhere, last_good, replace=True)
    assert list_logins(filled) == ["li"]


def test_a_dump_that_was_cut_off_changes_nothing(
    filled: str, store: FileStore, last_good: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(last_good) as archive:
        content = archive.read("database.dump")
    dump = tmp_path / "register.dump"
    dump.write_bytes(content[: len(content) * 3 // 4])
    with pytest.raises(DatabaseProgramFailed, match="pg_restore"):
        restore_backup(filled, store, dump, replace=True)
    assert list_logins(filled) == ["li"]


def test_another_file_is_no_backup(filled: str, store: FileStore, tmp_path: Path) -> None:
    other = tmp_path / "photo.jpg"
    other.write_bytes(b"\xff\xd8\xff")
    with pytest.raises(DamagedFile, match="not a backup"):
        restore_backup(filled, store, other, replace=True)

"""Backups of the whole register, database and files, as one archive.

The archive is a ZIP file without compression: ``manifest.json``, ``database.dump`` (by ``pg_dump``)
and ``files/<SHA-256>``. It is written beside its target, verified, and renamed: a backup that fails
leaves the one before as it was. Dumps without files, as earlier versions wrote them, are restored.
"""

import errno
import fcntl
import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

import psycopg
from psycopg import IsolationLevel

from gazetteer.database.database_dump import DUMP_SIGNATURE, dump_database, restore_dump
from gazetteer.files.file_store import FileStore, compute_hash, translate_faults
from gazetteer.files.problems import DamagedFile, StorageFull
from gazetteer.messages import message
from gazetteer.problems import Conflict, InvalidValue

_FORMAT = 1
_MANIFEST, _DUMP, _FILES = "manifest.json", "database.dump", "files/"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class BackupSummary:
    """What a backup holds: its bytes and files, and the files that it lacks."""

    size: int
    file_count: int
    missing: tuple[str, ...]


def write_backup(
    conninfo: str, store: FileStore, target: Path, *, allow_missing: bool = False
) -> BackupSummary:
    """Write the register of one moment to ``target``, readable by its owner only.

    Args:
        conninfo: the database.
        store: the files.
        target: replaced when the backup is complete and verified.
        allow_missing: leave out files that are missing or altered, instead of failing.

    Raises:
        Conflict: files are missing or altered, or another backup to ``target`` is running.
        InvalidValue, StorageFull: ``target`` cannot be written.
        DatabaseProgramFailed: ``pg_dump`` failed.
    """
    with _open_target(target.resolve()) as file, psycopg.connect(conninfo) as conn:
        conn.isolation_level = IsolationLevel.REPEATABLE_READ
        snapshot, hashes = _open_snapshot(conn)
        missing = tuple(sha256 for sha256 in hashes if not _is_intact(store, sha256))
        if missing and not allow_missing:
            words = message("backup.files_missing", n=len(missing), sha256=missing[0])
            raise Conflict(words, field="files", files=list(missing))
        with zipfile.ZipFile(file, "w", strict_timestamps=False) as archive:
            archive.writestr(_MANIFEST, _build_manifest(missing))
            with archive.open(_DUMP, "w", force_zip64=True) as output:
                dump_database(conninfo, snapshot, output)
            for sha256 in sorted(set(hashes) - set(missing)):
                archive.write(store.locate_file(sha256), _FILES + sha256)
        _verify_archive(file, target)
        return BackupSummary(file.seek(0, os.SEEK_END), len(hashes) - len(missing), missing)


def restore_backup(conninfo: str, store: FileStore, source: Path, *, replace: bool) -> int:
    """Restore a backup: its files are added, its database comes in one transaction.

    Args:
        conninfo: the database.
        store: the files; those that are there stay.
        source: an archive, or a dump without files.
        replace: whether to replace the content of a database that is not empty.

    Returns:
        The number of files in the backup.

    Raises:
        DamagedFile: ``source`` is damaged, or no backup; nothing was restored.
        Conflict: the database is not empty, and is not to be replaced.
        DatabaseProgramFailed: the database refuses the dump; it is as it was.
    """
    with source.open("rb") as file:
        if file.read(len(DUMP_SIGNATURE)) == DUMP_SIGNATURE:
            restore_dump(conninfo, source, replace=replace)
            return 0
        if not zipfile.is_zipfile(file):
            raise DamagedFile(message("backup.unknown_format", path=source), field="source")
        hashes = _verify_archive(file, source)
        with zipfile.ZipFile(file) as archive, NamedTemporaryFile(dir=store.directory) as dump:
            for sha256 in hashes:
                with (
                    archive.open(_FILES + sha256) as content,
                    store.receive_file(content) as incoming,
                ):
                    store.place_file(incoming)
            with archive.open(_DUMP) as content, translate_faults():
                shutil.copyfileobj(content, dump, _CHUNK)
                dump.flush()
            restore_dump(conninfo, Path(dump.name), replace=replace)
    return len(hashes)


@contextmanager
def _open_target(target: Path) -> Iterator[IO[bytes]]:
    """A file beside the target, which replaces it at the end of a block that succeeds."""
    if target.exists() and not target.is_file():
        raise InvalidValue(message("backup.target_not_a_file", path=target), field="target")
    beside = target.with_name(f".{target.name}.part")
    try:
        with os.fdopen(os.open(beside, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
            _lock_target(file, target)
            try:
                file.truncate()  # a backup that was killed left its part
                yield file
                file.flush()
                os.fsync(file.fileno())
                beside.replace(target)
            except BaseException:
                beside.unlink()
                raise
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise StorageFull(message("backup.disk_full", path=target)) from error
        words = message("backup.not_written", path=target, reason=error.strerror or str(error))
        raise InvalidValue(words, field="target") from error


def _lock_target(file: IO[bytes], target: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Conflict(message("backup.running", path=target), field="target") from None


def _open_snapshot(conn: psycopg.Connection) -> tuple[str, list[str]]:
    """A snapshot for ``pg_dump`` to share, and the hashes of the files known in it."""
    exported = conn.execute("SELECT pg_export_snapshot(), to_regclass('public.file')").fetchone()
    assert exported is not None
    if exported[1] is None:  # a schema from before there were files
        return exported[0], []
    return exported[0], [row[0] for row in conn.execute("SELECT sha256 FROM file ORDER BY sha256")]


def _is_intact(store: FileStore, sha256: str) -> bool:
    path = store.locate_file(sha256)
    with translate_faults():
        return path.is_file() and compute_hash(path) == sha256


def _build_manifest(missing: tuple[str, ...]) -> str:
    created = datetime.now(UTC).isoformat()
    return json.dumps({"format": _FORMAT, "created_at": created, "missing_files": missing})


def _verify_archive(file: IO[bytes], path: Path) -> list[str]:
    """Read every part of an archive; the hashes of its files.

    Raises:
        DamagedFile: a part is missing or altered.
    """
    part = _MANIFEST
    try:
        with zipfile.ZipFile(file) as archive:
            if json.loads(archive.read(_MANIFEST))["format"] != _FORMAT:
                raise DamagedFile(message("backup.unknown_format", path=path), field="source")
            hashes = [
                name.removeprefix(_FILES) for name in archive.namelist() if name.startswith(_FILES)
            ]
            for part in (_DUMP, *(_FILES + sha256 for sha256 in hashes)):
                _verify_part(archive, part)
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError) as error:
        words = message("backup.damaged", path=path, part=part)
        raise DamagedFile(words, field="source") from error
    return hashes


def _verify_part(archive: zipfile.ZipFile, part: str) -> None:
    """Read a part, which compares its checksum, and compare a file with its name."""
    digest = hashlib.sha256()
    with archive.open(part) as content:
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
    if part not in (_DUMP, _FILES + digest.hexdigest()):
        raise zipfile.BadZipFile(part)

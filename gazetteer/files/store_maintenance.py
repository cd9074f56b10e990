"""Maintenance of the file store: what broken uploads left behind, and files without a row.

A file without a row is set aside for some days before it is deleted, and returns if its row does:
a database restored from an old backup, and then from the right one, costs no evidence.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from psycopg import Connection

from gazetteer.files.file_records import load_file, lock_hash
from gazetteer.files.file_store import FileStore, open_store, translate_faults
from gazetteer.jobs.clock import PeriodicRun, PeriodicTask

UNREFERENCED_DAYS = 30
"""Days for which a file without a row is set aside."""

_DAY_SECONDS = 86_400
_UPLOAD_DAYS = 1
_SET_ASIDE = "unreferenced"


def tidy_store(conn: Connection[Any], store: FileStore) -> None:
    """Remove what belongs to nothing; safe to run at any time and by several processes.

    Raises:
        StorageUnavailable: the store cannot be read or written.
    """
    aside = store.directory / _SET_ASIDE
    with translate_faults():
        aside.mkdir(mode=0o700, exist_ok=True)
        known = {row[0] for row in conn.execute("SELECT sha256 FROM file")}
        for sha256 in store.iter_hashes():
            if sha256 not in known:
                _set_aside(conn, store, sha256, aside / sha256)
        for path in sorted(aside.iterdir()):
            _return_file(conn, store, path)
        for stale in (
            *_iter_older(aside, UNREFERENCED_DAYS),
            *_iter_older(store.incoming_directory, _UPLOAD_DAYS),
        ):
            stale.unlink(missing_ok=True)


def _tidy_due_store(run: PeriodicRun) -> None:
    tidy_store(run.conn, open_store(run.settings))


TIDY_FILES = PeriodicTask("tidy_files", "47 18 * * *", _tidy_due_store)
"""Each night, in the time of Shanghai."""


def _set_aside(conn: Connection[Any], store: FileStore, sha256: str, target: Path) -> None:
    with conn.transaction():
        lock_hash(conn, sha256)  # an upload that places this file inserts its row under it
        path = store.locate_file(sha256)
        if load_file(conn, sha256) is None and path.exists():
            path.replace(target)
            os.utime(target)


def _return_file(conn: Connection[Any], store: FileStore, path: Path) -> None:
    with conn.transaction():
        lock_hash(conn, path.name)
        place = store.locate_file(path.name)
        if path.exists() and load_file(conn, path.name) is not None and not place.exists():
            path.replace(place)


def _iter_older(directory: Path, days: int) -> Iterator[Path]:
    """The files of a directory that were last changed more than some days ago."""
    if directory.is_dir():
        for path in directory.iterdir():
            if time.time() - path.stat().st_mtime > days * _DAY_SECONDS:
                yield path

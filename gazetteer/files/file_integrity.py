"""Verification of stored files: each one that a row refers to is read and hashed again."""

from collections.abc import Iterator
from typing import Any

from psycopg import Connection

from gazetteer.files.file_store import FileStore, compute_hash, translate_faults
from gazetteer.messages import message
from gazetteer.records.check_result import CheckResult


def find_damaged_files(conn: Connection[Any], store: FileStore) -> Iterator[CheckResult]:
    """The files that are missing, and those whose content is not what was stored.

    Raises:
        StorageUnavailable: the store cannot be read.
    """
    for sha256, name in conn.execute("SELECT sha256, name FROM file ORDER BY sha256").fetchall():
        with translate_faults():
            try:
                intact = compute_hash(store.locate_file(sha256)) == sha256
                what = None if intact else "file_altered"
            except FileNotFoundError:
                what = "file_missing"
        if what is not None:
            yield CheckResult(
                what,
                "error",
                sha256,
                message(f"check.{what}", name=name, sha256=sha256),
                message("check.file_damaged.hint"),
            )

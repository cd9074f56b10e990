"""The rows of stored files: what they are, who sent them, and who may read them.

A row exists only with a complete file. Its file is placed in the transaction that inserts it, under
a lock that :mod:`gazetteer.files.store_maintenance` takes as well before it removes a file.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection

from gazetteer.files.file_store import FileStore, IncomingFile
from gazetteer.ledger import audit_chain
from gazetteer.ledger.record_kind import Audience

_LOCK_SPACE = 0x66696C65  # "file"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A stored file; ``name`` is the sender's, ``uploaded_by`` as the audit log names people."""

    sha256: str
    media_type: str
    size: int
    name: str
    audience: Audience
    uploaded_by: str
    uploaded_at: datetime


@dataclass(frozen=True, slots=True)
class FileDescription:
    """What is recorded of a file beside its content."""

    media_type: str
    name: str
    audience: Audience
    uploaded_by: str


_SELECT = """
SELECT sha256, media_type, size, name, audience, uploaded_by, uploaded_at FROM file
WHERE sha256 = %s
"""
_INSERT = """
INSERT INTO file (sha256, media_type, size, name, audience, uploaded_by, uploaded_at)
VALUES (%s, %s, %s, %s, %s, %s, now())
"""


def load_file(conn: Connection[Any], sha256: str) -> StoredFile | None:
    """The row of a hash; None if there is none."""
    row = conn.execute(_SELECT, (sha256,)).fetchone()
    if row is None:
        return None
    sha256, media_type, size, name, audience, uploaded_by, uploaded_at = row
    return StoredFile(sha256, media_type, size, name, Audience(audience), uploaded_by, uploaded_at)


def keep_file(
    conn: Connection[Any], store: FileStore, incoming: IncomingFile, description: FileDescription
) -> tuple[StoredFile, bool]:
    """Store a received file with its row, in one transaction.

    The same content is one file: sent again, its first row stays as it is, except that a file for
    the public is released by it.

    Returns:
        The row, and whether it is new.

    Raises:
        StorageFull, StorageUnavailable: nothing was stored.
    """
    with conn.transaction():
        lock_hash(conn, incoming.sha256)
        placed = store.place_file(incoming)
        try:
            is_new = _write_row(conn, incoming, description)
        except BaseException:
            if placed:
                store.remove_file(incoming.sha256)
            raise
        stored = load_file(conn, incoming.sha256)
        assert stored is not None  # written above, or before
    return stored, is_new


def lock_hash(conn: Connection[Any], sha256: str) -> None:
    """Wait until no other transaction stores or removes the file of a hash; hold until commit."""
    key = int(sha256[:8], 16) - (1 << 31)
    conn.execute("SELECT pg_advisory_xact_lock(%s::int, %s::int)", (_LOCK_SPACE, key))


def _write_row(conn: Connection[Any], incoming: IncomingFile, description: FileDescription) -> bool:
    known = load_file(conn, incoming.sha256)
    if known is None:
        conn.execute(
            _INSERT,
            (
                incoming.sha256,
                description.media_type,
                incoming.size,
                description.name,
                description.audience,
                description.uploaded_by,
            ),
        )
        _audit_write(conn, incoming.sha256, description, "file.add")
    elif known.audience is not description.audience is Audience.PUBLIC:
        conn.execute(
            "UPDATE file SET audience = %s WHERE sha256 = %s",
            (Audience.PUBLIC, incoming.sha256),
        )
        _audit_write(conn, incoming.sha256, description, "file.release")
    return known is None


def _audit_write(
    conn: Connection[Any], sha256: str, description: FileDescription, action: str
) -> None:
    audit_chain.append_row(
        conn,
        actor=description.uploaded_by,
        action=action,
        subject=f"file:{sha256}",
        detail={"media_type": description.media_type, "audience": description.audience},
    )

"""A snapshot of the register as NDJSON: the start of a copy."""

from collections.abc import Iterator
from typing import Any

import orjson
from psycopg import Connection

from gazetteer.ledger.canonical_json import dump_canonical_json, serialize_version
from gazetteer.ledger.change_feed import repeatable_read
from gazetteer.ledger.checksum import RegisterChecksum, load_head_checksum
from gazetteer.ledger.record_kind import RecordKind, RecordKinds
from gazetteer.ledger.version_store import select_versions, version_from_row

_BATCH_ROWS = 2_000


def stream_snapshot(conn: Connection[Any], kinds: RecordKinds) -> Iterator[bytes]:
    """What is known now of the given kinds, as NDJSON; memory does not grow with the register.

    The first line is the :class:`RegisterChecksum` of what follows. Each other line is one version
    in its canonical bytes: its SHA-256, without the line feed, is the digest that the checksum
    adds up. Kinds follow in the order given. The lines are of one instant, however long reading
    takes; the connection is in use until the iterator is exhausted or closed.
    """
    with repeatable_read(conn):
        head: RegisterChecksum = load_head_checksum(conn, kinds)
        yield orjson.dumps(head.serialize()) + b"\n"
        for kind in kinds.values():
            yield from _stream_lines(conn, kind)


def _stream_lines(conn: Connection[Any], kind: RecordKind) -> Iterator[bytes]:
    query = select_versions(kind, "upper_inf(recorded) ORDER BY version_id")
    with conn.cursor(name="snapshot") as cursor:
        cursor.execute(query)
        while rows := cursor.fetchmany(_BATCH_ROWS):
            versions = (version_from_row(kind, row) for row in rows)
            lines = [
                dump_canonical_json(serialize_version(kind, v.record_id, v.version))
                for v in versions
            ]
            yield b"\n".join(lines) + b"\n"

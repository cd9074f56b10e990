"""The state of the register at a sequence number, as lines: where a copy begins."""

from collections.abc import Iterator
from typing import Any

import orjson
from psycopg import Connection

from gazetteer.ledger.body import body, canonical
from gazetteer.ledger.checksum import Checksum, head_checksum
from gazetteer.ledger.feed import one_moment
from gazetteer.ledger.kinds import Kinds, RecordKind
from gazetteer.ledger.store import select_versions, stored

_ROWS = 2_000


def snapshot(conn: Connection[Any], kinds: Kinds) -> Iterator[bytes]:
    """What is known now of the given kinds, as NDJSON; memory does not grow with the register.

    The first line is the :class:`Checksum` of what follows. Each other line is one version in its
    canonical bytes: its SHA-256, without the line feed, is the digest that the checksum adds up.
    Kinds follow in the order given. The lines are of one instant, however long reading takes;
    the connection is in use until the iterator is exhausted or closed.
    """
    with one_moment(conn):
        head: Checksum = head_checksum(conn, kinds)
        yield orjson.dumps(head.json()) + b"\n"
        for kind in kinds.values():
            yield from _lines(conn, kind)


def _lines(conn: Connection[Any], kind: RecordKind) -> Iterator[bytes]:
    query = select_versions(kind, "upper_inf(recorded) ORDER BY version_id")
    with conn.cursor(name="snapshot") as cursor:
        cursor.execute(query)
        while rows := cursor.fetchmany(_ROWS):
            versions = (stored(kind, row) for row in rows)
            lines = [canonical(body(kind, v.record_id, v.version)) for v in versions]
            yield b"\n".join(lines) + b"\n"

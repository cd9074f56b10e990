"""Verification of the ledger: every digest and sum is recomputed from the stored rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection, sql

from gazetteer.ledger.canonical_json import DIGEST_MODULUS, compute_digest, serialize_version
from gazetteer.ledger.change_feed import repeatable_read
from gazetteer.ledger.checksum import KindChecksum, load_head_checksum
from gazetteer.ledger.record_kind import RecordKind, RecordKinds
from gazetteer.ledger.version_store import select_versions, version_from_row


@dataclass(frozen=True, slots=True)
class Tampering:
    """A deviation of the stored rows from what was published; ``what`` is a stable id.

    ``version_altered``: the content does not match its digest. ``version_moved``: the times of
    knowledge are not those of its changesets. ``change_missing``: a version was opened or closed
    without a change in the feed. ``sum_differs``: versions were added, removed or reopened.
    ``sequence_broken``: the feed has a gap.
    """

    what: str
    kind: str | None = None
    record_id: UUID | None = None


def find_tampering(conn: Connection[Any], kinds: RecordKinds) -> Iterator[Tampering]:
    """Everything that was changed without a publication, directly in the database."""
    with repeatable_read(conn):
        if conn.execute(_BROKEN_SEQUENCE).rowcount:
            yield Tampering("sequence_broken")
        stored_sums = load_head_checksum(conn, kinds).kinds
        for name, kind in kinds.items():
            recomputed = KindChecksum(0, 0)
            for record_id, value, intact, is_current in _recompute_digests(conn, kind):
                if not intact:
                    yield Tampering("version_altered", name, record_id)
                if is_current:
                    total = recomputed.digest_total + int.from_bytes(value, "big")
                    recomputed = KindChecksum(recomputed.version_count + 1, total % DIGEST_MODULUS)
            if recomputed != stored_sums[name]:
                yield Tampering("sum_differs", name)
            for what, query in (("version_moved", _MOVED), ("change_missing", _UNANNOUNCED)):
                rows = conn.execute(query.format(table=sql.Identifier(kind.table_name), kind=name))
                yield from (Tampering(what, name, row[0]) for row in rows)


def _recompute_digests(
    conn: Connection[Any], kind: RecordKind
) -> Iterator[tuple[UUID, bytes, bool, bool]]:
    """Every version: record, recomputed digest, whether it is the stored one, whether current."""
    with conn.cursor(name="versions") as cursor:
        cursor.itersize = 2_000
        for row in cursor.execute(select_versions(kind, "true")):
            version = version_from_row(kind, row)
            value = compute_digest(serialize_version(kind, version.record_id, version.version))
            yield version.record_id, value, value == version.digest, version.closed_in is None


_BROKEN_SEQUENCE = """
SELECT FROM ledger_head h
WHERE h.seq <> (SELECT count(*) FROM change) OR h.seq <> (SELECT coalesce(max(seq), 0) FROM change)
   OR h.changeset_id <> (SELECT count(*) FROM changeset)
"""

_MOVED = sql.SQL("""
SELECT v.record_id FROM {table} v
LEFT JOIN changeset o ON o.changeset_id = v.opened_in
LEFT JOIN changeset c ON c.changeset_id = v.closed_in
WHERE v.recorded IS DISTINCT FROM tstzrange(o.recorded_at, c.recorded_at)
""")

_UNANNOUNCED = sql.SQL("""
SELECT v.record_id FROM {table} v CROSS JOIN unnest(ARRAY[v.opened_in, v.closed_in]) AS touched (by)
LEFT JOIN change c ON c.record_id = v.record_id AND c.changeset_id = touched.by AND c.kind = {kind}
WHERE touched.by IS NOT NULL AND c.seq IS NULL
""")

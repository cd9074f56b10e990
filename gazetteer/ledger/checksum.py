"""The checksum of a register, by which a copy proves that it is identical.

It is the sum, modulo 2^256, of the SHA-256 digests of all versions known at a sequence number.
A sum does not depend on an order and is updated with each change, so it costs nothing to maintain
in the register, nor in a copy.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection, sql

from gazetteer.ledger.canonical_json import DIGEST_MODULUS
from gazetteer.ledger.change_feed import JsonObject, repeatable_read, serialize_instant
from gazetteer.ledger.record_kind import RecordKinds
from gazetteer.messages import message
from gazetteer.problems import InvalidValue


@dataclass(frozen=True, slots=True)
class KindChecksum:
    """The versions of one kind: how many, and the sum of their digests."""

    version_count: int
    digest_total: int


@dataclass(frozen=True, slots=True)
class RegisterChecksum:
    """What was known at the sequence number ``seq``; ``recorded_at`` is None for the number 0."""

    seq: int
    recorded_at: datetime | None
    kinds: Mapping[str, KindChecksum]

    @property
    def version_count(self) -> int:
        """How many versions were known."""
        return sum(kind.version_count for kind in self.kinds.values())

    def serialize(self) -> JsonObject:
        """The checksum in the form of responses: 64 hexadecimal digits each."""
        return {
            "seq": self.seq,
            "recorded_at": serialize_instant(self.recorded_at) if self.recorded_at else None,
            "checksum": _format_hex(sum(kind.digest_total for kind in self.kinds.values())),
            "versions": self.version_count,
            "kinds": {
                name: {"versions": kind.version_count, "checksum": _format_hex(kind.digest_total)}
                for name, kind in self.kinds.items()
            },
        }


def _format_hex(total: int) -> str:
    return f"{total % DIGEST_MODULUS:064x}"


def load_head_checksum(conn: Connection[Any], kinds: RecordKinds) -> RegisterChecksum:
    """The stored checksum of the last publication; call it inside :func:`repeatable_read`."""
    row = conn.execute("SELECT seq, nullif(recorded_at, '-infinity') FROM ledger_head").fetchone()
    seq, recorded_at = row if row else (0, None)
    sums = {
        name: KindChecksum(versions, int(total))
        for name, versions, total in conn.execute(
            "SELECT kind, versions, digest_sum FROM ledger_sum"
        )
    }
    return RegisterChecksum(seq, recorded_at, {name: sums[name] for name in kinds})


def compute_checksum(
    conn: Connection[Any], kinds: RecordKinds, seq: int | None = None
) -> RegisterChecksum:
    """The checksum at a sequence number; None is the last one.

    For an earlier number the digests of all versions that were known then are added up again.

    Raises:
        InvalidValue: the number is not published yet, or lies inside a changeset (whose numbers
            are ``first_seq`` and ``last_seq``): no reader has ever seen that state.
    """
    with repeatable_read(conn):
        head = load_head_checksum(conn, kinds)
        if seq is None or seq == head.seq:
            return head
        if seq > head.seq:
            not_published = message("ledger.seq_not_published", seq=seq, last=head.seq)
            raise InvalidValue(not_published, field="seq", last_seq=head.seq)
        changeset, recorded_at = _find_changeset_at(conn, seq)
        return RegisterChecksum(
            seq, recorded_at, {n: _sum_kind_at(conn, kinds, n, changeset) for n in kinds}
        )


def _find_changeset_at(conn: Connection[Any], seq: int) -> tuple[int, datetime | None]:
    if seq == 0:
        return 0, None
    row = conn.execute(
        "SELECT s.changeset_id, s.recorded_at, s.first_seq, s.last_seq"
        " FROM change c JOIN changeset s USING (changeset_id) WHERE c.seq = %s",
        (seq,),
    ).fetchone()
    if row is None:
        raise InvalidValue(message("ledger.seq_negative"), field="seq")
    changeset, recorded_at, first, last = row
    if seq != last:
        raise InvalidValue(
            message("ledger.seq_inside_changeset", seq=seq, first=first, last=last),
            field="seq",
            first_seq=first,
            last_seq=last,
        )
    return changeset, recorded_at


def _sum_kind_at(
    conn: Connection[Any], kinds: RecordKinds, name: str, changeset: int
) -> KindChecksum:
    query = sql.SQL(
        "SELECT digest FROM {} WHERE opened_in <= %(changeset)s"
        " AND (closed_in IS NULL OR closed_in > %(changeset)s)"
    ).format(sql.Identifier(kinds[name].table_name))
    versions = total = 0
    with conn.cursor(name="digests") as cursor:
        cursor.itersize = 10_000
        for (digest,) in cursor.execute(query, {"changeset": changeset}):
            versions += 1
            total += int.from_bytes(digest, "big")
    return KindChecksum(versions, total % DIGEST_MODULUS)

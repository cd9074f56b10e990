"""Changesets: who changed the register, why, by which acts; and their place in the one order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from gazetteer.problems import Conflict, InvalidValue

Conn = Connection[Any]


@dataclass(frozen=True, slots=True)
class Changeset:
    """Who changes the register, why, and by which acts.

    ``purpose`` is ``act`` (a legal change: at least one act), ``correction`` (what was known was
    wrong) or ``load``, which leaves alone what people have changed since; ``origin`` names its
    source.
    """

    author: str
    reason: str
    purpose: str
    acts: Sequence[UUID] = ()
    origin: str | None = None
    expected: Mapping[UUID, int] = field(default_factory=dict)
    """The changeset in which the author saw each record last (0: not there yet)."""


@dataclass(frozen=True, slots=True)
class Publication:
    """What a publication was given: its id, its sequence numbers and its moment.

    ``kept`` are records that a load would have changed, had people not changed them since.
    """

    changeset_id: int
    first_seq: int
    last_seq: int
    recorded_at: datetime
    preserved: tuple[UUID, ...] = ()

    @property
    def change_count(self) -> int:
        """How many records changed; 0: nothing was published."""
        return self.last_seq - self.first_seq + 1


def check_reason(changeset: Changeset) -> None:
    """Raise InvalidValue for a changeset without a reason, or a legal change without an act."""
    if not changeset.reason.strip():
        raise InvalidValue("请说明修改理由。", "a changeset needs a reason", field="reason")
    if changeset.purpose == "act" and not changeset.acts:
        raise InvalidValue(
            "法定变更须引用至少一份文件。", "a legal change needs at least one act", field="acts"
        )


def lock_next_publication(conn: Conn) -> Publication:
    """Lock the head; the publication that comes after it, without changes yet."""
    row = conn.execute(
        "SELECT changeset_id, seq,"
        " greatest(clock_timestamp(), recorded_at + interval '1 microsecond')"
        " FROM ledger_head FOR UPDATE"
    ).fetchone()
    if row is None:
        raise RuntimeError("the ledger has no head row: the database was not migrated")
    return Publication(row[0] + 1, row[1] + 1, row[1], row[2])


def check_expected(conn: Conn, expected: Mapping[UUID, int]) -> None:
    """Raise Conflict if a record was changed after the changeset in which its author saw it."""
    if not expected:
        return
    rows = conn.execute(
        "SELECT record_id, max(changeset_id) FROM change WHERE record_id = ANY(%s) GROUP BY 1",
        (list(expected),),
    )
    latest_changesets = dict(rows.fetchall())
    conflicting = [
        str(record) for record, seen in expected.items() if latest_changesets.get(record, 0) != seen
    ]
    if conflicting:
        raise Conflict(
            "所依据的记录已被他人修改。",
            "records were changed by somebody else in the meantime",
            records=conflicting,
        )


def write_changeset(conn: Conn, changeset: Changeset, publication: Publication) -> None:
    """Write the changeset with the numbers that it was given."""
    conn.execute(
        "INSERT INTO changeset VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            publication.changeset_id,
            publication.first_seq,
            publication.last_seq,
            changeset.author,
            changeset.reason,
            changeset.purpose,
            changeset.origin,
            list(changeset.acts),
            publication.recorded_at,
        ),
    )


def write_head(conn: Conn, publication: Publication) -> None:
    """Move the head to the publication, and wake up who listens."""
    conn.execute(
        "UPDATE ledger_head SET changeset_id = %s, seq = %s, recorded_at = %s",
        (publication.changeset_id, publication.last_seq, publication.recorded_at),
    )
    conn.execute("SELECT pg_notify('published', %s)", (str(publication.last_seq),))

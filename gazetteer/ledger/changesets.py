"""Changesets: who changes the register, why and by which acts; and their order of publication."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from gazetteer.messages import message
from gazetteer.problems import Conflict, InvalidValue

Conn = Connection[Any]


@dataclass(frozen=True, slots=True)
class Changeset:
    """Who changes the register, why, and by which acts.

    ``purpose`` is ``act`` (a legal change, with at least one act), ``correction`` (the data were
    wrong) or ``load`` (an import, which does not overwrite manual changes; ``origin`` names its
    source).
    """

    author: str
    reason: str
    purpose: str
    acts: Sequence[UUID] = ()
    origin: str | None = None
    expected: Mapping[UUID, int] = field(default_factory=dict)
    """The last changeset of each record that the author has seen (0: the record was new)."""


@dataclass(frozen=True, slots=True)
class Publication:
    """The id, the sequence numbers and the moment of a publication.

    ``preserved`` are the records that a load did not overwrite because people had changed them.
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
    """Check that a changeset has a reason, and a legal change an act.

    Raises:
        InvalidValue: one of them is missing.
    """
    if not changeset.reason.strip():
        raise InvalidValue(message("ledger.reason_missing"), field="reason")
    if changeset.purpose == "act" and not changeset.acts:
        raise InvalidValue(message("ledger.act_missing"), field="acts")


def lock_next_publication(conn: Conn) -> Publication:
    """Lock the head of the ledger; return the publication that follows it, without changes yet."""
    row = conn.execute(
        "SELECT changeset_id, seq,"
        " greatest(clock_timestamp(), recorded_at + interval '1 microsecond')"
        " FROM ledger_head FOR UPDATE"
    ).fetchone()
    if row is None:
        raise RuntimeError("the ledger has no head row: the database was not migrated")
    return Publication(row[0] + 1, row[1] + 1, row[1], row[2])


def check_expected(conn: Conn, expected: Mapping[UUID, int]) -> None:
    """Check that no record was changed after the changeset in which the author has seen it.

    Raises:
        Conflict: some were; ``records`` lists their ids.
    """
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
        raise Conflict(message("ledger.records_changed"), records=conflicting)


def write_changeset(conn: Conn, changeset: Changeset, publication: Publication) -> None:
    """Write the row of the changeset with the id and sequence numbers of its publication."""
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
    """Move the head of the ledger to the publication, and notify listeners on ``published``."""
    conn.execute(
        "UPDATE ledger_head SET changeset_id = %s, seq = %s, recorded_at = %s",
        (publication.changeset_id, publication.last_seq, publication.recorded_at),
    )
    conn.execute("SELECT pg_notify('published', %s)", (str(publication.last_seq),))

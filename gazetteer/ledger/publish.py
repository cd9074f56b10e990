"""The one door through which changes enter the register.

Publishing is one transaction. It locks the single head row until commit, so sequence numbers
have no gaps and their order is the order in which readers can see the changes; ``recorded``
times rise along them. A reader never sees a part of a changeset.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from psycopg import Connection, errors

from gazetteer.ledger import audit, store
from gazetteer.ledger.body import DIGEST_MODULUS, digest_sum
from gazetteer.ledger.changesets import (
    Changeset,
    Published,
    next_publication,
    refuse_moved,
    refuse_unreasoned,
    write_changeset,
    write_head,
)
from gazetteer.ledger.edits import (
    Edit,
    changed_by_people,
    edits_of_statements,
    edits_of_timelines,
)
from gazetteer.ledger.kinds import Kinds
from gazetteer.ledger.references import refuse_dangling
from gazetteer.ledger.versions import Statement, Timeline
from gazetteer.problems import Conflict

__all__ = ["Changeset", "Ledger", "Published"]

Conn = Connection[Any]
CHUNK = 20_000
Derivation = Callable[[Conn, int], None]
"""Brings derived tables in step inside the publishing transaction (connection, changeset id)."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """A register's kinds and what is derived from them, in the order of derivation."""

    kinds: Kinds
    derivations: tuple[Derivation, ...] = ()

    def publish(
        self, conn: Conn, changeset: Changeset, statements: Iterable[Statement]
    ) -> Published | None:
        """Publish statements, in their order; None if they say nothing new.

        Raises:
            InvalidValue: no reason, an act-less act, a field that the kind does not have.
            Conflict: a record moved since ``expected``, a code is taken, a reference is dangling.
        """
        said = list(statements)

        def edits() -> Iterable[Sequence[Edit]]:
            yield list(edits_of_statements(conn, self.kinds, said))

        return self._publish(conn, changeset, edits())

    def publish_timelines(
        self,
        conn: Conn,
        changeset: Changeset,
        timelines: Iterable[Timeline],
        progress: Callable[[int], None] = lambda done: None,
    ) -> Published | None:
        """Publish whole timelines, as a load does; None if all of it is known already.

        What people changed since is kept, and told even if nothing else is left to publish
        (``changes`` is 0 then).

        They are taken some thousands at a time, so memory does not grow with the load; it is one
        transaction and one changeset all the same. ``progress`` hears how many were taken.
        """

        def edits() -> Iterable[Sequence[Edit]]:
            rest, done = iter(timelines), 0
            while chunk := list(islice(rest, CHUNK)):
                yield list(edits_of_timelines(conn, self.kinds, chunk))
                done += len(chunk)
                progress(done)

        return self._publish(conn, changeset, edits())

    def _publish(
        self, conn: Conn, changeset: Changeset, chunks: Iterable[Sequence[Edit]]
    ) -> Published | None:
        refuse_unreasoned(changeset)
        with conn.transaction():
            published = next_publication(conn)
            refuse_moved(conn, changeset.expected)
            # A code may pass from one unit to another between two chunks: judged at the end.
            conn.execute("SET CONSTRAINTS ALL DEFERRED")
            for edits in chunks:
                published, edits = _without_kept(conn, changeset, published, edits)
                published = _numbered(conn, published, edits)
                self._write_versions(conn, published, edits)
            if not published.changes:
                return published if published.kept else None
            self._finish(conn, changeset, published)
            return published

    def _finish(self, conn: Conn, changeset: Changeset, published: Published) -> None:
        write_changeset(conn, changeset, published)
        try:
            conn.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except errors.ExclusionViolation as error:
            raise _collision(error) from None
        refuse_dangling(conn, self.kinds, published.changeset_id)
        for derive in self.derivations:
            derive(conn, published.changeset_id)
        write_head(conn, published)
        audit.append(
            conn,
            actor=changeset.author,
            action="publish",
            subject=f"changeset:{published.changeset_id}",
            detail={
                "reason": changeset.reason,
                "changes": published.changes,
            },
        )

    def _write_versions(self, conn: Conn, published: Published, edits: Sequence[Edit]) -> None:
        number, at = published.changeset_id, published.recorded_at
        for name in dict.fromkeys(edit.kind.name for edit in edits):
            kind = self.kinds[name]
            mine = [edit for edit in edits if edit.kind is kind]
            closed = {value: row for edit in mine for value, row in edit.closed.items()}
            opened = [(edit.record_id, *new) for edit in mine for new in edit.opened]
            store.close_versions(conn, kind, list(closed.values()), number, at)
            store.open_versions(conn, kind, opened, number, at)
            gained = digest_sum(value for _, _, value in opened) - digest_sum(closed)
            conn.execute(
                "UPDATE ledger_sum SET versions = versions + %s,"
                " digest_sum = mod(digest_sum + %s::numeric, %s::numeric) WHERE kind = %s",
                (
                    len(opened) - len(closed),
                    str(gained % DIGEST_MODULUS),
                    str(DIGEST_MODULUS),
                    name,
                ),
            )


def _without_kept(
    conn: Conn, changeset: Changeset, published: Published, edits: Sequence[Edit]
) -> tuple[Published, Sequence[Edit]]:
    """A load leaves alone what people have changed by hand; what it leaves is told."""
    known = [edit.record_id for edit in edits if edit.closed]
    if changeset.purpose != "load" or not known:
        return published, edits
    kept = changed_by_people(conn, known)
    told = replace(published, kept=(*published.kept, *sorted(kept)))
    return told, [edit for edit in edits if edit.record_id not in kept]


def _numbered(conn: Conn, published: Published, edits: Sequence[Edit]) -> Published:
    """Give each edit its sequence number, and each new record its identity."""
    conn.execute(
        "INSERT INTO record SELECT * FROM unnest(%s::uuid[], %s::text[]) ON CONFLICT DO NOTHING",
        ([edit.record_id for edit in edits], [edit.kind.name for edit in edits]),
    )
    _refuse_other_kind(conn, edits)
    with conn.cursor() as cursor, cursor.copy("COPY change FROM STDIN") as copy:
        for seq, edit in enumerate(edits, published.last_seq + 1):
            copy.write_row((seq, published.changeset_id, edit.kind.name, edit.record_id))
    return replace(published, last_seq=published.last_seq + len(edits))


def _refuse_other_kind(conn: Conn, edits: Sequence[Edit]) -> None:
    row = conn.execute(
        "SELECT r.record_id, r.kind FROM unnest(%s::uuid[], %s::text[]) AS said (record_id, kind)"
        " JOIN record r USING (record_id) WHERE r.kind <> said.kind LIMIT 1",
        ([edit.record_id for edit in edits], [edit.kind.name for edit in edits]),
    ).fetchone()
    if row:
        raise Conflict(
            f"记录 {row[0]} 的类型是“{row[1]}”。",
            f"the record {row[0]} is of the kind {row[1]}",
            field="kind",
        )


def _collision(error: errors.ExclusionViolation) -> Conflict:
    if error.diag.constraint_name == "code_once_a_day":
        return Conflict(
            "该代码在此期间已由另一单位使用。",
            "another unit carries the code in that period (Order 79: unique on every day)",
            field="code",
        )
    return Conflict("有效期重叠。", "periods overlap", field="valid")

"""Publication: the only way in which changes enter the register.

Publishing is one transaction. It locks the single head row until commit, so sequence numbers
have no gaps and their order is the order in which readers can see the changes; ``recorded``
times increase with them. A reader never sees a part of a changeset.
"""

import re
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any
from uuid import UUID

from psycopg import Connection, errors, sql

from gazetteer.ledger import audit_chain, version_store
from gazetteer.ledger.canonical_json import DIGEST_MODULUS, sum_digests
from gazetteer.ledger.changesets import (
    Changeset,
    Publication,
    check_expected,
    check_reason,
    lock_next_publication,
    write_changeset,
    write_head,
)
from gazetteer.ledger.edits import (
    Edit,
    diff_statements,
    diff_timelines,
    load_hand_edited_ids,
)
from gazetteer.ledger.record_kind import RecordKinds
from gazetteer.ledger.references import References, check_references, find_dangling
from gazetteer.ledger.versions import Statement, Timeline
from gazetteer.ledger.work_ahead import iter_ahead
from gazetteer.messages import message
from gazetteer.problems import Conflict, InvalidValue

__all__ = ["Changeset", "Ledger", "Publication"]

Conn = Connection[Any]
CHUNK_SIZE = 20_000
DERIVED_CHUNK_SIZE = 200
"""Derived records are few and large: whole areas."""
LARGE_PUBLICATION = 5_000
"""Changes from which on the planner has to be told what was written."""
Derivation = Callable[[Conn, int], None]
"""Updates derived tables inside the publishing transaction (connection, changeset id)."""


RecordDerivation = Callable[[Conn, Publication], Iterable[Timeline]]
"""The records that follow from what a publication has written so far, inside its transaction."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The record kinds of a register and the derivations from them, in order of execution.

    ``derived_kinds`` come about by ``derive_records`` only: nobody states them.
    """

    kinds: RecordKinds
    derivations: tuple[Derivation, ...] = ()
    derived_kinds: frozenset[str] = frozenset()
    derive_records: RecordDerivation | None = None

    def publish_statements(
        self, conn: Conn, changeset: Changeset, statements: Iterable[Statement]
    ) -> Publication | None:
        """Publish statements, in their order; None if they change nothing.

        Raises:
            InvalidValue: the reason, the act of a legal change, a kind or a field is not valid.
            Conflict: a record changed since ``expected``, a code is taken, a reference is dangling.
            LaterChange: a statement would take back a later change without saying so.
        """
        statement_list = list(statements)

        def iter_edits() -> Iterable[Sequence[Edit]]:
            yield list(diff_statements(conn, self.kinds, statement_list))

        return self._publish_edits(conn, changeset, iter_edits())

    def publish_timelines(
        self,
        conn: Conn,
        changeset: Changeset,
        timelines: Iterable[Timeline],
        progress: Callable[[int], None] = lambda done: None,
    ) -> Publication | None:
        """Publish whole timelines, as an import does; None if nothing is new.

        A load does not overwrite records that people have changed; they are reported in
        ``preserved`` even if nothing else is left to publish (``change_count`` is 0 then).

        Args:
            conn: autocommit connection; the publication is one transaction and one changeset.
            changeset: who changes the register, why, and by which acts.
            timelines: consumed in chunks of :data:`CHUNK_SIZE`, so that memory does not grow with
                the import.
            progress: called with the number of timelines processed so far.

        Raises:
            InvalidValue, Conflict: as :meth:`publish_statements`.
        """

        def iter_edits() -> Generator[Sequence[Edit]]:
            done = 0
            for size, edits in iter_ahead(self._iter_differences(conn, timelines)):
                yield edits
                done += size
                progress(done)

        with closing(iter_edits()) as chunks:
            return self._publish_edits(conn, changeset, chunks)

    def _iter_differences(
        self, conn: Conn, timelines: Iterable[Timeline]
    ) -> Iterator[tuple[int, Sequence[Edit]]]:
        """Timelines by the chunk: how many they are, and what they change.

        A record that was in the last chunk too waits until that is written.
        """
        rest, waiting, last_ids = iter(timelines), list[Timeline](), set[UUID]()
        while chunk := [*waiting, *islice(rest, CHUNK_SIZE)]:
            waiting = [timeline for timeline in chunk if timeline.record_id in last_ids]
            ready = [timeline for timeline in chunk if timeline.record_id not in last_ids]
            last_ids = {timeline.record_id for timeline in ready}
            yield len(ready), list(diff_timelines(conn, self.kinds, ready))

    def _publish_edits(
        self, conn: Conn, changeset: Changeset, chunks: Iterable[Sequence[Edit]]
    ) -> Publication | None:
        check_reason(changeset)
        with conn.transaction():
            publication = lock_next_publication(conn)
            check_expected(conn, changeset.expected)
            # A code may pass from one unit to another between two chunks: checked at the end.
            conn.execute("SET CONSTRAINTS ALL DEFERRED")
            dangling: References = {}  # until a later chunk brings their records
            for chunk in chunks:
                self._check_not_derived(chunk)
                publication, edits = _drop_hand_edited(conn, changeset, publication, chunk)
                publication = self._write_edits(conn, publication, edits)
                dangling |= find_dangling(conn, edits)
            if not publication.change_count:
                return publication if publication.preserved else None
            _refresh_statistics(conn, publication)
            for edits in self._iter_derived_edits(conn, publication):
                publication = self._write_edits(conn, publication, edits)
                dangling |= find_dangling(conn, edits)
            self._finish_publication(conn, changeset, publication, dangling)
            return publication

    def _check_not_derived(self, edits: Sequence[Edit]) -> None:
        for edit in edits:
            if edit.kind.name in self.derived_kinds:
                raise InvalidValue(
                    message("ledger.derived_kind", kind=edit.kind.name), field="kind"
                )

    def _iter_derived_edits(self, conn: Conn, publication: Publication) -> Iterator[Sequence[Edit]]:
        """The edits to records that follow from others, once these are written."""
        rest = iter(self.derive_records(conn, publication) if self.derive_records else ())
        while chunk := list(islice(rest, DERIVED_CHUNK_SIZE)):
            yield list(diff_timelines(conn, self.kinds, chunk))

    def _write_edits(
        self, conn: Conn, publication: Publication, edits: Sequence[Edit]
    ) -> Publication:
        publication = _number_edits(conn, publication, edits)
        self._write_versions(conn, publication, edits)
        return publication

    def _finish_publication(
        self, conn: Conn, changeset: Changeset, publication: Publication, dangling: References
    ) -> None:
        write_changeset(conn, changeset, publication)
        try:
            conn.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except (errors.ExclusionViolation, errors.ForeignKeyViolation) as error:
            raise _constraint_error(error) from None
        check_references(conn, changeset.acts, dangling)
        for derive in self.derivations:
            derive(conn, publication.changeset_id)
        write_head(conn, publication)
        audit_chain.append_row(
            conn,
            actor=changeset.author,
            action="publish",
            subject=f"changeset:{publication.changeset_id}",
            detail={
                "reason": changeset.reason,
                "changes": publication.change_count,
            },
        )

    def _write_versions(self, conn: Conn, publication: Publication, edits: Sequence[Edit]) -> None:
        number, at = publication.changeset_id, publication.recorded_at
        for name in dict.fromkeys(edit.kind.name for edit in edits):
            kind = self.kinds[name]
            kind_edits = [edit for edit in edits if edit.kind is kind]
            closed = {value: row for edit in kind_edits for value, row in edit.closed.items()}
            opened = [(edit.record_id, *new) for edit in kind_edits for new in edit.opened]
            version_store.close_versions(conn, kind, list(closed.values()), number, at)
            version_store.open_versions(conn, kind, opened, number, at)
            digest_delta = sum_digests(value for _, _, value in opened) - sum_digests(closed)
            conn.execute(
                "UPDATE ledger_sum SET versions = versions + %s,"
                " digest_sum = mod(digest_sum + %s::numeric, %s::numeric) WHERE kind = %s",
                (
                    len(opened) - len(closed),
                    str(digest_delta % DIGEST_MODULUS),
                    str(DIGEST_MODULUS),
                    name,
                ),
            )


def _drop_hand_edited(
    conn: Conn, changeset: Changeset, publication: Publication, edits: Sequence[Edit]
) -> tuple[Publication, Sequence[Edit]]:
    """Drop the edits of a load to records that people have changed; note which these are."""
    known = [edit.record_id for edit in edits if edit.closed]
    if changeset.purpose != "load" or not known:
        return publication, edits
    preserved = load_hand_edited_ids(conn, known)
    updated = replace(publication, preserved=(*publication.preserved, *sorted(preserved)))
    return updated, [edit for edit in edits if edit.record_id not in preserved]


def _number_edits(conn: Conn, publication: Publication, edits: Sequence[Edit]) -> Publication:
    """Give each edit its sequence number, and each new record its identity."""
    conn.execute(
        "INSERT INTO record SELECT * FROM unnest(%s::uuid[], %s::text[]) ON CONFLICT DO NOTHING",
        (version_store.format_ids(edit.record_id for edit in edits), [e.kind.name for e in edits]),
    )
    _check_record_kinds(conn, edits)
    with conn.cursor() as cursor, cursor.copy("COPY change FROM STDIN") as copy:
        for seq, edit in enumerate(edits, publication.last_seq + 1):
            copy.write_row((seq, publication.changeset_id, edit.kind.name, edit.record_id))
    return replace(publication, last_seq=publication.last_seq + len(edits))


def _refresh_statistics(conn: Conn, publication: Publication) -> None:
    """Let the planner know what a large publication has written: what is derived asks for it.

    Nobody else can: the rows are those of this transaction.
    """
    if publication.change_count > LARGE_PUBLICATION:
        kinds = conn.execute(
            "SELECT DISTINCT kind FROM change WHERE seq BETWEEN %s AND %s",
            (publication.first_seq, publication.last_seq),
        )
        tables = [sql.Identifier(f"{kind}_version") for (kind,) in kinds]
        conn.execute(sql.SQL("ANALYZE record, change, {}").format(sql.SQL(", ").join(tables)))


def _check_record_kinds(conn: Conn, edits: Sequence[Edit]) -> None:
    row = conn.execute(
        "SELECT r.record_id, r.kind FROM unnest(%s::uuid[], %s::text[]) AS stated (record_id, kind)"
        " JOIN record r USING (record_id) WHERE r.kind <> stated.kind LIMIT 1",
        (version_store.format_ids(edit.record_id for edit in edits), [e.kind.name for e in edits]),
    ).fetchone()
    if row:
        raise Conflict(message("ledger.kind_fixed", record=row[0], kind=row[1]), field="kind")


def _constraint_error(error: errors.IntegrityError) -> Conflict:
    """The problem of a constraint that is checked at the end of a publication."""
    match error.diag.constraint_name:
        case "code_once_a_day":
            return Conflict(message("ledger.code_taken"), field="code")
        case "document_file":
            missing = re.search(r"[0-9a-f]{64}", error.diag.message_detail or "")
            words = message("ledger.file_not_stored", file=missing[0] if missing else "?")
            return Conflict(words, field="file")
        case _:
            return Conflict(message("ledger.periods_overlap"), field="valid")

"""The one door through which changes enter the register.

Publishing is one transaction. It locks the single head row until commit, so sequence numbers
have no gaps and their order is the order in which readers can see the changes; ``recorded``
times rise along them. A reader never sees a part of a changeset.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from psycopg import Connection, errors

from gazetteer.ledger import audit, store
from gazetteer.ledger.body import DIGEST_MODULUS, body, digest, digest_sum
from gazetteer.ledger.kinds import Kinds, RecordKind
from gazetteer.ledger.references import refuse_dangling
from gazetteer.ledger.versions import Statement, Timeline, Version, in_order, stated
from gazetteer.problems import Conflict, InvalidValue

Conn = Connection[Any]
_Key = tuple[str, UUID]
CHUNK = 20_000
Derivation = Callable[[Conn, int], None]
"""Brings derived tables in step inside the publishing transaction (connection, changeset id)."""


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
class Published:
    """What a publication was given: its id, its sequence numbers and its moment.

    ``kept`` are records that a load would have changed, had people not changed them since.
    """

    changeset_id: int
    first_seq: int
    last_seq: int
    recorded_at: datetime
    kept: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class _Edit:
    """The difference that a changeset makes to one record."""

    kind: RecordKind
    record_id: UUID
    closed: tuple[store.Stored, ...]
    opened: tuple[tuple[Version, bytes], ...]
    """Versions with their digests."""


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
        said: dict[_Key, list[Statement]] = {}
        for statement in statements:
            said.setdefault((statement.kind, statement.record_id), []).append(statement)

        def after(key: _Key, before: tuple[Version, ...]) -> tuple[Version, ...]:
            for statement in said[key]:
                before = stated(before, statement)
            return before

        return self._publish(conn, changeset, [list(said)], after)

    def publish_timelines(
        self,
        conn: Conn,
        changeset: Changeset,
        timelines: Iterable[Timeline],
        progress: Callable[[int], None] = lambda done: None,
    ) -> Published | None:
        """Publish whole timelines, as a load does; None if all of it is known already.

        They are taken some thousands at a time, so memory does not grow with the load; it is one
        transaction and one changeset all the same. ``progress`` hears how many were taken.
        """
        wanted: dict[_Key, tuple[Version, ...]] = {}

        def chunks() -> Iterable[Sequence[_Key]]:
            rest, done = iter(timelines), 0
            while chunk := list(islice(rest, CHUNK)):
                wanted.clear()
                wanted.update({(t.kind, t.record_id): in_order(t.versions) for t in chunk})
                yield list(wanted)
                done += len(chunk)
                progress(done)

        return self._publish(conn, changeset, chunks(), lambda key, _: wanted[key])

    def _publish(
        self,
        conn: Conn,
        changeset: Changeset,
        chunks: Iterable[Sequence[_Key]],
        after: Callable[[_Key, tuple[Version, ...]], tuple[Version, ...]],
    ) -> Published | None:
        _refuse_unreasoned(changeset)
        with conn.transaction():
            published = _next(conn)
            _refuse_moved(conn, changeset.expected)
            try:
                for keys in chunks:
                    edits = self._edits(conn, keys, after)
                    published, edits = _without_kept(conn, changeset, published, edits)
                    published = _numbered(conn, published, edits)
                    self._write_versions(conn, published, edits)
            except errors.ExclusionViolation as error:
                raise _collision(error) from None
            if published.last_seq < published.first_seq:
                return None
            self._finish(conn, changeset, published)
            return published

    def _finish(self, conn: Conn, changeset: Changeset, published: Published) -> None:
        _write_changeset(conn, changeset, published)
        refuse_dangling(conn, self.kinds, published.changeset_id)
        for derive in self.derivations:
            derive(conn, published.changeset_id)
        _write_head(conn, published)
        audit.append(
            conn,
            actor=changeset.author,
            action="publish",
            subject=f"changeset:{published.changeset_id}",
            detail={
                "reason": changeset.reason,
                "changes": published.last_seq - published.first_seq + 1,
            },
        )

    def _edits(
        self,
        conn: Conn,
        keys: Sequence[_Key],
        after: Callable[[_Key, tuple[Version, ...]], tuple[Version, ...]],
    ) -> list[_Edit]:
        edits = []
        for name in dict.fromkeys(kind for kind, _ in keys):
            kind = self._kind(name)
            ids = [record_id for key, record_id in keys if key == name]
            for record_id, rows in store.known(conn, kind, ids).items():
                before = in_order(row.version for row in rows)
                edit = _difference(kind, record_id, rows, after((name, record_id), before))
                if edit:
                    edits.append(edit)
        return edits

    def _kind(self, name: str) -> RecordKind:
        if name not in self.kinds:
            raise InvalidValue(f"没有名为“{name}”的记录类型。", f"no kind {name}", field="kind")
        return self.kinds[name]

    def _write_versions(self, conn: Conn, published: Published, edits: Sequence[_Edit]) -> None:
        number, at = published.changeset_id, published.recorded_at
        for name in dict.fromkeys(edit.kind.name for edit in edits):
            kind = self.kinds[name]
            mine = [edit for edit in edits if edit.kind is kind]
            closed = [row for edit in mine for row in edit.closed]
            opened = [(edit.record_id, *new) for edit in mine for new in edit.opened]
            store.close_versions(conn, kind, [row.version_id for row in closed], number, at)
            store.open_versions(conn, kind, opened, number, at)
            gained = digest_sum(d for _, _, d in opened) - digest_sum(r.digest for r in closed)
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


def _refuse_unreasoned(changeset: Changeset) -> None:
    if not changeset.reason.strip():
        raise InvalidValue("请说明修改理由。", "a changeset needs a reason", field="reason")
    if changeset.purpose == "act" and not changeset.acts:
        raise InvalidValue(
            "法定变更须引用至少一份文件。", "a legal change needs at least one act", field="acts"
        )


def _next(conn: Conn) -> Published:
    """Lock the head; the publication that comes after it, without changes yet."""
    row = conn.execute(
        "SELECT changeset_id, seq,"
        " greatest(clock_timestamp(), recorded_at + interval '1 microsecond')"
        " FROM ledger_head FOR UPDATE"
    ).fetchone()
    if row is None:
        raise RuntimeError("the ledger has no head row: the database was not migrated")
    return Published(row[0] + 1, row[1] + 1, row[1], row[2])


def _refuse_moved(conn: Conn, expected: Mapping[UUID, int]) -> None:
    if not expected:
        return
    rows = conn.execute(
        "SELECT record_id, max(changeset_id) FROM change WHERE record_id = ANY(%s) GROUP BY 1",
        (list(expected),),
    )
    now = dict(rows.fetchall())
    moved = [str(record) for record, seen in expected.items() if now.get(record, 0) != seen]
    if moved:
        raise Conflict(
            "所依据的记录已被他人修改。",
            "records were changed by somebody else in the meantime",
            records=moved,
        )


def _difference(
    kind: RecordKind,
    record_id: UUID,
    rows: Sequence[store.Stored],
    wanted: tuple[Version, ...],
) -> _Edit | None:
    try:
        after = {digest(body(kind, record_id, version)): version for version in wanted}
    except ValueError as error:
        raise InvalidValue(f"记录有误：{error}", str(error), field="attributes") from None
    before = {row.digest for row in rows}
    closed = tuple(row for row in rows if row.digest not in after)
    opened = tuple((version, value) for value, version in after.items() if value not in before)
    return _Edit(kind, record_id, closed, opened) if closed or opened else None


def _without_kept(
    conn: Conn, changeset: Changeset, published: Published, edits: list[_Edit]
) -> tuple[Published, list[_Edit]]:
    """A load leaves alone what people have changed by hand; what it leaves is told."""
    known = [edit.record_id for edit in edits if edit.closed]
    if changeset.purpose != "load" or not known:
        return published, edits
    rows = conn.execute(
        "SELECT DISTINCT record_id FROM change JOIN changeset USING (changeset_id)"
        " WHERE record_id = ANY(%s) AND purpose <> 'load'",
        (known,),
    )
    kept = {row[0] for row in rows}
    told = replace(published, kept=(*published.kept, *sorted(kept)))
    return told, [edit for edit in edits if edit.record_id not in kept]


def _numbered(conn: Conn, published: Published, edits: Sequence[_Edit]) -> Published:
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


def _refuse_other_kind(conn: Conn, edits: Sequence[_Edit]) -> None:
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


def _write_changeset(conn: Conn, changeset: Changeset, published: Published) -> None:
    conn.execute(
        "INSERT INTO changeset VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            published.changeset_id,
            published.first_seq,
            published.last_seq,
            changeset.author,
            changeset.reason,
            changeset.purpose,
            changeset.origin,
            list(changeset.acts),
            published.recorded_at,
        ),
    )


def _write_head(conn: Conn, published: Published) -> None:
    conn.execute(
        "UPDATE ledger_head SET changeset_id = %s, seq = %s, recorded_at = %s",
        (published.changeset_id, published.last_seq, published.recorded_at),
    )
    conn.execute("SELECT pg_notify('published', %s)", (str(published.last_seq),))


def _collision(error: errors.ExclusionViolation) -> Conflict:
    if error.diag.constraint_name == "code_once_a_day":
        return Conflict(
            "该代码在此期间已由另一单位使用。",
            "another unit carries the code in that period (Order 79: unique on every day)",
            field="code",
        )
    return Conflict("有效期重叠。", "periods overlap", field="valid")

"""Drafts in the database: the only SQL on their tables.

A draft is written to under a lock on its row; whoever writes has read it under that lock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg import Connection, sql
from psycopg.rows import tuple_row
from psycopg.types.json import Jsonb

from gazetteer.ledger.drafts.draft import Draft, DraftHeader, DraftState, DraftStep
from gazetteer.ledger.drafts.draft_life import DraftEventKind
from gazetteer.ledger.drafts.draft_rows import (
    DRAFT_COLUMNS,
    STEP_COLUMNS,
    draft_from_row,
    header_to_row,
    step_from_row,
    step_to_row,
)
from gazetteer.ledger.drafts.known_records import RecordKey, Timelines
from gazetteer.ledger.drafts.step_play import PlayedStep
from gazetteer.ledger.record_kind import RecordKinds
from gazetteer.ledger.version_json import parse_versions, serialize_versions
from gazetteer.messages import message
from gazetteer.problems import NotFound

Conn = Connection[Any]

_RESULT = """
SELECT DISTINCT ON (c.kind, c.record_id) c.kind, c.record_id, c.after
FROM draft_step s JOIN draft_change c USING (step_id)
WHERE s.draft_id = %s AND NOT s.undone ORDER BY c.kind, c.record_id, s.number DESC
"""
_ORIGIN = """
SELECT DISTINCT ON (c.kind, c.record_id) c.kind, c.record_id, c.before
FROM draft_step s JOIN draft_change c USING (step_id)
WHERE s.draft_id = %s AND NOT s.undone ORDER BY c.kind, c.record_id, s.number
"""
_MOVED = """
SELECT DISTINCT c.kind, c.record_id FROM draft_step s JOIN draft_change c USING (step_id)
JOIN change r ON r.record_id = c.record_id AND r.changeset_id > %(base)s
WHERE s.draft_id = %(draft)s AND NOT s.undone
"""


@dataclass(frozen=True, slots=True)
class DraftEvent:
    """Something that happened to a draft; ``actor`` as the audit log names people."""

    number: int
    happened_at: datetime
    actor: str
    account_id: UUID | None
    event: DraftEventKind
    revision: int
    words: str | None
    detail: Mapping[str, Any]


def create_draft(
    conn: Conn,
    header: DraftHeader,
    account_id: UUID,
    reference_on: date,
    base_changeset: int,
    act_id: UUID | None = None,
) -> UUID:
    """Insert a draft without steps; its id. ``act_id`` None: its act is a new one."""
    draft_id = uuid4()
    row = {
        **header_to_row(header),
        "draft_id": draft_id,
        "act_id": act_id or uuid4(),
        "reference_on": reference_on,
        "owner": account_id,
        "made_by": account_id,
        "made_at": datetime.now().astimezone(),
        "base_changeset": base_changeset,
        "revision": 0,
        "state": DraftState.IN_WORK.value,
    }
    _insert_row(conn, "draft", row)
    return draft_id


def load_draft(conn: Conn, draft_id: UUID, *, lock: bool = False) -> Draft:
    """A draft; with ``lock`` nobody else can write to it before the transaction ends.

    Raises:
        NotFound: there is none.
    """
    query = f"SELECT {DRAFT_COLUMNS} FROM draft d WHERE draft_id = %s"
    with conn.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(f"{query} FOR UPDATE" if lock else query, (draft_id,)).fetchone()
    if row is None:
        raise NotFound(message("draft.not_found"), field="draft_id")
    return draft_from_row(row)


def list_drafts(conn: Conn, states: Sequence[DraftState]) -> list[Draft]:
    """The drafts in some states, the newest first."""
    query = f"SELECT {DRAFT_COLUMNS} FROM draft d WHERE state = ANY(%s) ORDER BY number DESC"
    with conn.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(query, ([state.value for state in states],))
        return [draft_from_row(row) for row in rows]


def load_steps(conn: Conn, draft_id: UUID) -> list[DraftStep]:
    """The steps of a draft in their order, undone ones included."""
    query = f"SELECT {STEP_COLUMNS} FROM draft_step WHERE draft_id = %s ORDER BY number"
    with conn.cursor(row_factory=tuple_row) as cursor:
        return [step_from_row(row) for row in cursor.execute(query, (draft_id,))]


def load_makers(conn: Conn, draft_id: UUID) -> frozenset[UUID]:
    """The accounts that took a step in a draft, stated what it is about, or answered a finding."""
    query = (
        "SELECT account_id FROM draft_step WHERE draft_id = %(draft)s"
        " UNION SELECT account_id FROM draft_event WHERE draft_id = %(draft)s"
        " AND event IN ('created', 'described', 'answered')"
    )
    with conn.cursor(row_factory=tuple_row) as cursor:
        return frozenset(row[0] for row in cursor.execute(query, {"draft": draft_id}))


def load_result(conn: Conn, kinds: RecordKinds, draft_id: UUID) -> Timelines:
    """The timelines of all records that the steps of a draft change, after the last of them."""
    return _load_timelines(conn, kinds, _RESULT, draft_id)


def load_origin(conn: Conn, kinds: RecordKinds, draft_id: UUID) -> Timelines:
    """The timelines of the same records before the first of the steps."""
    return _load_timelines(conn, kinds, _ORIGIN, draft_id)


def _load_timelines(conn: Conn, kinds: RecordKinds, query: str, draft_id: UUID) -> Timelines:
    with conn.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(query.encode(), (draft_id,))
        return {(row[0], row[1]): parse_versions(kinds[row[0]], row[2]) for row in rows}


def load_step_changes(
    conn: Conn, kinds: RecordKinds, step_id: UUID
) -> dict[RecordKey, tuple[tuple[Any, ...], tuple[Any, ...]]]:
    """The timelines of the records that a step changes, before and after it."""
    query = "SELECT kind, record_id, before, after FROM draft_change WHERE step_id = %s"
    with conn.cursor(row_factory=tuple_row) as cursor:
        return {
            (row[0], row[1]): (
                parse_versions(kinds[row[0]], row[2]),
                parse_versions(kinds[row[0]], row[3]),
            )
            for row in cursor.execute(query, (step_id,))
        }


def find_moved_records(conn: Conn, draft: Draft) -> list[RecordKey]:
    """The records of a draft that were published since its steps were played."""
    params = {"draft": draft.draft_id, "base": draft.base_changeset}
    with conn.cursor(row_factory=tuple_row) as cursor:
        return [(row[0], row[1]) for row in cursor.execute(_MOVED, params)]


def add_step(
    conn: Conn, kinds: RecordKinds, draft_id: UUID, step: DraftStep, played: PlayedStep
) -> None:
    """Insert a step with what it changes; steps that were undone can no longer be done again."""
    conn.execute(
        "DELETE FROM draft_change WHERE step_id IN"
        " (SELECT step_id FROM draft_step WHERE draft_id = %s AND undone)",
        (draft_id,),
    )
    conn.execute("DELETE FROM draft_step WHERE draft_id = %s AND undone", (draft_id,))
    _insert_row(conn, "draft_step", {**step_to_row(step), "draft_id": draft_id})
    write_changes(conn, kinds, step.step_id, played)


def write_changes(conn: Conn, kinds: RecordKinds, step_id: UUID, played: PlayedStep) -> None:
    """Write what a step changes, in place of what it changed before."""
    conn.execute("DELETE FROM draft_change WHERE step_id = %s", (step_id,))
    with conn.cursor() as cursor, cursor.copy("COPY draft_change FROM STDIN") as copy:
        for key, after in played.after.items():
            kind, record_id = key
            bodies = [
                serialize_versions(kinds[kind], record_id, versions)
                for versions in (played.before[key], after)
            ]
            copy.write_row((step_id, kind, record_id, *map(Jsonb, bodies)))


def set_undone(conn: Conn, step_id: UUID, *, undone: bool) -> None:
    """Mark a step as undone, or as done again."""
    conn.execute("UPDATE draft_step SET undone = %s WHERE step_id = %s", (undone, step_id))


def update_draft(conn: Conn, draft_id: UUID, columns: Mapping[str, Any]) -> None:
    """Set columns of a draft."""
    assignments = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in columns
    )
    query = sql.SQL("UPDATE draft SET {} WHERE draft_id = %(draft_id)s").format(assignments)
    conn.execute(query, {**columns, "draft_id": draft_id})


def add_event(
    conn: Conn,
    draft: Draft,
    event: DraftEventKind,
    actor: tuple[str, UUID | None],
    words: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Append an event; ``actor`` is the label for the audit log, and the account."""
    conn.execute(
        "INSERT INTO draft_event (draft_id, number, happened_at, actor, account_id, event,"
        " revision, words, detail) SELECT %(draft)s, count(*) + 1, now(), %(actor)s, %(account)s,"
        " %(event)s, %(revision)s, %(words)s, %(detail)s FROM draft_event"
        " WHERE draft_id = %(draft)s",
        {
            "draft": draft.draft_id,
            "actor": actor[0],
            "account": actor[1],
            "event": event.value,
            "revision": draft.revision,
            "words": words,
            "detail": Jsonb(dict(detail or {})),
        },
    )


def load_events(conn: Conn, draft_id: UUID) -> list[DraftEvent]:
    """What happened to a draft, in order."""
    query = (
        "SELECT number, happened_at, actor, account_id, event, revision, words, detail"
        " FROM draft_event WHERE draft_id = %s ORDER BY number"
    )
    with conn.cursor(row_factory=tuple_row) as cursor:
        return [
            DraftEvent(number, at, actor, account, DraftEventKind(event), revision, words, detail)
            for number, at, actor, account, event, revision, words, detail in cursor.execute(
                query, (draft_id,)
            )
        ]


def _insert_row(conn: Conn, table: str, row: Mapping[str, Any]) -> None:
    query = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join(map(sql.Placeholder, row)),
    )
    conn.execute(query, row)

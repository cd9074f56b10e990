"""The feed of changes: every mutation in the order in which it became visible, without gaps.

A reader pulls pages with ``after``. One change is one record within one changeset: the versions
that were closed (``before``) and opened (``after``). A page may end inside a changeset, which is
complete at its ``last_seq``. Published changes are never modified.

A change of a kind that the reader may not see is *withheld*: only its number is there, so that
numbers have no gaps for anybody. What is known of its changeset stays with it.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from psycopg import Connection, sql
from psycopg.rows import tuple_row

from gazetteer.ledger.canonical_json import serialize_version
from gazetteer.ledger.record_kind import WITHHELD, RecordKind, RecordKinds
from gazetteer.ledger.version_store import StoredVersion, select_versions, version_from_row

DEFAULT_LIMIT = 100
MAX_LIMIT = 1000

JsonObject = dict[str, Any]
_ChangeKey = tuple[UUID, int]
"""A record within a changeset."""
_Edits = dict[_ChangeKey, tuple[list[JsonObject], list[JsonObject]]]
"""The versions that a change closed, and those that it opened."""


@contextmanager
def repeatable_read(conn: Connection[Any]) -> Iterator[None]:
    """Run a read-only transaction whose statements all see the register at one instant.

    Must be entered outside any other transaction of the connection.
    """
    with conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def load_change_page(
    conn: Connection[Any], kinds: RecordKinds, after: int, limit: int = DEFAULT_LIMIT
) -> JsonObject:
    """The changes that follow the sequence number ``after``, at most ``limit``.

    Args:
        conn: a connection outside any transaction.
        kinds: the kinds that the reader may see; changes of all others are withheld.
        after: the number before the first change.
        limit: how many changes at most, withheld ones included.

    Returns:
        ``changes``, ``next_after`` (``after`` of the next page) and ``last_seq`` of the register.
        No changes means that the reader has seen everything; ``after`` beyond ``last_seq`` is no
        error, because a replica of the database may lag behind the one queried before.
    """
    with repeatable_read(conn), conn.cursor(row_factory=tuple_row) as cursor:
        head = cursor.execute("SELECT seq FROM ledger_head").fetchone()
        rows = cursor.execute(
            "SELECT seq, changeset_id, kind, record_id FROM change"
            " WHERE seq > %s ORDER BY seq LIMIT %s",
            (after, limit),
        ).fetchall()
        visible = {change["seq"]: change for change in _load_changes(conn, kinds, rows)}
    return {
        "changes": [visible.get(row[0], {"seq": row[0], "kind": WITHHELD}) for row in rows],
        "next_after": rows[-1][0] if rows else after,
        "last_seq": head[0] if head else 0,
    }


def _load_changes(
    conn: Connection[Any], kinds: RecordKinds, rows: Iterable[tuple[Any, ...]]
) -> Iterator[JsonObject]:
    """The changes of these kinds among rows of ``change``, with what they closed and opened."""
    visible = [row for row in rows if row[2] in kinds]
    changesets = _load_changesets(conn, {row[1] for row in visible})
    edits: _Edits = {(record_id, changeset): ([], []) for _, changeset, _, record_id in visible}
    for name in dict.fromkeys(row[2] for row in visible):
        kind_keys = [(row[3], row[1]) for row in visible if row[2] == name]
        _collect_versions(conn, kinds[name], kind_keys, edits)
    for seq, changeset, name, record_id in visible:
        closed, opened = edits[record_id, changeset]
        yield {
            "seq": seq,
            "changeset": changesets[changeset],
            "kind": name,
            "record_id": str(record_id),
            "before": closed,
            "after": opened,
        }


def _collect_versions(
    conn: Connection[Any],
    kind: RecordKind,
    keys: list[_ChangeKey],
    edits: _Edits,
) -> None:
    """Sort the versions that the changesets closed and opened into ``edits``, by time."""
    records, changesets = [list(column) for column in zip(*keys, strict=True)]
    query = select_versions(
        kind,
        "record_id = ANY(%(records)s)"
        " AND (opened_in = ANY(%(changesets)s) OR closed_in = ANY(%(changesets)s))",
    )
    with conn.cursor(row_factory=tuple_row) as cursor:
        cursor.execute(query, {"records": records, "changesets": changesets})
        versions = sorted((version_from_row(kind, row) for row in cursor), key=_start_day)
    for version in versions:
        for side, changeset in enumerate((version.closed_in, version.opened_in)):
            if changeset is not None and (version.record_id, changeset) in edits:
                serialized = serialize_version(kind, version.record_id, version.version)
                edits[version.record_id, changeset][side].append(serialized)


def _start_day(version: StoredVersion) -> date:
    return version.version.period.start.on or date.min


def _load_changesets(conn: Connection[Any], numbers: Iterable[int]) -> dict[int, JsonObject]:
    """Changesets by number, without their authors.

    The feed is public and its purpose does not require personal data (PIPL art. 6); authors are
    in the audit log, for those who are authorised to read it.
    """
    chosen = list(numbers)
    rows = conn.execute(
        "SELECT changeset_id, reason, purpose, origin, recorded_at, first_seq, last_seq"
        " FROM changeset WHERE changeset_id = ANY(%s)",
        (chosen,),
    ).fetchall()
    names = ("id", "reason", "purpose", "origin", "recorded_at", "first_seq", "last_seq", "acts")
    by_number = {row[0]: dict(zip(names, (*row, []), strict=True)) for row in rows}
    for changeset in by_number.values():
        changeset["recorded_at"] = serialize_instant(changeset["recorded_at"])
    for changeset_id, *act in conn.execute(_ACTS, (chosen,)):
        by_number[changeset_id]["acts"].append(_serialize_act(act))
    return by_number


_ACT_FIELDS = (
    "title",
    "number",
    "authority",
    "approved_on",
    "effective_on",
    "announced_on",
    "implemented_on",
    "source",
)
# An act as known when the changeset was published: a later correction is a change of its own.
_ACTS = sql.SQL(
    "SELECT s.changeset_id, a.record_id, {fields}"
    " FROM changeset s, unnest(s.acts) WITH ORDINALITY AS named (act, place)"
    " JOIN act_version a ON a.record_id = named.act"
    " WHERE s.changeset_id = ANY(%s) AND a.opened_in <= s.changeset_id"
    " AND (a.closed_in IS NULL OR a.closed_in > s.changeset_id)"
    " ORDER BY s.changeset_id, named.place"
).format(fields=sql.SQL(", ").join(sql.Identifier("a", name) for name in _ACT_FIELDS))


def _serialize_act(row: list[Any]) -> JsonObject:
    values = [value.isoformat() if isinstance(value, date) else value for value in row[1:]]
    return {"act_id": str(row[0]), **dict(zip(_ACT_FIELDS, values, strict=True))}


def serialize_instant(moment: datetime) -> str:
    """An instant in the form of responses: UTC, to the microsecond, with ``Z``."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")

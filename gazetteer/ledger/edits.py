"""What a changeset changes, record by record: the difference between known and new versions.

Versions are equal if their digests are: whole timelines are compared without reading what is known.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection

from gazetteer.ledger import version_store
from gazetteer.ledger.canonical_json import compute_digest, serialize_version
from gazetteer.ledger.record_kind import RecordKind, RecordKinds
from gazetteer.ledger.versions import (
    Statement,
    Timeline,
    Version,
    apply_statement,
    find_next_change,
    sort_versions,
)
from gazetteer.messages import message
from gazetteer.problems import InvalidValue, LaterChange

Conn = Connection[Any]


@dataclass(frozen=True, slots=True)
class Edit:
    """The difference that a changeset makes to one record.

    ``closed`` are version ids by digest, ``opened`` new versions with their digests.
    """

    kind: RecordKind
    record_id: UUID
    closed: Mapping[bytes, int]
    opened: Sequence[tuple[Version, bytes]]


def diff_statements(
    conn: Conn, kinds: RecordKinds, statements: Iterable[Statement]
) -> Iterator[Edit]:
    """What statements change, applied in their order to the known versions.

    Raises:
        InvalidValue: a kind or field does not exist, or a field has no valid value.
        LaterChange: a statement covers a later change without saying that it replaces it.
    """
    statements_by_kind: dict[str, dict[UUID, list[Statement]]] = {}
    for statement in statements:
        statements_by_kind.setdefault(statement.kind, {}).setdefault(
            statement.record_id, []
        ).append(statement)
    for name, by_record in statements_by_kind.items():
        kind = _find_kind(kinds, name)
        for record_id, rows in version_store.load_known_versions(
            conn, kind, list(by_record)
        ).items():
            versions = sort_versions(row.version for row in rows)
            for statement in by_record[record_id]:
                _check_later_change(conn, versions, statement)
                versions = apply_statement(versions, statement)
            known = {row.digest: row.version_id for row in rows}
            yield from _diff_record(kind, record_id, known, versions)


def diff_timelines(conn: Conn, kinds: RecordKinds, timelines: Iterable[Timeline]) -> Iterator[Edit]:
    """What whole timelines change; problems as :func:`diff_statements`."""
    timelines_by_kind: dict[str, dict[UUID, Timeline]] = {}
    for timeline in timelines:
        timelines_by_kind.setdefault(timeline.kind, {})[timeline.record_id] = timeline
    for name, by_record in timelines_by_kind.items():
        kind = _find_kind(kinds, name)
        known = version_store.load_known_digests(conn, kind, list(by_record))
        for record_id, timeline in by_record.items():
            versions = sort_versions(timeline.versions)
            yield from _diff_record(kind, record_id, known.get(record_id, {}), versions)


def load_hand_edited_ids(conn: Conn, record_ids: Collection[UUID]) -> set[UUID]:
    """Those of the records that people have changed manually: a load does not overwrite them."""
    rows = conn.execute(
        "SELECT DISTINCT record_id FROM change JOIN changeset USING (changeset_id)"
        " WHERE record_id = ANY(%s::uuid[]) AND purpose <> 'load'",
        (version_store.format_ids(record_ids),),
    )
    return {row[0] for row in rows}


def _check_later_change(conn: Conn, known: Sequence[Version], statement: Statement) -> None:
    change = None if statement.replaces_later else find_next_change(known, statement)
    if change is None or change.on is None:
        return
    found = {
        "kind": statement.kind,
        "record": str(statement.record_id),
        "day": change.on.isoformat(),
    }
    cited = _load_cited_act(conn, change.act)
    if cited is None:
        raise LaterChange(message("ledger.later_change", **found), field="valid", **found)
    words = message("ledger.later_change_by_act", **found, act=cited["number"] or cited["title"])
    raise LaterChange(words, field="valid", **found, act=cited)


def _load_cited_act(conn: Conn, act: UUID | None) -> dict[str, str | None] | None:
    """Id, title and number of an act as known now."""
    row = conn.execute(
        "SELECT title, number FROM act_version WHERE record_id = %s AND upper_inf(recorded)"
        " ORDER BY lower(valid) DESC NULLS LAST LIMIT 1",
        (act,),
    ).fetchone()
    return {"act_id": str(act), "title": row[0], "number": row[1]} if row else None


def _find_kind(kinds: RecordKinds, name: str) -> RecordKind:
    if name not in kinds:
        raise InvalidValue(message("ledger.unknown_kind", kind=name), field="kind")
    return kinds[name]


def _diff_record(
    kind: RecordKind, record_id: UUID, known: Mapping[bytes, int], new_versions: Iterable[Version]
) -> Iterator[Edit]:
    after = {
        compute_digest(serialize_version(kind, record_id, version)): version
        for version in new_versions
    }
    closed = {value: number for value, number in known.items() if value not in after}
    opened = [(version, value) for value, version in after.items() if value not in known]
    if closed or opened:
        yield Edit(kind, record_id, closed, opened)

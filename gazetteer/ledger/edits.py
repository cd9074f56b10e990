"""What a changeset changes, record by record: the difference between known and wanted versions.

Versions are the same if their digests are: what is known is compared without being read.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection

from gazetteer.ledger import version_store
from gazetteer.ledger.canonical_json import compute_digest, serialize_version
from gazetteer.ledger.record_kind import RecordKind, RecordKinds
from gazetteer.ledger.versions import Statement, Timeline, Version, apply_statement, sort_versions
from gazetteer.problems import InvalidValue

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
    """What statements change, said one after the other over what is known.

    Raises:
        InvalidValue: a kind or field that does not exist, or a required one without a value.
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
    """Those of the records that people have changed by hand: a load leaves them alone."""
    rows = conn.execute(
        "SELECT DISTINCT record_id FROM change JOIN changeset USING (changeset_id)"
        " WHERE record_id = ANY(%s) AND purpose <> 'load'",
        (list(record_ids),),
    )
    return {row[0] for row in rows}


def _find_kind(kinds: RecordKinds, name: str) -> RecordKind:
    if name not in kinds:
        raise InvalidValue(f"没有名为“{name}”的记录类型。", f"no kind {name}", field="kind")
    return kinds[name]


def _diff_record(
    kind: RecordKind, record_id: UUID, known: Mapping[bytes, int], new_versions: Iterable[Version]
) -> Iterator[Edit]:
    try:
        after = {
            compute_digest(serialize_version(kind, record_id, version)): version
            for version in new_versions
        }
    except ValueError as error:
        raise InvalidValue(f"记录有误：{error}", str(error), field="attributes") from None
    closed = {value: number for value, number in known.items() if value not in after}
    opened = [(version, value) for value, version in after.items() if value not in known]
    if closed or opened:
        yield Edit(kind, record_id, closed, opened)

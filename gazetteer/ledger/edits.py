"""What a changeset changes, record by record: the difference between known and wanted versions.

Versions are the same if their digests are: what is known is compared without being read.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection

from gazetteer.ledger import store
from gazetteer.ledger.body import body, digest
from gazetteer.ledger.kinds import Kinds, RecordKind
from gazetteer.ledger.versions import Statement, Timeline, Version, in_order, stated
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


def edits_of_statements(
    conn: Conn, kinds: Kinds, statements: Iterable[Statement]
) -> Iterator[Edit]:
    """What statements change, said one after the other over what is known.

    Raises:
        InvalidValue: a kind or field that does not exist, or a required one without a value.
    """
    said: dict[str, dict[UUID, list[Statement]]] = {}
    for statement in statements:
        said.setdefault(statement.kind, {}).setdefault(statement.record_id, []).append(statement)
    for name, by_record in said.items():
        kind = _kind(kinds, name)
        for record_id, rows in store.known(conn, kind, list(by_record)).items():
            versions = in_order(row.version for row in rows)
            for statement in by_record[record_id]:
                versions = stated(versions, statement)
            known = {row.digest: row.version_id for row in rows}
            yield from _difference(kind, record_id, known, versions)


def edits_of_timelines(conn: Conn, kinds: Kinds, timelines: Iterable[Timeline]) -> Iterator[Edit]:
    """What whole timelines change; problems as :func:`edits_of_statements`."""
    wanted: dict[str, dict[UUID, Timeline]] = {}
    for timeline in timelines:
        wanted.setdefault(timeline.kind, {})[timeline.record_id] = timeline
    for name, by_record in wanted.items():
        kind = _kind(kinds, name)
        known = store.known_digests(conn, kind, list(by_record))
        for record_id, timeline in by_record.items():
            versions = in_order(timeline.versions)
            yield from _difference(kind, record_id, known.get(record_id, {}), versions)


def changed_by_people(conn: Conn, record_ids: Collection[UUID]) -> set[UUID]:
    """Those of the records that people have changed by hand: a load leaves them alone."""
    rows = conn.execute(
        "SELECT DISTINCT record_id FROM change JOIN changeset USING (changeset_id)"
        " WHERE record_id = ANY(%s) AND purpose <> 'load'",
        (list(record_ids),),
    )
    return {row[0] for row in rows}


def _kind(kinds: Kinds, name: str) -> RecordKind:
    if name not in kinds:
        raise InvalidValue(f"没有名为“{name}”的记录类型。", f"no kind {name}", field="kind")
    return kinds[name]


def _difference(
    kind: RecordKind, record_id: UUID, known: Mapping[bytes, int], wanted: Iterable[Version]
) -> Iterator[Edit]:
    try:
        after = {digest(body(kind, record_id, version)): version for version in wanted}
    except ValueError as error:
        raise InvalidValue(f"记录有误：{error}", str(error), field="attributes") from None
    closed = {value: number for value, number in known.items() if value not in after}
    opened = [(version, value) for value, version in after.items() if value not in known]
    if closed or opened:
        yield Edit(kind, record_id, closed, opened)

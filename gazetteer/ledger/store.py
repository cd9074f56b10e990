"""The SQL of version tables: read what is known of records, open versions, close versions."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from psycopg import Connection, sql
from psycopg.rows import tuple_row

from gazetteer.ledger.bounds import Bound, Precision, Span
from gazetteer.ledger.kinds import Field, RecordKind
from gazetteer.ledger.versions import Timeline, Version, in_order

_COMMON = (
    "record_id",
    "valid",
    "recorded",
    "started_by",
    "ended_by",
    "start_precision",
    "end_precision",
    "opened_in",
    "digest",
)


@dataclass(frozen=True, slots=True)
class Stored:
    """A version that stands in the database."""

    version_id: int
    record_id: UUID
    version: Version
    digest: bytes
    opened_in: int
    closed_in: int | None


def _shown(field: Field) -> sql.Composable:
    column = sql.Identifier(field.name)
    if field.type.is_geometry:
        return sql.SQL("encode(ST_AsBinary({}, 'NDR'), 'hex')").format(column)
    return column


def select_versions(kind: RecordKind, condition: str) -> sql.Composed:
    """SELECT of whole versions of a kind; rows are read by :func:`stored`."""
    return sql.SQL(
        "SELECT version_id, record_id, lower(valid), upper(valid), started_by, ended_by,"
        " start_precision, end_precision, digest, opened_in, closed_in, {fields}"
        " FROM {table} WHERE {condition}"
    ).format(
        fields=sql.SQL(", ").join(_shown(field) for field in kind.fields),
        table=sql.Identifier(kind.table),
        condition=sql.SQL(condition),
    )


def stored(kind: RecordKind, row: Sequence[Any]) -> Stored:
    """A row of :func:`select_versions` as a value."""
    start = Bound(row[2], row[4], Precision(row[6]))
    end = Bound(row[3], row[5], Precision(row[7]))
    names = (field.name for field in kind.fields)
    attributes = dict(zip(names, row[11:], strict=True))
    return Stored(row[0], row[1], Version(Span(start, end), attributes), row[8], row[9], row[10])


def known(
    conn: Connection[Any], kind: RecordKind, record_ids: Sequence[UUID]
) -> dict[UUID, list[Stored]]:
    """What is known now of the records: their versions by record, in no particular order."""
    found: dict[UUID, list[Stored]] = {record_id: [] for record_id in record_ids}
    query = select_versions(kind, "record_id = ANY(%s) AND upper_inf(recorded)")
    with conn.cursor(row_factory=tuple_row) as cursor:
        for row in cursor.execute(query, (list(record_ids),)):
            found[row[1]].append(stored(kind, row))
    return found


def known_digests(
    conn: Connection[Any], kind: RecordKind, record_ids: Sequence[UUID]
) -> dict[UUID, dict[bytes, int]]:
    """What is known now of the records, by digest only: version ids by record and digest."""
    query = sql.SQL(
        "SELECT record_id, digest, version_id FROM {}"
        " WHERE record_id = ANY(%s) AND upper_inf(recorded)"
    ).format(sql.Identifier(kind.table))
    found: dict[UUID, dict[bytes, int]] = {}
    with conn.cursor(row_factory=tuple_row) as cursor:
        for record_id, digest, version_id in cursor.execute(query, (list(record_ids),)):
            found.setdefault(record_id, {})[digest] = version_id
    return found


def all_known(conn: Connection[Any], kind: RecordKind) -> Iterator[Timeline]:
    """Every record of a kind as it is known now."""
    query = select_versions(kind, "upper_inf(recorded) ORDER BY record_id, lower(valid)")
    with conn.transaction(), conn.cursor(name="all_known", row_factory=tuple_row) as cursor:
        rows = (stored(kind, row) for row in cursor.execute(query))
        for record_id, versions in groupby(rows, key=lambda row: row.record_id):
            yield Timeline(kind.name, record_id, in_order(row.version for row in versions))


def close_versions(
    conn: Connection[Any], kind: RecordKind, ids: Sequence[int], changeset: int, at: datetime
) -> None:
    """End the belief in versions at ``at``; the rows stay."""
    conn.execute(
        sql.SQL(
            "UPDATE {} SET recorded = tstzrange(lower(recorded), %s), closed_in = %s"
            " WHERE version_id = ANY(%s)"
        ).format(sql.Identifier(kind.table)),
        (at, changeset, list(ids)),
    )


def open_versions(
    conn: Connection[Any],
    kind: RecordKind,
    versions: Iterable[tuple[UUID, Version, bytes]],
    changeset: int,
    at: datetime,
) -> None:
    """Write versions of records, with their digests, known from ``at`` on."""
    names = [sql.Identifier(name) for name in (*_COMMON, *(field.name for field in kind.fields))]
    copy_into = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(kind.table), sql.SQL(", ").join(names)
    )
    recorded = f"[{at.isoformat()},)"
    with conn.cursor() as cursor, cursor.copy(copy_into) as copy:
        for record_id, version, digest in versions:
            copy.write_row(_row(kind, record_id, version, recorded, changeset, digest))


def _row(
    kind: RecordKind,
    record_id: UUID,
    version: Version,
    recorded: str,
    changeset: int,
    digest: bytes,
) -> list[Any]:
    start, end = version.span.start, version.span.end
    return [
        record_id,
        f"[{_day(start.on)},{_day(end.on)})",
        recorded,
        start.act,
        end.act,
        start.precision.value,
        end.precision.value,
        changeset,
        digest,
        *[version.attributes.get(field.name) for field in kind.fields],
    ]


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""

"""The SQL of version tables: load the known versions of records, open and close versions."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from psycopg import Connection, sql
from psycopg.rows import tuple_row

from gazetteer.ledger.period import Period, PeriodEnd, Precision
from gazetteer.ledger.record_kind import Field, RecordKind
from gazetteer.ledger.versions import Timeline, Version, sort_versions

_COMMON_COLUMNS = (
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
class StoredVersion:
    """A row of a version table."""

    version_id: int
    record_id: UUID
    version: Version
    digest: bytes
    opened_in: int
    closed_in: int | None


def _column_sql(field: Field) -> sql.Composable:
    column = sql.Identifier(field.name)
    if field.type.is_geometry:
        return sql.SQL("encode(ST_AsBinary({}, 'NDR'), 'hex')").format(column)
    return column


def select_versions(kind: RecordKind, condition: str) -> sql.Composed:
    """SELECT of whole versions of a kind, for :func:`version_from_row`."""
    return sql.SQL(
        "SELECT version_id, record_id, lower(valid), upper(valid), started_by, ended_by,"
        " start_precision, end_precision, digest, opened_in, closed_in, {fields}"
        " FROM {table} WHERE {condition}"
    ).format(
        fields=sql.SQL(", ").join(_column_sql(field) for field in kind.fields),
        table=sql.Identifier(kind.table_name),
        condition=sql.SQL(condition),
    )


def version_from_row(kind: RecordKind, row: Sequence[Any]) -> StoredVersion:
    """The version of a row of :func:`select_versions`."""
    start = PeriodEnd(row[2], row[4], Precision(row[6]))
    end = PeriodEnd(row[3], row[5], Precision(row[7]))
    names = (field.name for field in kind.fields)
    attributes = dict(zip(names, row[11:], strict=True))
    return StoredVersion(
        row[0], row[1], Version(Period(start, end), attributes), row[8], row[9], row[10]
    )


def load_known_versions(
    conn: Connection[Any], kind: RecordKind, record_ids: Sequence[UUID]
) -> dict[UUID, list[StoredVersion]]:
    """What is known now of the records: their versions by record, in no particular order."""
    by_record: dict[UUID, list[StoredVersion]] = {record_id: [] for record_id in record_ids}
    query = select_versions(kind, "record_id = ANY(%s::uuid[]) AND upper_inf(recorded)")
    with conn.cursor(row_factory=tuple_row) as cursor:
        for row in cursor.execute(query, (format_ids(record_ids),)):
            by_record[row[1]].append(version_from_row(kind, row))
    return by_record


def format_ids(record_ids: Iterable[UUID]) -> str:
    """Ids as the text of an array of PostgreSQL; psycopg takes ten times as long over each."""
    return f"{{{','.join(map(str, record_ids))}}}"


def find_existing(conn: Connection[Any], record_ids: Iterable[UUID]) -> list[UUID]:
    """Those of the ids that records have, in no particular order."""
    query = "SELECT record_id FROM record WHERE record_id = ANY(%s::uuid[])"
    with conn.cursor(row_factory=tuple_row) as cursor:
        return [row[0] for row in cursor.execute(query, (format_ids(record_ids),))]


def load_known_digests(
    conn: Connection[Any], kind: RecordKind, record_ids: Sequence[UUID]
) -> dict[UUID, dict[bytes, int]]:
    """What is known now of the records, by digest only: version ids by record and digest."""
    existing = find_existing(conn, record_ids)  # in a first load none, for a tenth of the time
    query = sql.SQL(
        "SELECT record_id, digest, version_id FROM {}"
        " WHERE record_id = ANY(%s::uuid[]) AND upper_inf(recorded)"
    ).format(sql.Identifier(kind.table_name))
    ids_by_digest: dict[UUID, dict[bytes, int]] = {}
    with conn.cursor(row_factory=tuple_row) as cursor:
        for record_id, digest, version_id in cursor.execute(query, (format_ids(existing),)):
            ids_by_digest.setdefault(record_id, {})[digest] = version_id
    return ids_by_digest


def iter_known_timelines(
    conn: Connection[Any], kind: RecordKind, condition: str = "true"
) -> Iterator[Timeline]:
    """Every record of a kind as it is known now, of the versions that meet an SQL condition."""
    query = select_versions(
        kind, f"upper_inf(recorded) AND ({condition}) ORDER BY record_id, lower(valid)"
    )
    with conn.transaction(), conn.cursor(name="all_known", row_factory=tuple_row) as cursor:
        rows = (version_from_row(kind, row) for row in cursor.execute(query))
        for record_id, versions in groupby(rows, key=lambda row: row.record_id):
            yield Timeline(kind.name, record_id, sort_versions(row.version for row in versions))


def close_versions(
    conn: Connection[Any], kind: RecordKind, ids: Sequence[int], changeset: int, at: datetime
) -> None:
    """End the time of knowledge of versions at ``at``; the rows remain."""
    conn.execute(
        sql.SQL(
            "UPDATE {} SET recorded = tstzrange(lower(recorded), %s), closed_in = %s"
            " WHERE version_id = ANY(%s)"
        ).format(sql.Identifier(kind.table_name)),
        (at, changeset, list(ids)),
    )


def open_versions(
    conn: Connection[Any],
    kind: RecordKind,
    versions: Iterable[tuple[UUID, Version, bytes]],
    changeset: int,
    at: datetime,
) -> None:
    """Write versions of records, with their digests, as known from ``at`` on."""
    names = [
        sql.Identifier(name) for name in (*_COMMON_COLUMNS, *(field.name for field in kind.fields))
    ]
    copy_into = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(kind.table_name), sql.SQL(", ").join(names)
    )
    recorded = f"[{at.isoformat()},)"
    with conn.cursor() as cursor, cursor.copy(copy_into) as copy:
        for record_id, version, digest in versions:
            copy.write_row(_build_row(kind, record_id, version, recorded, changeset, digest))


def _build_row(
    kind: RecordKind,
    record_id: UUID,
    version: Version,
    recorded: str,
    changeset: int,
    digest: bytes,
) -> list[Any]:
    start, end = version.period.start, version.period.end
    return [
        record_id,
        f"[{_format_day(start.on)},{_format_day(end.on)})",
        recorded,
        start.act,
        end.act,
        start.precision.value,
        end.precision.value,
        changeset,
        digest,
        *[version.attributes.get(field.name) for field in kind.fields],
    ]


def _format_day(day: date | None) -> str:
    return day.isoformat() if day else ""

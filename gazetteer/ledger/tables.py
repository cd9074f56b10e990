"""The tables of the ledger as SQLAlchemy metadata, to which the migrations must lead."""

from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Double,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import (
    ARRAY,
    DATERANGE,
    JSONB,
    TIMESTAMP,
    TSTZRANGE,
    ExcludeConstraint,
)
from sqlalchemy.types import TypeEngine

from gazetteer.ledger.coming_days import COMING_DAY_SQL
from gazetteer.ledger.record_kind import Field, FieldType, RecordKind, RecordKinds

_COLUMN_TYPES: dict[FieldType, TypeEngine[Any]] = {
    FieldType.TEXT: Text(),
    FieldType.UUID: Uuid(),
    FieldType.DATE: Date(),
    FieldType.REAL: Double(),
}
_GEOMETRY_TYPES = {
    FieldType.POINT: "POINT",
    FieldType.LINE: "LINESTRING",
    FieldType.AREA: "MULTIPOLYGON",
}


def _build_column(field: Field) -> Column[Any]:
    type_ = _COLUMN_TYPES.get(field.type)
    if type_ is None:  # a geometry type remembers whether its column may be empty: never shared
        type_ = Geometry(_GEOMETRY_TYPES[field.type], srid=4490, spatial_index=False)
    return Column(field.name, type_, nullable=not field.required)


def _changeset_foreign_key() -> ForeignKey:
    return ForeignKey("changeset.changeset_id", deferrable=True, initially="DEFERRED")


def build_version_table(metadata: MetaData, kind: RecordKind) -> Table:
    """The table of a kind's versions; the versions of a record known at one time never overlap."""
    return Table(
        kind.table_name,
        metadata,
        Column("version_id", BigInteger, Identity(always=True), primary_key=True),
        Column("record_id", Uuid, ForeignKey("record.record_id"), nullable=False),
        Column("valid", DATERANGE, nullable=False),
        Column("recorded", TSTZRANGE, nullable=False),
        Column("started_by", Uuid),
        Column("ended_by", Uuid),
        Column("start_precision", Text, nullable=False),
        Column("end_precision", Text, nullable=False),
        Column("opened_in", BigInteger, _changeset_foreign_key(), nullable=False),
        Column("closed_in", BigInteger, _changeset_foreign_key()),
        Column("digest", LargeBinary, nullable=False),
        *[_build_column(field) for field in kind.fields],
        CheckConstraint("not isempty(valid)", name=f"{kind.name}_no_empty_period"),
        Index(  # days to come
            f"{kind.name}_coming",
            text(COMING_DAY_SQL),
            postgresql_where=text(f"{COMING_DAY_SQL} IS NOT NULL"),
        ),
        ExcludeConstraint(
            ("record_id", "="),
            ("valid", "&&"),
            ("recorded", "&&"),
            using="gist",
            name=f"{kind.name}_one_version_a_day",
            deferrable=True,
            initially="IMMEDIATE",
        ),
    )


def _add_head_tables(metadata: MetaData) -> None:
    """The head that orders publications, the sums, and the audit chain."""
    Table(
        "ledger_head",
        metadata,
        Column("only", Boolean, primary_key=True),
        Column("changeset_id", BigInteger, nullable=False),
        Column("seq", BigInteger, nullable=False),
        Column("recorded_at", TIMESTAMP(timezone=True), nullable=False),
    )
    Table(
        "ledger_sum",
        metadata,
        Column("kind", Text, primary_key=True),
        Column("versions", BigInteger, nullable=False),
        Column("digest_sum", Numeric(78, 0), nullable=False),
    )
    Table(
        "audit",
        metadata,
        Column("audit_id", BigInteger, primary_key=True, autoincrement=False),
        Column("happened_at", TIMESTAMP(timezone=True), nullable=False),
        Column("actor", Text, nullable=False),
        Column("action", Text, nullable=False),
        Column("subject", Text, nullable=False),
        Column("detail", JSONB, nullable=False),
        Column("previous_hash", LargeBinary, nullable=False),
        Column("hash", LargeBinary, nullable=False, unique=True),
    )


def build_ledger_tables(metadata: MetaData, kinds: RecordKinds) -> dict[str, Table]:
    """Every table of the ledger, and the version table of each kind, by kind."""
    Table(
        "changeset",
        metadata,
        Column("changeset_id", BigInteger, primary_key=True, autoincrement=False),
        Column("first_seq", BigInteger, nullable=False),
        Column("last_seq", BigInteger, nullable=False),
        Column("author", Text, nullable=False),
        Column("reason", Text, nullable=False),
        Column("purpose", Text, nullable=False),
        Column("origin", Text),
        Column("acts", ARRAY(Uuid), nullable=False),
        Column("recorded_at", TIMESTAMP(timezone=True), nullable=False, unique=True),
    )
    Table(
        "record",
        metadata,
        Column("record_id", Uuid, primary_key=True),
        Column("kind", Text, nullable=False),
    )
    Table(
        "change",
        metadata,
        Column("seq", BigInteger, primary_key=True, autoincrement=False),
        Column("changeset_id", BigInteger, _changeset_foreign_key(), nullable=False),
        Column("kind", Text, nullable=False),
        Column("record_id", Uuid, ForeignKey("record.record_id"), nullable=False),
        Index("change_of_record", "record_id", "changeset_id", unique=True),
    )
    _add_head_tables(metadata)
    return {name: build_version_table(metadata, kind) for name, kind in kinds.items()}

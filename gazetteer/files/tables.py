"""The table of stored files as SQLAlchemy metadata, to which the migrations must lead."""

from sqlalchemy import BigInteger, CheckConstraint, Column, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import TIMESTAMP

from gazetteer.ledger.record_kind import Audience

_AUDIENCES = ", ".join(f"'{audience}'" for audience in Audience)


def add_file_table(metadata: MetaData) -> None:
    """Stored files by their hash."""
    Table(
        "file",
        metadata,
        Column("sha256", Text, primary_key=True),
        Column("media_type", Text, nullable=False),
        Column("size", BigInteger, nullable=False),
        Column("name", Text, nullable=False),
        Column("audience", Text, nullable=False),
        Column("uploaded_by", Text, nullable=False),
        Column("uploaded_at", TIMESTAMP(timezone=True), nullable=False),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="file_sha256"),
        CheckConstraint(f"audience IN ({_AUDIENCES})", name="file_audience"),
    )

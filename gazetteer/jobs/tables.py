"""The table of jobs as SQLAlchemy metadata, to which the migrations must lead.

The tables of the queue itself belong to the library; they are in a schema of their own.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

from gazetteer.jobs.job_store import JobState

_TIMESTAMP = TIMESTAMP(timezone=True)
_STATES = ", ".join(f"'{state}'" for state in JobState)


def add_job_tables(metadata: MetaData) -> None:
    """Jobs with their progress."""
    zero = text("0")
    Table(
        "job",
        metadata,
        Column("job_id", Uuid, primary_key=True),
        Column("queue_id", BigInteger, unique=True),
        Column("kind", Text, nullable=False),
        Column("form", JSONB, nullable=False),
        Column("language", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("at", Date, nullable=False),
        Column("known_at", _TIMESTAMP),
        Column("seq", BigInteger),
        Column("encoding", Text, nullable=False),
        Column("delimiter", Text, nullable=False),
        Column("rows_total", Integer, nullable=False),
        Column("rows_done", Integer, nullable=False, server_default=zero),
        Column("records_done", Integer, nullable=False, server_default=zero),
        Column("result_bytes", BigInteger, nullable=False, server_default=zero),
        Column("problem", JSONB),
        Column("created_at", _TIMESTAMP, nullable=False),
        Column("started_at", _TIMESTAMP),
        Column("finished_at", _TIMESTAMP),
        CheckConstraint(f"state IN ({_STATES})", name="job_state"),
        Index("job_by_age", "created_at"),  # jobs old enough to be deleted
    )

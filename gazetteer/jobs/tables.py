"""The tables of jobs as SQLAlchemy metadata, to which the migrations must lead.

The tables of the queue itself belong to the library; they are in a schema of their own.
"""

from collections.abc import Iterable

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

from gazetteer.jobs.job_store import JobState, ProgressUnit

_TIMESTAMP = TIMESTAMP(timezone=True)


def _quote_list(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def add_job_tables(metadata: MetaData) -> None:
    """Jobs with their progress, and the files of their results."""
    _add_job_table(metadata)
    Table(
        "job_file",
        metadata,
        Column("job_id", Uuid, ForeignKey("job.job_id", ondelete="CASCADE"), primary_key=True),
        Column("name", Text, primary_key=True),
        Column("media_type", Text, nullable=False),
    )


def _add_job_table(metadata: MetaData) -> None:
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
        Column("encoding", Text),
        Column("delimiter", Text),
        Column("total", Integer, nullable=False),
        Column("done", Integer, nullable=False, server_default=zero),
        Column("records_done", Integer, nullable=False, server_default=zero),
        Column("result_bytes", BigInteger, nullable=False, server_default=zero),
        Column("problem", JSONB),
        Column("created_at", _TIMESTAMP, nullable=False),
        Column("started_at", _TIMESTAMP),
        Column("finished_at", _TIMESTAMP),
        Column("progress_unit", Text, nullable=False),
        CheckConstraint(f"state IN ({_quote_list(JobState)})", name="job_state"),
        CheckConstraint(
            f"progress_unit IN ({_quote_list(ProgressUnit)})", name="job_progress_unit"
        ),
        CheckConstraint(
            "num_nulls(encoding, delimiter) = CASE progress_unit WHEN 'rows' THEN 0 ELSE 2 END",
            name="job_csv_format",
        ),
        Index("job_by_age", "created_at"),  # jobs old enough to be deleted
    )

"""The tables of findings as SQLAlchemy metadata: what the migrations must have built."""

from collections.abc import Iterable

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP

from gazetteer.rules.finding_workflow import (
    ANSWER_STEPS,
    OBSERVING_STEPS,
    FindingState,
    ReopenCause,
    WorkflowStep,
)

_TIMESTAMP = TIMESTAMP(timezone=True)


def _quote_list(names: Iterable[str]) -> str:
    return "(" + ", ".join(f"'{name}'" for name in names) + ")"


_CHECKS = {
    "step": f"step IN {_quote_list(WorkflowStep)}",
    "state": f"state IN {_quote_list(FindingState)}",
    "cause": f"(step = 'returned') = (cause IS NOT NULL) AND cause IN {_quote_list(ReopenCause)}",
    "run": f"(step IN {_quote_list(ANSWER_STEPS)}) = (run_id IS NULL)",
    "seen": (
        "num_nulls(severity, message, fingerprint) ="
        f" CASE WHEN step IN {_quote_list(OBSERVING_STEPS)} THEN 0 ELSE 3 END"
    ),
    "answered": f"(step IN {_quote_list(ANSWER_STEPS)}) = (reason IS NOT NULL)",
    "excepted": "step <> 'excepted' OR num_nulls(document, signer, expires_on) = 0",
}


def add_finding_tables(metadata: MetaData) -> None:
    """Runs, findings, and what happened to each; nothing in them is ever changed."""
    Table(
        "finding_run",
        metadata,
        Column("run_id", Uuid, primary_key=True),
        Column("number", BigInteger, Identity(always=True), nullable=False, unique=True),
        Column("at", Date, nullable=False),
        Column("seq", BigInteger, nullable=False),
        Column("actor", Text, nullable=False),
        Column("started_at", _TIMESTAMP, nullable=False),
        Column("finished_at", _TIMESTAMP, nullable=False),
        Column("found", Integer, nullable=False),
        Column("steps", JSONB, nullable=False),
    )
    Table(
        "finding",
        metadata,
        Column("finding_id", Uuid, primary_key=True),
        Column("number", BigInteger, Identity(always=True), nullable=False, unique=True),
        Column("rule", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("units", ARRAY(Uuid), nullable=False),
        Index("finding_units", "units", postgresql_using="gin"),  # what is found on a unit
    )
    _add_event_table(metadata)
    _add_draft_exception_table(metadata)


def _add_event_table(metadata: MetaData) -> None:
    Table(
        "finding_event",
        metadata,
        Column("finding_id", Uuid, ForeignKey("finding.finding_id"), primary_key=True),
        Column("number", Integer, primary_key=True, autoincrement=False),
        Column("happened_at", _TIMESTAMP, nullable=False),
        Column("actor", Text, nullable=False),
        Column("step", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("cause", Text),
        Column("run_id", Uuid, ForeignKey("finding_run.run_id")),
        Column("severity", Text),
        Column("measured", Double),
        Column("may_be", Double),
        Column("measured_in", Text),
        Column("area_m2", Double),
        Column("place", Geometry("GEOMETRY", srid=4490, spatial_index=False)),
        Column("fingerprint", Text),
        Column("reason", Text),
        Column("document", Text),
        Column("signer", Text),
        Column("expires_on", Date),
        Column("message", JSONB),
        Column("begins_on", Date),
        *[CheckConstraint(rule, name=f"finding_event_{name}") for name, rule in _CHECKS.items()],
        Index("finding_event_of_run", "run_id"),  # what a run did
    )


def _add_draft_exception_table(metadata: MetaData) -> None:
    """What was answered inside drafts, until a run takes it over."""
    Table(
        "draft_exception",
        metadata,
        Column("draft_id", Uuid, ForeignKey("draft.draft_id"), primary_key=True),
        Column("draft_finding", Text, primary_key=True),
        Column("made_at", _TIMESTAMP, nullable=False),
        Column("account_id", Uuid, ForeignKey("account.account_id"), nullable=False),
        Column("rule", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("units", ARRAY(Uuid), nullable=False),
        Column("fingerprint", Text, nullable=False),
        Column("reason", Text, nullable=False),
        Column("document", Text, nullable=False),
        Column("signer", Text, nullable=False),
        Column("expires_on", Date, nullable=False),
        Column("finding_id", Uuid, ForeignKey("finding.finding_id")),
    )

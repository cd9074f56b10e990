"""The tables of drafts as SQLAlchemy metadata: what the migrations must have built."""

from collections.abc import Iterable

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

from gazetteer.ledger.drafts.draft import DraftState, Purpose
from gazetteer.ledger.drafts.draft_life import DraftEventKind

_TIMESTAMP = TIMESTAMP(timezone=True)


def _quote_list(names: Iterable[str]) -> str:
    return "(" + ", ".join(f"'{name}'" for name in names) + ")"


def add_draft_tables(metadata: MetaData) -> None:
    """Drafts, their steps, what these change, and what happened to each draft."""
    _add_draft_table(metadata)
    _add_step_tables(metadata)
    _add_event_table(metadata)


def _add_draft_table(metadata: MetaData) -> None:
    Table(
        "draft",
        metadata,
        Column("draft_id", Uuid, primary_key=True),
        Column("number", BigInteger, Identity(always=True), nullable=False, unique=True),
        Column("title", Text, nullable=False),
        Column("purpose", Text, nullable=False),
        Column("unit_id", Uuid, ForeignKey("record.record_id")),
        Column("event_kind", Text),
        Column("effective_on", Date),
        Column("act", JSONB),
        Column("documents", JSONB, nullable=False),
        Column("publish_after", _TIMESTAMP),
        Column("act_id", Uuid, nullable=False),
        Column("reference_on", Date, nullable=False),
        Column("owner", Uuid, ForeignKey("account.account_id"), nullable=False),
        Column("made_by", Uuid, ForeignKey("account.account_id"), nullable=False),
        Column("made_at", _TIMESTAMP, nullable=False),
        Column("base_changeset", BigInteger, nullable=False),
        Column("revision", Integer, nullable=False),
        Column("state", Text, nullable=False),
        Column("published_in", BigInteger, ForeignKey("changeset.changeset_id")),
        CheckConstraint(f"purpose IN {_quote_list(Purpose)}", name="draft_purpose"),
        CheckConstraint(f"state IN {_quote_list(DraftState)}", name="draft_state"),
        CheckConstraint("purpose <> 'act' OR num_nulls(effective_on, act) = 0", name="draft_act"),
        CheckConstraint(
            "(state = 'published') = (published_in IS NOT NULL)", name="draft_published"
        ),
        Index("draft_of_state", "state", "number"),  # lists of drafts
    )


def _add_event_table(metadata: MetaData) -> None:
    Table(
        "draft_event",
        metadata,
        Column("draft_id", Uuid, ForeignKey("draft.draft_id"), primary_key=True),
        Column("number", Integer, primary_key=True, autoincrement=False),
        Column("happened_at", _TIMESTAMP, nullable=False),
        Column("actor", Text, nullable=False),
        Column("account_id", Uuid, ForeignKey("account.account_id")),
        Column("event", Text, nullable=False),
        Column("revision", Integer, nullable=False),
        Column("words", Text),
        Column("detail", JSONB, nullable=False),
        CheckConstraint(f"event IN {_quote_list(DraftEventKind)}", name="draft_event_event"),
    )


def _add_step_tables(metadata: MetaData) -> None:
    Table(
        "draft_step",
        metadata,
        Column("step_id", Uuid, primary_key=True),
        Column("draft_id", Uuid, ForeignKey("draft.draft_id"), nullable=False),
        Column("number", Integer, nullable=False),
        Column("made_at", _TIMESTAMP, nullable=False),
        Column("account_id", Uuid, ForeignKey("account.account_id"), nullable=False),
        Column("command", Text, nullable=False),
        Column("arguments", JSONB, nullable=False),
        Column("footprint", JSONB, nullable=False),
        Column("left_out", JSONB, nullable=False),
        Column("undone", Boolean, nullable=False),
        UniqueConstraint("draft_id", "number"),
    )
    Table(
        "draft_change",
        metadata,
        Column("step_id", Uuid, ForeignKey("draft_step.step_id"), primary_key=True),
        Column("kind", Text, nullable=False),
        Column("record_id", Uuid, primary_key=True),
        Column("before", JSONB, nullable=False),
        Column("after", JSONB, nullable=False),
    )

"""A draft read with its steps, over the register as it is known now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from psycopg import Connection

from boundaries.drafts.exception_rows import DraftException, load_exceptions
from boundaries.outlines.outline import Outline
from boundaries.outlines.outline_rows import load_outlines, load_senders
from boundaries.register_ledger import LEDGER
from gazetteer.ledger.drafts import draft_store
from gazetteer.ledger.drafts.draft import Draft, DraftState, DraftStep
from gazetteer.ledger.drafts.known_records import KnownRecords, RecordOverlay, Timelines
from gazetteer.ledger.drafts.stored_records import StoredRecords

Conn = Connection[Any]


@dataclass(frozen=True)
class OpenDraft:
    """A draft, its steps, and the timelines of the records that they change.

    ``base`` is what is known without it: the register as it is now, or as it was before the draft
    was published. ``makers`` are the accounts that had a hand in it, ``exceptions`` answer findings
    that it adds, ``outlines`` are what was drawn and does not close yet.
    """

    draft: Draft
    steps: tuple[DraftStep, ...]
    base: KnownRecords
    result: Timelines
    makers: frozenset[UUID]
    exceptions: tuple[DraftException, ...] = ()
    outlines: Mapping[UUID, Outline] = field(default_factory=dict)

    @cached_property
    def drafted_records(self) -> RecordOverlay:
        """What is known as the draft would have it."""
        return RecordOverlay(self.base, self.result)

    @property
    def active_steps(self) -> list[DraftStep]:
        """The steps that are not undone."""
        return [step for step in self.steps if not step.undone]

    @property
    def checked_days(self) -> Sequence[date]:
        """The first day of effect, and the later ones on which a record of the draft changes."""
        first = self.draft.first_day
        bounds = {
            bound.on
            for versions in self.result.values()
            for version in versions
            for bound in (version.period.start, version.period.end)
            if bound.on is not None and bound.on > first
        }
        return [first, *sorted(bounds)]


def open_draft(conn: Conn, draft_id: UUID, *, lock: bool = False) -> OpenDraft:
    """Read a draft within a transaction; with ``lock`` nobody else writes to it until its end.

    Raises:
        NotFound: there is none.
    """
    draft = draft_store.load_draft(conn, draft_id, lock=lock)
    base: KnownRecords = StoredRecords(conn, LEDGER.kinds)
    if draft.state is DraftState.PUBLISHED:
        base = RecordOverlay(base, draft_store.load_origin(conn, LEDGER.kinds, draft_id))
    return OpenDraft(
        draft,
        tuple(draft_store.load_steps(conn, draft_id)),
        base,
        draft_store.load_result(conn, LEDGER.kinds, draft_id),
        draft_store.load_makers(conn, draft_id) | load_senders(conn, draft_id),
        load_exceptions(conn, draft_id),
        load_outlines(conn, draft_id),
    )


def load_head(conn: Conn, *, lock: bool = False) -> int:
    """The number of the last changeset; with ``lock`` nothing is published until the end."""
    query = "SELECT changeset_id FROM ledger_head"
    row = conn.execute(f"{query} FOR UPDATE" if lock else query).fetchone()
    if row is None:
        raise RuntimeError("the ledger has no head row: the database was not migrated")
    return int(row[0])

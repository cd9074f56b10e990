"""A draft and its steps, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from gazetteer.ledger.drafts.day_records import Footprint
from gazetteer.ledger.drafts.step_play import Days, EffectiveDays
from gazetteer.messages import message
from gazetteer.problems import Conflict


class DraftConflict(Conflict):
    """A publication has changed what a step of a draft is about; ``conflicts`` says how."""


class DraftMoved(Conflict):
    """Somebody has changed the draft since it was read; ``revision`` is what it is now."""

    code = "draft_moved"


class Purpose(StrEnum):
    """Why a draft changes the register."""

    ACT = "act"  # a legal change, by an act, from a day on
    CORRECTION = "correction"  # the register was wrong


EVENT_KINDS = (
    "establish",
    "abolish",
    "rename",
    "subordination_change",
    "boundary_change",
    "seat_relocation",
    "county_to_city",
    "county_to_district",
    "city_to_district",
    "township_to_town",
    "town_to_subdistrict",
    "merge",
    "split",
    "agency_scope_change",
    "naming",
    "renaming",
    "name_retirement",
)
"""The kinds of change of the law (MCA Order 65 art. 2; Order 753 for names)."""

ACT_FIELDS = (
    "title",
    "number",
    "authority",
    "approved_on",
    "announced_on",
    "implemented_on",
    "source",
    "remark",
)
"""What a draft says of its act; its day of effect is that of the draft."""


class DraftState(StrEnum):
    """How far a draft is."""

    IN_WORK = "in_work"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    PUBLISHED = "published"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class ActDocument:
    """A document of the act of a draft; ``file`` is the SHA-256 of a file in the store."""

    title: str
    role: str
    file: str


@dataclass(frozen=True, slots=True)
class DraftHeader:
    """What a draft is about, as its people state it.

    ``unit_id`` None: the whole register. ``act`` are values of :data:`ACT_FIELDS`.
    ``effective_on`` None: a correction that holds for as long as things were as they are on the day
    of the draft.
    """

    title: str
    purpose: Purpose
    unit_id: UUID | None
    event_kind: str | None = None
    effective_on: date | None = None
    act: Mapping[str, str] | None = None
    documents: tuple[ActDocument, ...] = ()
    publish_after: datetime | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft. Its ``owner`` may hand it over; ``revision`` counts what was done to it.

    ``base_changeset`` is the state of the register over which its steps were played last.
    """

    draft_id: UUID
    number: int
    header: DraftHeader
    act_id: UUID
    reference_on: date
    owner: UUID
    made_by: UUID
    made_at: datetime
    base_changeset: int
    revision: int
    state: DraftState
    published_in: int | None = None

    @property
    def effective_days(self) -> EffectiveDays:
        """For which days its steps hold."""
        act = self.act_id if self.header.purpose is Purpose.ACT else None
        return EffectiveDays(self.reference_on, self.header.effective_on, act)

    @property
    def first_day(self) -> date:
        """The day that it shows: that of its effect, else that of reference."""
        return self.header.effective_on or self.reference_on


@dataclass(frozen=True, slots=True)
class DraftStep:
    """A step: a command with its arguments, and what it met; undone ones can be done again."""

    step_id: UUID
    number: int
    made_at: datetime
    account_id: UUID
    command: str
    arguments: Mapping[str, Any]
    footprint: Footprint
    left_out: tuple[Days, ...]
    undone: bool = False


def check_revision(draft: Draft, revision: int) -> None:
    """Check that a draft is as somebody has read it.

    Raises:
        DraftMoved: it is not; says its revision.
    """
    if draft.revision != revision:
        words = message("draft.moved", revision=draft.revision)
        raise DraftMoved(words, field="revision", revision=draft.revision)

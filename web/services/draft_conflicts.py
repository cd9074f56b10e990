"""What a draft and the publications since are in conflict about, before somebody writes."""

from uuid import UUID

from boundaries.drafts.draft_rebase import replay_draft
from boundaries.drafts.open_draft import Conn, OpenDraft, load_head
from gazetteer.ledger.drafts import draft_store
from gazetteer.ledger.drafts.draft import DraftConflict, DraftState
from gazetteer.problems import LaterChange
from web.services.draft_service import open_visible_draft

DraftClash = DraftConflict | LaterChange
"""A step of a draft does not fit what is published; ``step`` and ``conflicts`` say how."""

_UNFINISHED = (DraftState.IN_WORK, DraftState.SUBMITTED, DraftState.APPROVED)


def find_draft_conflict(draft_id: UUID) -> DraftClash | None:
    """The first step of a draft that does not fit the register as it is now; None: all fit.

    Nothing is played, and little read, unless records of the draft were published since its steps
    were played last.

    Raises:
        Unauthenticated, NotFound, Forbidden: as
            :func:`web.services.draft_service.open_visible_draft`.
    """
    with open_visible_draft(draft_id) as (conn, opened):
        if opened.draft.state not in _UNFINISHED or not _has_moved(conn, opened):
            return None
        try:
            replay_draft(conn, opened)
        except (DraftConflict, LaterChange) as clash:
            return clash
    return None


def _has_moved(conn: Conn, opened: OpenDraft) -> bool:
    """Whether anything that the draft is about was published since."""
    draft = opened.draft
    if load_head(conn) == draft.base_changeset:
        return False
    return bool(draft_store.find_moved_records(conn, draft))

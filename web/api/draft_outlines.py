"""Outlines of a draft that do not close with their neighbours yet: ``/v1/drafts/{id}/outlines``."""

from typing import Any
from uuid import UUID

from boundaries.drafts.feature_writing import discard_outline
from boundaries.drafts.open_draft import open_draft
from gazetteer.ledger.drafts.draft import check_revision
from web.api.draft_bodies import OutlineBody
from web.api.draft_models import DraftOutlinesModel
from web.http.connections import connection
from web.http.endpoints import Api
from web.services import draft_service
from web.services.draft_service import DraftId

api = Api()
_OUTLINES = "/v1/drafts/<uuid:draft_id>/outlines"


@api.get(_OUTLINES, DraftOutlinesModel, requires_account=True)
def list_draft_outlines(draft_id: DraftId) -> dict[str, Any]:
    """List the outlines of a draft that do not close with their neighbours yet.

    They were drawn through its OGC API. A draft is not submitted before they close or are
    discarded.
    """
    return draft_service.load_outlines_answer(draft_id)


@api.write("POST", f"{_OUTLINES}/discard", DraftOutlinesModel)
def discard_draft_outline(draft_id: DraftId, body: OutlineBody) -> dict[str, Any]:
    """Discard an outline: its unit is as the borders are."""
    return discard_unit_outline(draft_id, body)


def discard_unit_outline(draft_id: UUID, body: OutlineBody) -> dict[str, Any]:
    """Discard an outline by the account of the request; those that wait still.

    Raises:
        NotFound: the unit has none.
        DraftMoved: the draft has another revision.
    """
    draft_service.require_draft_editor(draft_id)
    with connection() as conn, conn.transaction():
        opened = open_draft(conn, draft_id, lock=True)
        check_revision(opened.draft, body.revision)
        discard_outline(conn, opened, body.unit_id)
    return draft_service.load_outlines_answer(draft_id)

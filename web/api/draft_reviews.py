"""Review and publication of drafts: ``/v1/drafts/{id}/submit`` and what follows."""

from typing import Annotated, Any

from flask import Response
from pydantic import Field

from boundaries.drafts import draft_access, draft_publication, draft_reversal, draft_review
from gazetteer.messages import message
from web.api.draft_bodies import DecisionBody, RejectionBody, RevertBody, RevisionBody
from web.api.draft_models import DraftModel, PublicationModel
from web.auth import authentication
from web.http.connections import connection
from web.http.endpoints import Api, json_response
from web.http.language import request_language
from web.services import draft_service
from web.services.draft_service import DraftId

api = Api()

ChangesetNumber = Annotated[int, Field(ge=1, le=2**63 - 1, description="Number of the changeset")]


@api.write("POST", "/v1/drafts/<uuid:draft_id>/submit", DraftModel)
def submit_draft(draft_id: DraftId, body: RevisionBody) -> dict[str, Any]:
    """Hand a draft to its reviewers.

    Refused while the draft adds errors (409 `findings_block`), or while a step of it is in conflict
    with what was published since (409 `conflict`).
    """
    who = draft_service.require_draft_editor(draft_id)
    with connection() as conn:
        draft_review.submit_draft(conn, draft_id, body.revision, who)
    return draft_service.load_draft_answer(draft_id)


@api.write("POST", "/v1/drafts/<uuid:draft_id>/approve", DraftModel)
def approve_draft(draft_id: DraftId, body: DecisionBody) -> dict[str, Any]:
    """Approve a draft.

    Requires the role of reviewer over every unit that it touches; whoever owns the draft or took a
    step in it cannot (403 `own_draft`). The problem names the units that are missing.
    """
    who = draft_service.require_draft_member(draft_id)
    with connection() as conn:
        draft_review.approve_draft(conn, draft_id, body.revision, who, body.words)
    return draft_service.load_draft_answer(draft_id)


@api.write("POST", "/v1/drafts/<uuid:draft_id>/reject", DraftModel)
def reject_draft(draft_id: DraftId, body: RejectionBody) -> dict[str, Any]:
    """Give a draft back to its owner, with the reason."""
    who = draft_service.require_draft_member(draft_id)
    with connection() as conn:
        draft_review.reject_draft(conn, draft_id, body.revision, who, body.words)
    return draft_service.load_draft_answer(draft_id)


@api.write("POST", "/v1/drafts/<uuid:draft_id>/publish", PublicationModel)
def publish_draft(draft_id: DraftId, body: RevisionBody) -> dict[str, Any]:
    """Publish an approved draft: all of it in one transaction, or nothing.

    Its steps are played over the newest state. A step that does not fit any more refuses it (409
    `conflict` or `later_change`); then nothing is published.
    """
    who = draft_service.require_publisher(draft_id)
    with connection() as conn:
        published = draft_publication.publish_draft(conn, draft_id, who, revision=body.revision)
    return {
        "changeset": published.changeset_id,
        "first_seq": published.first_seq,
        "last_seq": published.last_seq,
        "recorded_at": published.recorded_at,
    }


@api.write("POST", "/v1/changesets/<int:changeset>/revert", DraftModel, 201)
def revert_changeset(changeset: ChangesetNumber, body: RevertBody) -> Response:
    """Begin a draft that takes back what another draft has published.

    It is reviewed and published like any other. Where others have built on the change, it is
    refused (409).
    """
    who = authentication.require_known_actor()
    with connection() as conn, conn.transaction():
        published = draft_reversal.find_published_draft(conn, changeset)
        draft_access.require_editor(conn, who, published.draft)
        original = published.draft.header.title
        title = body.title or message("draft.revert_title", title=original).text(request_language())
        draft = draft_reversal.revert_changeset(conn, published, title, who)
    response = json_response(draft_service.load_draft_answer(draft.draft_id), 201)
    response.headers["Location"] = f"/v1/drafts/{draft.draft_id}"
    return response

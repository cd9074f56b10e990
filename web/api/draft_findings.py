"""What the rules say of a draft, and the answers: ``/v1/drafts/{id}/findings`` and what follows."""

from typing import Any
from uuid import UUID

from boundaries.drafts import draft_exceptions, draft_proposals
from boundaries.network.commands.replace_area import REPLACE_AREAS
from gazetteer.ledger.drafts import draft_store
from gazetteer.rules.finding_workflow import AnswerKind, FindingResponse
from web.api.draft_bodies import (
    ExceptionBody,
    ExceptionWithdrawalBody,
    ProposalBody,
    ProposalsQuery,
)
from web.api.draft_models import (
    DraftFindingsModel,
    DraftImpactModel,
    DraftProposalsModel,
    StepResultModel,
)
from web.http.connections import connection
from web.http.endpoints import Api
from web.http.language import request_language
from web.services import draft_finding_service, draft_service
from web.services.draft_serializers import serialize_step_result
from web.services.draft_service import DraftId

api = Api()
_DRAFT = "/v1/drafts/<uuid:draft_id>"


@api.get(f"{_DRAFT}/findings", DraftFindingsModel, requires_account=True)
def get_draft_findings(draft_id: DraftId) -> dict[str, Any]:
    """Judge a draft: the findings that it adds to the published state, and those that it removes.

    What was wrong before the draft is not among them.
    """
    return draft_service.load_findings_answer(draft_id)


@api.get(f"{_DRAFT}/impact", DraftImpactModel, requires_account=True)
def get_draft_impact(draft_id: DraftId) -> dict[str, Any]:
    """Get what a draft does to exceptions on the register: those whose borders it changes end."""
    return draft_finding_service.load_impact_answer(draft_id)


@api.write("POST", f"{_DRAFT}/exceptions", DraftFindingsModel)
def grant_draft_exception(draft_id: DraftId, body: ExceptionBody) -> dict[str, Any]:
    """Answer a finding that the draft adds: it may remain, and no longer blocks.

    The reviewer decides on the answer with the draft. It holds as long as the borders run there as
    they do now; after publication the next check of the register takes it over.
    """
    return answer_finding(draft_id, body)


@api.write("POST", f"{_DRAFT}/exceptions/withdraw", DraftFindingsModel)
def withdraw_draft_exception(draft_id: DraftId, body: ExceptionWithdrawalBody) -> dict[str, Any]:
    """Take the answer to a finding back."""
    return withdraw_exception(draft_id, body)


@api.get(f"{_DRAFT}/proposals", DraftProposalsModel, requires_account=True)
def list_draft_proposals(draft_id: DraftId, query: ProposalsQuery) -> dict[str, Any]:
    """Get the repairs proposed for a finding that the draft adds, or for one on the register."""
    return draft_finding_service.load_proposals_answer(draft_id, query.finding)


@api.write("POST", f"{_DRAFT}/proposals", StepResultModel)
def take_draft_proposal(draft_id: DraftId, body: ProposalBody) -> dict[str, Any]:
    """Make a step of a proposal."""
    return take_proposal(draft_id, body)


def answer_finding(draft_id: UUID, body: ExceptionBody) -> dict[str, Any]:
    """An exception by the account of the request; what the rules then say."""
    who = draft_service.require_draft_editor(draft_id)
    response = FindingResponse(
        AnswerKind.EXCEPTION, body.reason, body.document, body.signer, body.expires_on
    )
    with connection() as conn:
        draft_exceptions.grant_exception(conn, draft_id, body.revision, body.finding, response, who)
    return draft_service.load_findings_answer(draft_id)


def withdraw_exception(draft_id: UUID, body: ExceptionWithdrawalBody) -> dict[str, Any]:
    """An answer taken back by the account of the request; what the rules then say."""
    who = draft_service.require_draft_editor(draft_id)
    with connection() as conn:
        draft_exceptions.withdraw_exception(conn, draft_id, body.revision, body.finding, who)
    return draft_service.load_findings_answer(draft_id)


def take_proposal(draft_id: UUID, body: ProposalBody) -> dict[str, Any]:
    """A step by the account of the request that does what a proposal says."""
    who = draft_service.require_draft_editor(draft_id, REPLACE_AREAS)
    choice = body.finding, body.way, body.unit
    with connection() as conn:
        result = draft_proposals.take_proposal(conn, draft_id, body.revision, choice, who)
        draft = draft_store.load_draft(conn, draft_id)
    return serialize_step_result(draft, result, request_language())

"""Drafts: ``/v1/drafts``."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Response
from pydantic import Field

from boundaries.differences.difference_tables import DifferenceFile
from boundaries.drafts import draft_access, draft_review
from boundaries.register_ledger import LEDGER
from gazetteer.accounts import account_store
from gazetteer.accounts.roles import find_current_unit
from gazetteer.ledger.as_of import today
from gazetteer.ledger.drafts import draft_store
from gazetteer.ledger.drafts.draft import ActDocument, DraftHeader, DraftState
from gazetteer.ledger.drafts.draft_life import DraftEventKind
from gazetteer.ledger.record_kind import Audience
from gazetteer.ledger.version_store import load_known_versions
from gazetteer.messages import message
from gazetteer.problems import NotFound
from web.api.draft_bodies import (
    DocumentForm,
    DraftDescriptionBody,
    DraftHeaderBody,
    HandOverBody,
    RemarkBody,
    RevisionBody,
)
from web.api.draft_models import (
    DraftDifferenceModel,
    DraftEventsModel,
    DraftListModel,
    DraftModel,
)
from web.api.files import store_upload
from web.auth import authentication
from web.http.connections import connection
from web.http.endpoints import Api, Parameters, json_response
from web.services import draft_service
from web.services.difference_service import (
    FILE_TYPES,
    DifferenceFormat,
    FormatChoice,
    answer_draft,
)
from web.services.draft_service import DraftId

api = Api()
DRAFTS_PATH = "/v1/drafts"
_OPEN_STATES = [DraftState.IN_WORK, DraftState.SUBMITTED, DraftState.APPROVED]


class DraftsQuery(Parameters):
    """Which drafts to list."""

    state: list[DraftState] = Field(
        _OPEN_STATES, description="States; default: all that are not published or discarded"
    )


@api.write("POST", DRAFTS_PATH, DraftModel, 201)
def create_draft(body: DraftHeaderBody) -> Response:
    """Begin a draft.

    Requires the role of mapping staff or naming officer over its unit. A draft is seen only by
    accounts with a role over its unit, until it is published.
    """
    draft = begin_draft(body)
    response = json_response(draft, 201)
    response.headers["Location"] = f"{DRAFTS_PATH}/{draft['id']}"
    return response


@api.get(DRAFTS_PATH, DraftListModel, requires_account=True)
def list_drafts(query: DraftsQuery) -> dict[str, Any]:
    """List the drafts that the account may see, the newest first."""
    return {"drafts": draft_service.list_visible_drafts(query.state)}


@api.get(f"{DRAFTS_PATH}/<uuid:draft_id>", DraftModel, requires_account=True)
def get_draft(draft_id: DraftId) -> dict[str, Any]:
    """Get a draft."""
    return draft_service.load_draft_answer(draft_id)


@api.write("PUT", f"{DRAFTS_PATH}/<uuid:draft_id>", DraftModel)
def describe_draft(draft_id: DraftId, body: DraftDescriptionBody) -> dict[str, Any]:
    """State anew what a draft is about.

    With another day or purpose its steps are played again; one that does not fit then refuses the
    change (409 `conflict` or `later_change`).
    """
    who = draft_service.require_draft_editor(draft_id)
    with connection() as conn:
        header = _read_header(conn, body)
        draft_access.require_draft_action(conn, who, header.unit_id, draft_access.EDITING_ACTIONS)
        draft_review.describe_draft(conn, draft_id, body.revision, header, who)
    return draft_service.load_draft_answer(draft_id)


class DraftDifferenceQuery(Parameters):
    """The format of the response."""

    format: FormatChoice = DifferenceFormat.JSON


@api.get(
    f"{DRAFTS_PATH}/<uuid:draft_id>/difference",
    DraftDifferenceModel,
    requires_account=True,
    alternative_media=FILE_TYPES,
)
def get_draft_difference(
    draft_id: DraftId, query: DraftDifferenceQuery
) -> dict[str, Any] | Response:
    """Get what a draft changes on its day: territory, areas, vertices of borders, records.

    A published draft is compared with the register as it was before it.
    """
    if query.format is DifferenceFormat.JSON:
        return draft_service.load_difference_answer(draft_id)
    return answer_draft(draft_id, DifferenceFile(query.format.value))


@api.get(f"{DRAFTS_PATH}/<uuid:draft_id>/events", DraftEventsModel, requires_account=True)
def list_draft_events(draft_id: DraftId) -> dict[str, Any]:
    """List what happened to a draft, remarks included."""
    return draft_service.load_events_answer(draft_id)


@api.write("POST", f"{DRAFTS_PATH}/<uuid:draft_id>/remarks", DraftEventsModel, 201)
def remark_on_draft(draft_id: DraftId, body: RemarkBody) -> Response:
    """Remark on a draft, on one of its steps, or on a place.

    All people of the draft may; nobody can change or remove a remark.
    """
    return json_response(add_remark(draft_id, body), 201)


def begin_draft(body: DraftHeaderBody) -> dict[str, Any]:
    """A new draft of the account of the request."""
    who = authentication.require_known_actor()
    with connection() as conn:
        header = _read_header(conn, body)
        draft_access.require_draft_action(conn, who, header.unit_id, draft_access.EDITING_ACTIONS)
        draft = draft_review.create_draft(conn, header, who)
    return draft_service.load_draft_answer(draft.draft_id)


def add_remark(draft_id: UUID, body: RemarkBody) -> dict[str, Any]:
    """A remark by the account of the request; all that happened to the draft."""
    who = draft_service.require_draft_member(draft_id)
    fields = {"step": body.step, "lon": body.lon, "lat": body.lat}
    detail = {name: value for name, value in fields.items() if value is not None}
    with connection() as conn:
        draft_review.add_remark(conn, draft_id, body.words, detail, who)
    return draft_service.load_events_answer(draft_id)


@api.write("POST", f"{DRAFTS_PATH}/<uuid:draft_id>/discard", DraftModel)
def discard_draft(draft_id: DraftId, body: RevisionBody) -> dict[str, Any]:
    """Discard a draft that is in work; its steps and its history stay, and it can be resumed."""
    return _move_own_draft(draft_id, body.revision, DraftEventKind.DISCARDED)


@api.write("POST", f"{DRAFTS_PATH}/<uuid:draft_id>/resume", DraftModel)
def resume_draft(draft_id: DraftId, body: RevisionBody) -> dict[str, Any]:
    """Resume a draft that was discarded."""
    return _move_own_draft(draft_id, body.revision, DraftEventKind.RESUMED)


@api.write("POST", f"{DRAFTS_PATH}/<uuid:draft_id>/withdraw", DraftModel)
def withdraw_draft(draft_id: DraftId, body: RevisionBody) -> dict[str, Any]:
    """Take a draft back that was submitted or approved, to work on it again."""
    return _move_own_draft(draft_id, body.revision, DraftEventKind.WITHDRAWN)


@api.write("POST", f"{DRAFTS_PATH}/<uuid:draft_id>/hand-over", DraftModel)
def hand_over_draft(draft_id: DraftId, body: HandOverBody) -> dict[str, Any]:
    """Hand a draft over to another account, which may edit its unit as well."""
    who = draft_service.require_draft_editor(draft_id)
    with connection() as conn:
        heir = account_store.find_account(conn, body.login)
        draft = draft_store.load_draft(conn, draft_id)
        draft_access.require_heir(conn, heir, draft)
        draft_review.hand_over_draft(conn, draft_id, heir.account_id, heir.login, who)
    return draft_service.load_draft_answer(draft_id)


def attach_document(draft_id: UUID, body: DocumentForm) -> dict[str, Any]:
    """The draft with one more document of its act: the uploaded file of the request."""
    who = draft_service.require_draft_editor(draft_id)
    stored, _ = store_upload(Audience.INTERNAL)
    with connection() as conn:
        header = draft_store.load_draft(conn, draft_id).header
        document = ActDocument(body.title, body.role, stored.sha256)
        described = replace(header, documents=(*header.documents, document))
        draft_review.describe_draft(conn, draft_id, body.revision, described, who)
    return draft_service.load_draft_answer(draft_id)


def _move_own_draft(draft_id: DraftId, revision: int, event: DraftEventKind) -> dict[str, Any]:
    who = draft_service.require_draft_editor(draft_id)
    with connection() as conn:
        draft_review.move_own_draft(conn, draft_id, revision, event, who)
    return draft_service.load_draft_answer(draft_id)


def _read_header(conn: Any, body: DraftHeaderBody) -> DraftHeader:
    act = None
    if body.act is not None:
        act = {name: str(value) for name, value in body.act if value is not None}
    return DraftHeader(
        title=body.title,
        purpose=body.purpose,
        unit_id=_find_unit(conn, body.unit),
        event_kind=body.event_kind,
        effective_on=body.effective_on,
        act=act,
        documents=tuple(ActDocument(one.title, one.role, one.file) for one in body.documents),
        publish_after=body.publish_after,
    )


def _find_unit(conn: Any, reference: str | None) -> UUID | None:
    """The unit that carries a code today, or carried it last; or that of an id.

    Raises:
        UnknownCode: no unit ever had the code.
        NotFound: no unit has the id.
    """
    if reference is None:
        return None
    if len(reference) != len(str(UUID(int=0))):
        return find_current_unit(conn, reference, "unit")
    unit = UUID(reference)
    if not load_known_versions(conn, LEDGER.kinds["unit"], [unit])[unit]:
        raise NotFound(message("command.unknown_unit", unit=reference, day=today()), field="unit")
    return unit

"""What pages and endpoints do with drafts, for the account of the request."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated
from uuid import UUID

from pydantic import Field

from boundaries.drafts import draft_access
from boundaries.drafts.draft_comparison import compare_draft
from boundaries.drafts.draft_editing import validate_draft
from boundaries.drafts.open_draft import Conn, OpenDraft, open_draft
from gazetteer.accounts.actors import Actor
from gazetteer.ledger.drafts import draft_store
from gazetteer.ledger.drafts.draft import DraftState
from gazetteer.records.commands.command import Command
from web.auth import authentication
from web.http.connections import connection
from web.http.language import request_language
from web.services.difference_serializers import serialize_difference
from web.services.draft_serializers import (
    JsonObject,
    serialize_draft,
    serialize_events,
    serialize_finding_changes,
    serialize_outline,
    serialize_steps,
    serialize_touched,
)

DraftId = Annotated[UUID, Field(description="Id of the draft")]


@contextmanager
def open_visible_draft(draft_id: UUID) -> Iterator[tuple[Conn, OpenDraft]]:
    """A draft that the account of the request may see, in a transaction.

    Raises:
        Unauthenticated: nobody is logged in.
        NotFound: there is none.
        Forbidden: it is not one of the people of the draft.
    """
    who = authentication.require_known_actor()
    with connection() as conn, conn.transaction():
        opened = open_draft(conn, draft_id)
        draft_access.require_visible(conn, who, opened)
        yield conn, opened


def require_draft_editor(draft_id: UUID, command: Command | None = None) -> Actor:
    """The account of the request, if it may work on a draft.

    Raises:
        Unauthenticated, NotFound, Forbidden: as :func:`open_visible_draft`.
    """
    who = authentication.require_known_actor()
    with connection() as conn:
        draft_access.require_editor(conn, who, draft_store.load_draft(conn, draft_id), command)
    return who


def require_draft_member(draft_id: UUID) -> Actor:
    """The account of the request, if it is one of the people of a draft.

    Raises:
        Unauthenticated, NotFound, Forbidden: as :func:`open_visible_draft`.
    """
    with open_visible_draft(draft_id):
        return authentication.require_known_actor()


def require_publisher(draft_id: UUID) -> Actor:
    """The account of the request, if it may publish a draft: as an editor or a reviewer of it.

    Raises:
        Unauthenticated, NotFound, Forbidden: as :func:`open_visible_draft`.
    """
    with open_visible_draft(draft_id) as (conn, opened):
        who = authentication.require_known_actor()
        draft_access.require_publisher(conn, who, opened)
        return who


def load_draft_answer(draft_id: UUID) -> JsonObject:
    """A draft."""
    with open_visible_draft(draft_id) as (conn, opened):
        return serialize_draft(conn, opened)


def list_visible_drafts(states: Sequence[DraftState]) -> list[JsonObject]:
    """The drafts in some states that the account may see, the newest first."""
    who = authentication.require_known_actor()
    with connection() as conn, conn.transaction():
        opened = (
            open_draft(conn, draft.draft_id) for draft in draft_store.list_drafts(conn, states)
        )
        return [
            serialize_draft(conn, one) for one in opened if draft_access.may_see(conn, who, one)
        ]


def load_steps_answer(draft_id: UUID) -> JsonObject:
    """The steps of a draft."""
    with open_visible_draft(draft_id) as (conn, opened):
        steps = serialize_steps(conn, opened.steps, request_language())
        return {"revision": opened.draft.revision, "steps": steps}


def load_findings_answer(draft_id: UUID) -> JsonObject:
    """What a draft as a whole adds to the findings, and what it removes."""
    with open_visible_draft(draft_id) as (_, opened):
        finding_changes = validate_draft(opened)
        return {
            "revision": opened.draft.revision,
            "blocking": finding_changes.blocking_count,
            **serialize_finding_changes(finding_changes, request_language()),
        }


def load_outlines_answer(draft_id: UUID) -> JsonObject:
    """The outlines of a draft that do not close with their neighbours yet."""
    with open_visible_draft(draft_id) as (_, opened):
        return {
            "revision": opened.draft.revision,
            "outlines": [serialize_outline(opened, one) for one in opened.outlines.values()],
        }


def load_events_answer(draft_id: UUID) -> JsonObject:
    """What happened to a draft."""
    with open_visible_draft(draft_id) as (conn, _):
        events = draft_store.load_events(conn, draft_id)
        return {"events": serialize_events(conn, events, request_language())}


def load_difference_answer(draft_id: UUID) -> JsonObject:
    """What a draft changes on its day."""
    with open_visible_draft(draft_id) as (conn, opened):
        compared = compare_draft(conn, opened)
        return {
            **serialize_difference(compared.difference),
            "on": opened.draft.first_day.isoformat(),
            "touched": serialize_touched(compared.touched),
            "area_m2": compared.touched.area_m2,
        }

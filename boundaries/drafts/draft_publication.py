"""An approved draft becomes part of the register: in one transaction, or not at all."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

from boundaries.drafts.draft_access import get_account_id
from boundaries.drafts.draft_editing import validate_draft
from boundaries.drafts.draft_rebase import rebase_draft
from boundaries.drafts.draft_review import check_findings, is_due
from boundaries.drafts.open_draft import Conn, OpenDraft, load_head, open_draft
from boundaries.register_ledger import LEDGER
from gazetteer.accounts.actors import Actor
from gazetteer.ledger.as_of import SHANGHAI
from gazetteer.ledger.changesets import Changeset, Publication
from gazetteer.ledger.drafts import draft_store
from gazetteer.ledger.drafts.draft import ACT_FIELDS, Draft, DraftState, check_revision
from gazetteer.ledger.drafts.draft_life import DraftEventKind, derive_state
from gazetteer.ledger.period import Period
from gazetteer.ledger.versions import Timeline, Version
from gazetteer.messages import message
from gazetteer.problems import Conflict

_DATES = ("approved_on", "announced_on", "implemented_on")


class NotYetDue(Conflict):
    """The draft waits for its announcement; ``publish_after`` says until when."""

    code = "not_yet_due"


def publish_draft(
    conn: Conn, draft_id: UUID, actor: Actor, *, revision: int | None = None
) -> Publication:
    """Publish an approved draft; the caller has checked that the actor may.

    Args:
        conn: an autocommit connection.
        draft_id: the draft.
        actor: in whose name it is published.
        revision: what the actor has seen of it; None: whatever was approved.

    Raises:
        DraftMoved: the draft has another revision.
        DraftStateForbids: it is not approved.
        NotYetDue: it waits for its announcement.
        DraftConflict, LaterChange: a step does not fit what was published since.
        FindingsBlock: with what was published since it adds errors.
    """
    with conn.transaction():
        load_head(conn, lock=True)
        opened = open_draft(conn, draft_id, lock=True)
        draft = opened.draft
        if revision is not None:
            check_revision(draft, revision)
        derive_state(draft.state, DraftEventKind.PUBLISHED)
        _check_due(draft)
        opened = rebase_draft(conn, opened)
        check_findings(validate_draft(opened))
        published = LEDGER.publish_timelines(
            conn, _build_changeset(draft, actor), list(_iter_timelines(opened))
        )
        if published is None:
            raise Conflict(message("draft.changes_nothing"))
        _finish_draft(conn, draft, published, actor)
        return published


def list_due_drafts(conn: Conn) -> list[UUID]:
    """The approved drafts whose moment of publication has come."""
    now = datetime.now(UTC)
    return [
        draft.draft_id
        for draft in reversed(draft_store.list_drafts(conn, [DraftState.APPROVED]))
        if draft.header.publish_after is not None and is_due(draft, now)
    ]


def _check_due(draft: Draft) -> None:
    if not is_due(draft, datetime.now(UTC)):
        moment = draft.header.publish_after
        shown = message("date.moment", on=moment.astimezone(SHANGHAI)) if moment else None
        words = message("draft.not_yet_due", moment=shown)
        raise NotYetDue(words, publish_after=moment.isoformat() if moment else None)


def _build_changeset(draft: Draft, actor: Actor) -> Changeset:
    acts = (draft.act_id,) if draft.header.act else ()
    return Changeset(actor.label, draft.header.title, draft.header.purpose.value, acts)


def _iter_timelines(opened: OpenDraft) -> Iterator[Timeline]:
    """The act with its documents, and all records that the steps change."""
    if not opened.base.load_versions(("act", opened.draft.act_id)):
        yield from _iter_act_timelines(opened.draft)
    for (kind, record_id), versions in opened.result.items():
        yield Timeline(kind, record_id, versions)


def _iter_act_timelines(draft: Draft) -> Iterator[Timeline]:
    act = draft.header.act
    if not act:
        return
    attributes: dict[str, Any] = {name: act.get(name) for name in ACT_FIELDS}
    for name in _DATES:
        if attributes[name] is not None:
            attributes[name] = date.fromisoformat(attributes[name])
    attributes["effective_on"] = draft.header.effective_on
    yield Timeline("act", draft.act_id, (Version(Period(), attributes),))
    for document in draft.header.documents:
        document_id = uuid5(draft.act_id, f"{document.role} {document.file}")
        stated = {
            "act": draft.act_id,
            "title": document.title,
            "role": document.role,
            "file": document.file,
        }
        yield Timeline("document", document_id, (Version(Period(), stated),))


def _finish_draft(conn: Conn, draft: Draft, published: Publication, actor: Actor) -> None:
    number = published.changeset_id
    columns = {"state": DraftState.PUBLISHED.value, "published_in": number}
    draft_store.update_draft(conn, draft.draft_id, columns)
    who = actor.label, get_account_id(actor)
    detail = {"changeset": number}
    draft_store.add_event(conn, draft, DraftEventKind.PUBLISHED, who, detail=detail)

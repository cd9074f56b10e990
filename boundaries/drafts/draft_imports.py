"""A file as a draft: its records are one step, reviewed and published like any other."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from boundaries.drafts.draft_access import get_account_id
from boundaries.drafts.draft_editing import check_scope
from boundaries.drafts.draft_replay import IMPORT_RECORDS
from boundaries.drafts.draft_review import create_draft
from boundaries.drafts.open_draft import Conn, open_draft
from boundaries.register_ledger import LEDGER
from gazetteer.accounts.actors import Actor
from gazetteer.ledger.drafts import draft_store
from gazetteer.ledger.drafts.day_records import Footprint
from gazetteer.ledger.drafts.draft import Draft, DraftHeader, DraftStep
from gazetteer.ledger.drafts.known_records import KnownRecords
from gazetteer.ledger.drafts.step_play import PlayedStep
from gazetteer.ledger.versions import Timeline
from gazetteer.messages import message
from gazetteer.problems import Conflict


def import_into_draft(
    conn: Conn,
    header: DraftHeader,
    timelines: Iterable[Timeline],
    described: Mapping[str, Any],
    actor: Actor,
    act_id: UUID | None = None,
) -> Draft:
    """Begin a draft with one step that states the records of a file.

    Args:
        conn: an autocommit connection.
        header: what the draft is about; the actor may edit its unit.
        timelines: the records as they are to be known, without that of the act.
        described: what the step says of the file.
        actor: in whose name.
        act_id: the act that the timelines name; None: they name none.

    Raises:
        Conflict: the file changes nothing.
        Forbidden: it touches units that are not below that of the draft.
    """
    with conn.transaction():
        draft = create_draft(conn, header, actor, act_id)
        opened = open_draft(conn, draft.draft_id, lock=True)
        played = _state_timelines(opened.base, timelines)
        if not played.after:
            raise Conflict(message("draft.changes_nothing"), field="file")
        check_scope(opened, played)
        step = _build_step(described, actor)
        draft_store.add_step(conn, LEDGER.kinds, draft.draft_id, step, played)
        draft_store.update_draft(conn, draft.draft_id, {"revision": 1})
        return draft_store.load_draft(conn, draft.draft_id)


def _build_step(described: Mapping[str, Any], actor: Actor) -> DraftStep:
    now = datetime.now().astimezone()
    account = get_account_id(actor)
    return DraftStep(uuid4(), 1, now, account, IMPORT_RECORDS, described, Footprint(), ())


def _state_timelines(known: KnownRecords, timelines: Iterable[Timeline]) -> PlayedStep:
    """The records that differ from what is known, before and after."""
    stated = {(timeline.kind, timeline.record_id): timeline.versions for timeline in timelines}
    before = {key: known.load_versions(key) for key in stated}
    changed = [key for key in stated if stated[key] != before[key]]
    return PlayedStep(
        Footprint(), {key: before[key] for key in changed}, {key: stated[key] for key in changed}
    )

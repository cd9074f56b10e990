"""A file as a draft: its records are one step, reviewed and published like any other."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from boundaries.drafts.draft_access import EDITING_ACTIONS, get_account_id, require_draft_action
from boundaries.drafts.draft_editing import check_scope
from boundaries.drafts.draft_replay import IMPORT_RECORDS
from boundaries.drafts.draft_review import create_draft
from boundaries.drafts.open_draft import Conn, open_draft
from boundaries.drafts.touched_units import find_common_unit
from boundaries.register_ledger import LEDGER
from gazetteer.accounts.actors import Actor
from gazetteer.ledger.as_of import today
from gazetteer.ledger.drafts import draft_store
from gazetteer.ledger.drafts.day_records import Footprint
from gazetteer.ledger.drafts.draft import Draft, DraftHeader, DraftStep
from gazetteer.ledger.drafts.known_records import KnownRecords, RecordOverlay
from gazetteer.ledger.drafts.step_play import PlayedStep
from gazetteer.ledger.drafts.stored_records import StoredRecords
from gazetteer.ledger.edits import load_hand_edited_ids
from gazetteer.ledger.versions import Timeline
from gazetteer.messages import message
from gazetteer.problems import Conflict


@dataclass(frozen=True, slots=True)
class DraftedImport:
    """The draft of a file: how many records it changes, and how many edited by hand it keeps."""

    draft: Draft
    changed_count: int
    preserved_count: int


def import_into_draft(
    conn: Conn,
    header: DraftHeader,
    timelines: Iterable[Timeline],
    described: Mapping[str, Any],
    actor: Actor,
    *,
    act_id: UUID | None = None,
    find_unit: bool = False,
    keep_edited: bool = False,
) -> DraftedImport:
    """Begin a draft with one step that states the records of a file.

    Args:
        conn: an autocommit connection.
        header: what the draft is about.
        timelines: the records as they are to be known, without that of the act.
        described: what the step says of the file.
        actor: in whose name.
        act_id: the act that the timelines name; None: they name none.
        find_unit: not the unit of the header, but the lowest one that has all that changes.
        keep_edited: what people have changed since it was loaded stays as it is.

    Raises:
        Conflict: the file changes nothing.
        Forbidden: the actor may not edit the unit, or the file touches units that are not below it.
    """
    with conn.transaction():
        base = StoredRecords(conn, LEDGER.kinds)
        stated = _state_timelines(base, list(timelines))
        preserved = load_hand_edited_ids(conn, _list_known(stated)) if keep_edited else set[UUID]()
        played = _drop_records(stated, preserved)
        if not played.after:
            raise Conflict(message("draft.changes_nothing"), field="file")
        if find_unit:
            header = _choose_unit(header, base, played)
        require_draft_action(conn, actor, header.unit_id, EDITING_ACTIONS)
        draft = create_draft(conn, header, actor, act_id)
        draft = _add_only_step(conn, draft, _build_step(described, actor), played)
    return DraftedImport(draft, len(played.after), len(preserved))


def _add_only_step(conn: Conn, draft: Draft, step: DraftStep, played: PlayedStep) -> Draft:
    check_scope(open_draft(conn, draft.draft_id, lock=True), played)
    draft_store.add_step(conn, LEDGER.kinds, draft.draft_id, step, played)
    draft_store.update_draft(conn, draft.draft_id, {"revision": 1})
    return draft_store.load_draft(conn, draft.draft_id)


def _choose_unit(header: DraftHeader, base: KnownRecords, played: PlayedStep) -> DraftHeader:
    after, day = RecordOverlay(base, played.after), header.effective_on or today()
    return replace(header, unit_id=find_common_unit(base, after, played.after, day))


def _build_step(described: Mapping[str, Any], actor: Actor) -> DraftStep:
    now = datetime.now().astimezone()
    account = get_account_id(actor)
    return DraftStep(uuid4(), 1, now, account, IMPORT_RECORDS, described, Footprint(), ())


def _state_timelines(known: KnownRecords, timelines: Iterable[Timeline]) -> PlayedStep:
    """The records that differ from what is known, before and after."""
    stated = {(timeline.kind, timeline.record_id): timeline.versions for timeline in timelines}
    known.prepare_records(stated)
    before = {key: known.load_versions(key) for key in stated}
    changed = [key for key in stated if stated[key] != before[key]]
    return PlayedStep(
        Footprint(), {key: before[key] for key in changed}, {key: stated[key] for key in changed}
    )


def _list_known(played: PlayedStep) -> list[UUID]:
    return [key[1] for key, versions in played.before.items() if versions]


def _drop_records(played: PlayedStep, dropped: set[UUID]) -> PlayedStep:
    before = {key: known for key, known in played.before.items() if key[1] not in dropped}
    return replace(played, before=before, after={key: played.after[key] for key in before})

"""A draft that takes back what another one has published."""

from collections.abc import Mapping
from typing import Any

from boundaries.differences.register_difference import ChangedRecord
from boundaries.drafts.command_registry import RESTORE_RECORDS
from boundaries.drafts.draft_difference import list_changed_records
from boundaries.drafts.draft_editing import take_step
from boundaries.drafts.draft_review import create_draft
from boundaries.drafts.open_draft import Conn, OpenDraft, open_draft
from boundaries.register_ledger import LEDGER
from gazetteer.accounts.actors import Actor
from gazetteer.ledger.drafts.draft import Draft, DraftHeader, Purpose
from gazetteer.messages import message
from gazetteer.problems import NotFound
from gazetteer.records.commands.restore_records import RecordImage, RestoreRecords


def find_published_draft(conn: Conn, changeset: int) -> OpenDraft:
    """The draft that was published as a changeset.

    Raises:
        NotFound: none was.
    """
    row = conn.execute(
        "SELECT draft_id FROM draft WHERE published_in = %s", (changeset,)
    ).fetchone()
    if row is None:
        raise NotFound(message("draft.not_from_draft", changeset=changeset), field="changeset")
    return open_draft(conn, row[0])


def revert_changeset(conn: Conn, published: OpenDraft, title: str, actor: Actor) -> Draft:
    """Begin a draft that restores what a published one has changed; the actor may edit its unit.

    Raises:
        Conflict: others have built on what was published.
    """
    draft = published.draft
    header = DraftHeader(
        title=title,
        purpose=Purpose.CORRECTION,
        unit_id=draft.header.unit_id,
        event_kind=draft.header.event_kind,
        effective_on=draft.header.effective_on,
    )
    changed = list_changed_records(
        published.base, published.drafted_records, list(published.result), draft.first_day
    )
    arguments = RestoreRecords(
        changeset=draft.published_in or 0, records=tuple(map(_build_image, changed))
    )
    with conn.transaction():
        reverting = create_draft(conn, header, actor)
        take_step(conn, reverting.draft_id, 0, RESTORE_RECORDS, arguments, actor)
    return reverting


def _build_image(changed: ChangedRecord) -> RecordImage:
    kind, record_id = changed.key
    return RecordImage(
        kind=kind,
        record_id=record_id,
        before=_serialize_attributes(kind, changed.before),
        after=_serialize_attributes(kind, changed.after),
    )


def _serialize_attributes(
    kind: str, attributes: Mapping[str, Any] | None
) -> dict[str, str | None] | None:
    return None if attributes is None else LEDGER.kinds[kind].serialize_attributes(attributes)

"""Drafts and steps as rows of the database, and back."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from gazetteer.ledger.drafts.day_records import Footprint
from gazetteer.ledger.drafts.draft import (
    ActDocument,
    Draft,
    DraftHeader,
    DraftState,
    DraftStep,
    Purpose,
)
from gazetteer.ledger.drafts.step_play import Days

DRAFT_COLUMNS = (
    "d.draft_id, d.number, d.title, d.purpose, d.unit_id, d.event_kind, d.effective_on, d.act,"
    " d.documents, d.publish_after, d.act_id, d.reference_on, d.owner, d.made_by, d.made_at,"
    " d.base_changeset, d.revision, d.state, d.published_in"
)
"""SQL: the columns of ``draft d`` for :func:`draft_from_row`."""

STEP_COLUMNS = (
    "step_id, number, made_at, account_id, command, arguments, footprint, left_out, undone"
)
"""SQL: the columns of ``draft_step`` for :func:`step_from_row`."""


def draft_from_row(row: Sequence[Any]) -> Draft:
    """A draft from :data:`DRAFT_COLUMNS`."""
    header = DraftHeader(
        title=row[2],
        purpose=Purpose(row[3]),
        unit_id=row[4],
        event_kind=row[5],
        effective_on=row[6],
        act=row[7],
        documents=tuple(ActDocument(**document) for document in row[8]),
        publish_after=row[9],
    )
    act_id, reference_on, owner, made_by, made_at, base_changeset, revision = row[10:17]
    return Draft(
        draft_id=row[0],
        number=row[1],
        header=header,
        act_id=act_id,
        reference_on=reference_on,
        owner=owner,
        made_by=made_by,
        made_at=made_at,
        base_changeset=base_changeset,
        revision=revision,
        state=DraftState(row[17]),
        published_in=row[18],
    )


def header_to_row(header: DraftHeader) -> dict[str, Any]:
    """The columns that state what a draft is about."""
    documents = [
        {"title": document.title, "role": document.role, "file": document.file}
        for document in header.documents
    ]
    return {
        "title": header.title,
        "purpose": header.purpose.value,
        "unit_id": header.unit_id,
        "event_kind": header.event_kind,
        "effective_on": header.effective_on,
        "act": None if header.act is None else Jsonb(dict(header.act)),
        "documents": Jsonb(documents),
        "publish_after": header.publish_after,
    }


def step_from_row(row: Sequence[Any]) -> DraftStep:
    """A step from :data:`STEP_COLUMNS`."""
    step_id, number, made_at, account_id, command, arguments, footprint, left_out, undone = row
    return DraftStep(
        step_id,
        number,
        made_at,
        account_id,
        command,
        arguments,
        _parse_footprint(footprint),
        _parse_days(left_out),
        undone,
    )


def step_to_row(step: DraftStep) -> dict[str, Any]:
    """The columns of a step but that of its draft."""
    return {
        "step_id": step.step_id,
        "number": step.number,
        "made_at": step.made_at,
        "account_id": step.account_id,
        "command": step.command,
        "arguments": Jsonb(dict(step.arguments)),
        "footprint": Jsonb(_serialize_footprint(step.footprint)),
        "left_out": Jsonb([[day.isoformat() for day in days] for days in step.left_out]),
        "undone": step.undone,
    }


def _serialize_footprint(footprint: Footprint) -> dict[str, Any]:
    records = [
        [kind, str(record_id), None if fields is None else dict(fields)]
        for (kind, record_id), fields in footprint.records.items()
    ]
    return {"records": records, "stretches": [list(map(list, s)) for s in footprint.stretches]}


def _parse_footprint(stored: Mapping[str, Any]) -> Footprint:
    records = {(kind, UUID(record)): fields for kind, record, fields in stored["records"]}
    stretches = tuple(tuple((x, y) for x, y in stretch) for stretch in stored["stretches"])
    return Footprint(records, stretches)


def _parse_days(stored: Sequence[Sequence[str]]) -> tuple[Days, ...]:
    return tuple((date.fromisoformat(first), date.fromisoformat(last)) for first, last in stored)

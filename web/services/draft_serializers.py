"""Drafts, steps and findings in the form of responses."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

import shapely

from boundaries.drafts.area_balance import Touched
from boundaries.drafts.draft_editing import StepResult
from boundaries.drafts.draft_findings import DraftFinding, FindingChanges
from boundaries.drafts.draft_proposals import has_proposals
from boundaries.drafts.open_draft import Conn, OpenDraft
from boundaries.outlines.outline import Outline
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.draft import Draft, DraftStep
from gazetteer.ledger.drafts.draft_store import DraftEvent
from gazetteer.messages import Lang, message
from gazetteer.records.commands.unit_lookup import find_code, find_name

JsonObject = dict[str, Any]


def serialize_draft(conn: Conn, opened: OpenDraft) -> JsonObject:
    """A draft with the names of its unit and its people."""
    draft, header = opened.draft, opened.draft.header
    people = load_people(conn, (draft.owner, draft.made_by))
    return {
        "id": str(draft.draft_id),
        "number": draft.number,
        "title": header.title,
        "purpose": header.purpose.value,
        "event_kind": header.event_kind,
        "unit": _serialize_unit(opened),
        "effective_on": _format_day(header.effective_on),
        "reference_on": draft.reference_on.isoformat(),
        "act": None if header.act is None else dict(header.act),
        "documents": [
            {"title": one.title, "role": one.role, "file": one.file} for one in header.documents
        ],
        "publish_after": header.publish_after,
        "state": draft.state.value,
        "revision": draft.revision,
        "owner": people[draft.owner],
        "made_by": people[draft.made_by],
        "made_at": draft.made_at,
        "base_changeset": draft.base_changeset,
        "published_in": draft.published_in,
        "steps": len(opened.active_steps),
    }


def _serialize_unit(opened: OpenDraft) -> JsonObject | None:
    unit = opened.draft.header.unit_id
    if unit is None:
        return None
    records = DayRecords(opened.base, opened.draft.reference_on)
    known = records.find_record("unit", unit) is not None
    return {
        "unit_id": str(unit),
        "code": find_code(records, unit) or None,
        "name": find_name(records, unit) if known else None,
    }


def load_people(conn: Conn, accounts: Iterable[UUID]) -> dict[UUID, JsonObject]:
    """The login and the name of accounts."""
    rows = conn.execute(
        "SELECT account_id, login, display_name FROM account WHERE account_id = ANY(%s)",
        (list(set(accounts)),),
    )
    return {row[0]: {"login": row[1], "name": row[2]} for row in rows}


def serialize_steps(conn: Conn, steps: Iterable[DraftStep], lang: Lang) -> list[JsonObject]:
    """Steps in their order."""
    listed = list(steps)
    people = load_people(conn, (step.account_id for step in listed))
    return [
        {
            "id": str(step.step_id),
            "number": step.number,
            "command": step.command,
            "title": message(f"command.title.{step.command}").text(lang),
            "arguments": dict(step.arguments),
            "made_at": step.made_at,
            "by": people[step.account_id],
            "undone": step.undone,
            "left_out": [[day.isoformat() for day in days] for days in step.left_out],
        }
        for step in listed
    ]


def serialize_step_result(draft: Draft, result: StepResult, lang: Lang) -> JsonObject:
    """What a step has changed."""
    return {
        "revision": result.revision,
        "step": result.step.number,
        "touched": serialize_touched(result.touched),
        "area_m2": result.touched.area_m2,
        "findings": serialize_finding_changes(result.finding_changes, lang),
        "undo": f"/v1/drafts/{draft.draft_id}/{'redo' if result.step.undone else 'undo'}",
    }


def serialize_touched(touched: Touched) -> JsonObject:
    """Units by code, edges and nodes by id, lines by pairs of codes."""
    return {
        "units": list(touched.units),
        "edges": [str(edge) for edge in touched.edges],
        "nodes": [str(node) for node in touched.nodes],
        "lines": [list(pair) for pair in touched.lines],
    }


def serialize_finding_changes(finding_changes: FindingChanges, lang: Lang) -> JsonObject:
    """The findings added and removed."""
    return {
        "added": [_serialize_finding(found, lang) for found in finding_changes.added],
        "removed": [_serialize_finding(found, lang) for found in finding_changes.removed],
    }


def _serialize_finding(found: DraftFinding, lang: Lang) -> JsonObject:
    finding, answer = found.finding, found.exception
    place = finding.geometry
    return {
        "id": found.finding_id,
        "exception": None
        if answer is None
        else {
            "reason": answer.reason,
            "document": answer.document,
            "signer": answer.signer,
            "expires_on": answer.expires_on,
        },
        "proposals": place is not None and has_proposals(finding.rule),
        "rule": finding.rule,
        "kind": finding.kind,
        "severity": finding.severity,
        "message": finding.message.text(lang),
        "units": list(found.codes),
        "measured": finding.measured,
        "limit": finding.limit,
        "unit": finding.unit,
        "area_m2": finding.area_m2,
        "on": found.day.isoformat(),
        "geometry": None if place is None else shapely.geometry.mapping(place),
    }


def serialize_events(conn: Conn, events: Iterable[DraftEvent], lang: Lang) -> list[JsonObject]:
    """Events; drafts are seen by people who may know who did what. Nobody: the program itself."""
    listed = list(events)
    people = load_people(conn, (event.account_id for event in listed if event.account_id))
    return [
        {
            "number": event.number,
            "happened_at": event.happened_at,
            "event": event.event.value,
            "title": message(f"draft.event.{event.event}").text(lang),
            "by": people[event.account_id] if event.account_id else None,
            "revision": event.revision,
            "words": event.words,
            "detail": dict(event.detail),
        }
        for event in listed
    ]


def _format_day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def serialize_outline(opened: OpenDraft, outline: Outline) -> JsonObject:
    """An outline that waits, with its unit as the draft has it."""
    records = DayRecords(opened.drafted_records, opened.draft.first_day)
    stated = outline.new_unit or {}
    is_known = records.find_record("unit", outline.unit_id) is not None
    return {
        "unit_id": str(outline.unit_id),
        "code": stated.get("code") or find_code(records, outline.unit_id) or None,
        "name": find_name(records, outline.unit_id) if is_known else stated.get("name"),
        "is_new": outline.new_unit is not None,
        "area": None if outline.area is None else shapely.geometry.mapping(outline.area),
    }

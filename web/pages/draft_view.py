"""All that the page of a draft shows, for its template."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from boundaries.drafts.draft_difference import list_changed_records
from boundaries.drafts.open_draft import OpenDraft
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.messages import Lang
from gazetteer.problems import Problem
from gazetteer.records.record_kinds import DOCUMENT_ROLES
from web.auth import authentication
from web.pages.command_forms import list_command_forms
from web.pages.conflict_views import ConflictView, build_conflict_view
from web.pages.draft_headers import list_header_choices, list_header_values
from web.pages.draft_map import DraftMap, draw_draft_map
from web.pages.draft_moves import list_moves
from web.pages.draft_records import RecordWording, list_argument_texts
from web.pages.draft_remarks import (
    list_place_choices,
    list_places,
    list_step_remarks,
    number_places,
)
from web.pages.forms import Body, attempt_write
from web.pages.record_pairs import ChangedRecordRow, list_record_rows
from web.services import draft_service
from web.services.draft_conflicts import find_draft_conflict
from web.services.draft_finding_service import load_impact_answer
from web.services.repairable_findings import list_repairable_findings

_NO_FINDINGS: Body = {"blocking": 0, "added": [], "removed": []}
_NO_DIFFERENCE: Body = {"features": [], "area_m2": {}}


@dataclass(frozen=True)
class _DrawnDraft:
    """What is read of a draft in one transaction."""

    picture: DraftMap | None
    conflict: ConflictView | None
    records: Sequence[ChangedRecordRow]
    moves: set[str]
    day: str


def build_draft_view(draft_id: UUID, problem: Problem | None, lang: Lang) -> dict[str, Any]:
    """The values of the template of a draft.

    Args:
        draft_id: the draft.
        problem: with what was attempted; its conflict is shown before one that stands anyway.
        lang: the language of the words.

    Raises:
        Unauthenticated, NotFound, Forbidden: as
            :func:`web.services.draft_service.open_visible_draft`.
    """
    draft = draft_service.load_draft_answer(draft_id)
    events = draft_service.load_events_answer(draft_id)["events"]
    difference, findings, broken = _load_changes(draft_id)
    clash = problem if problem and "conflicts" in problem.extras else find_draft_conflict(draft_id)
    features = difference["features"]
    drawn = _draw_draft(draft_id, features, list_places(events), clash, lang)
    return {
        "problem": problem,
        "clash": clash,
        "conflict": drawn.conflict,
        "draft": draft,
        "header": list_header_values(draft),
        **list_header_choices(),
        **_list_steps(draft_id, events),
        "document_roles": DOCUMENT_ROLES,
        **_list_findings(draft_id, findings),
        "outlines": draft_service.load_outlines_answer(draft_id)["outlines"],
        "difference": difference,
        "day": drawn.day,
        "broken": broken,
        "events": events,
        "dots": number_places(events),
        "place_choices": list_place_choices(drawn.conflict, features, findings["added"], lang),
        "picture": drawn.picture,
        "records": drawn.records,
        "may": drawn.moves,
        "forms": list_command_forms(lang),
    }


def _load_changes(draft_id: UUID) -> tuple[Body, Body, Problem | None]:
    """The difference of a draft, its findings, and why they cannot be had if they cannot.

    Borders that do not close are shown with what else is known: the steps can be undone there.
    """
    difference, broken = attempt_write(lambda: draft_service.load_difference_answer(draft_id))
    findings, open_border = attempt_write(lambda: draft_service.load_findings_answer(draft_id))
    return difference or _NO_DIFFERENCE, findings or _NO_FINDINGS, open_border or broken


def _list_findings(draft_id: UUID, findings: Body) -> dict[str, Any]:
    """What a draft adds, how many of its errors are answered, and findings on the register."""
    answered = [found for found in findings["added"] if found["exception"] is not None]
    return {
        "findings": findings,
        "answered": sum(found["severity"] == "error" for found in answered),
        "repairable": list_repairable_findings(draft_id, findings["removed"]),
        "ending": load_impact_answer(draft_id)["exceptions"],
    }


def _list_steps(draft_id: UUID, events: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The steps of a draft with the remarks on them."""
    steps = draft_service.load_steps_answer(draft_id)["steps"]
    return {
        "steps": steps,
        "step_numbers": {step["number"] for step in steps if not step["undone"]},
        "step_remarks": list_step_remarks(steps, events),
        "argument_texts": list_argument_texts,
    }


def _draw_draft(
    draft_id: UUID,
    features: Sequence[Mapping[str, Any]],
    places: Mapping[int, tuple[float, float]],
    clash: Problem | None,
    lang: Lang,
) -> _DrawnDraft:
    who = authentication.require_known_actor()
    with draft_service.open_visible_draft(draft_id) as (conn, opened):
        return _DrawnDraft(
            draw_draft_map(opened, features, places),
            build_conflict_view(conn, opened, clash, lang),
            _list_record_rows(opened, lang),
            list_moves(conn, opened, who),
            opened.draft.first_day.isoformat(),
        )


def _list_record_rows(opened: OpenDraft, lang: Lang) -> list[ChangedRecordRow]:
    day = opened.draft.first_day
    states = opened.base, opened.drafted_records
    wording = RecordWording(tuple(DayRecords(known, day) for known in states), lang)
    changes = list_changed_records(*states, list(opened.result), day)
    return list_record_rows(changes, wording)

"""Repairs proposed in a draft, and what it does to exceptions, for the account of the request."""

from uuid import UUID

import shapely

from boundaries.drafts.draft_impact import list_ending_exceptions
from boundaries.drafts.draft_proposals import DraftProposal, find_repaired, list_proposals
from boundaries.findings.finding_store import FindingRecord
from gazetteer.messages import Lang, message
from web.http.language import request_language
from web.services.draft_serializers import JsonObject
from web.services.draft_service import open_visible_draft


def load_proposals_answer(draft_id: UUID, finding: str) -> JsonObject:
    """The repairs proposed for a finding that the draft adds, or for one on the register."""
    lang = request_language()
    with open_visible_draft(draft_id) as (conn, opened):
        repaired = find_repaired(conn, opened, finding)
        return {
            "revision": opened.draft.revision,
            "finding": finding,
            "message": repaired.message.text(lang),
            "proposals": [
                _serialize_proposal(proposal, lang) for proposal in list_proposals(opened, repaired)
            ],
        }


def load_impact_answer(draft_id: UUID) -> JsonObject:
    """The exceptions on the register that end with the draft."""
    lang = request_language()
    with open_visible_draft(draft_id) as (conn, opened):
        ending = list_ending_exceptions(conn, opened)
    return {"exceptions": [_serialize_exception(record, lang) for record in ending]}


def _serialize_proposal(proposal: DraftProposal, lang: Lang) -> JsonObject:
    return {
        "way": proposal.way,
        "title": message(f"proposal.{proposal.way}", unit=proposal.unit or "").text(lang),
        "unit": proposal.unit,
        "gain_m2": dict(proposal.gain_m2),
        "moved_vertices": proposal.moved_count,
        "furthest_m": proposal.furthest_m,
        "areas": {code: shapely.geometry.mapping(area) for code, area in proposal.areas.items()},
    }


def _serialize_exception(record: FindingRecord, lang: Lang) -> JsonObject:
    seen = record.finding.observation
    return {
        "finding_id": str(record.finding.finding_id),
        "number": record.number,
        "rule": seen.key.rule,
        "message": seen.message.text(lang),
        "expires_on": record.finding.expires_on,
    }

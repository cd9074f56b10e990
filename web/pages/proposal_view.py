"""What the page of the proposals for a finding shows: each repair with a sketch and a button."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import shapely
from flask import request
from pydantic import ValidationError

from boundaries.drafts.open_draft import OpenDraft
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.records.commands.unit_lookup import find_name, find_unit_id
from web.api.draft_bodies import ProposalsQuery
from web.auth import authentication
from web.http.validation_errors import build_invalid_value
from web.pages.proposal_map import ProposalMap, draw_proposal_map
from web.services.draft_finding_service import load_proposals_answer
from web.services.draft_serializers import serialize_draft
from web.services.draft_service import open_visible_draft
from web.services.repairable_findings import may_repair

_UUID_LENGTH = 36


@dataclass(frozen=True)
class ProposalCard:
    """A proposal as the service states it, what units win or lose in square metres, and its map.

    ``gains`` are triples of the code of a unit, its name and the area, negative where it loses.
    """

    stated: Mapping[str, Any]
    gains: tuple[tuple[str, str, float], ...]
    picture: ProposalMap | None


def parse_chosen_finding() -> str:
    """The id of the finding that the address of this request, or its form, names.

    Raises:
        InvalidValue: it is no such id.
    """
    try:
        chosen = ProposalsQuery.model_validate({"finding": request.values.get("finding", "")})
    except ValidationError as error:
        raise build_invalid_value(error) from None
    return chosen.finding


def build_proposals_view(draft_id: UUID, finding: str) -> dict[str, Any]:
    """The values of the template.

    Args:
        draft_id: the draft.
        finding: the id of a finding that the draft adds, or of one on the register.

    Raises:
        Unauthenticated, NotFound, Forbidden: as
            :func:`web.services.draft_service.open_visible_draft`; NotFound also without such a
            finding.
        Conflict: nothing can be proposed for it.
    """
    answer = load_proposals_answer(draft_id, finding)
    who = authentication.require_known_actor()
    with open_visible_draft(draft_id) as (conn, opened):
        return {
            "draft": serialize_draft(conn, opened),
            "finding": finding,
            "on_register": len(finding) == _UUID_LENGTH,
            "message": answer["message"],
            "cards": [_build_card(opened, one) for one in answer["proposals"]],
            "may_take": may_repair(conn, who, opened.draft),
        }


def _build_card(opened: OpenDraft, stated: Mapping[str, Any]) -> ProposalCard:
    records = DayRecords(opened.drafted_records, opened.draft.first_day)
    names = {
        code: find_name(records, find_unit_id(records, code, "unit")) for code in stated["gain_m2"]
    }
    areas = {code: shapely.geometry.shape(area) for code, area in stated["areas"].items()}
    return ProposalCard(
        stated,
        tuple((code, names[code] or "", gain) for code, gain in sorted(stated["gain_m2"].items())),
        draw_proposal_map(opened, areas),
    )

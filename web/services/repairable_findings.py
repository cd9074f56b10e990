"""Findings on the register that a step of a draft can repair, and the drafts that may take it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

import shapely

from boundaries.drafts import draft_access
from boundaries.drafts.draft_proposals import has_proposals
from boundaries.drafts.open_draft import Conn, OpenDraft
from boundaries.findings import finding_store, responses
from boundaries.findings.finding_features import load_unit_names, serialize_finding
from boundaries.findings.finding_store import FindingFilter, FindingRecord
from boundaries.network.commands.day_edges import list_edges_of_units
from boundaries.network.commands.replace_area import REPLACE_AREAS
from boundaries.register_ledger import LEDGER
from gazetteer.accounts.actors import Actor
from gazetteer.ledger.as_of import today
from gazetteer.ledger.drafts import draft_store
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.draft import Draft, DraftState
from gazetteer.ledger.drafts.stored_records import StoredRecords
from gazetteer.problems import Forbidden
from gazetteer.records.commands.unit_lookup import find_code
from gazetteer.rules.finding_workflow import FindingState
from gazetteer.rules.rule_catalogue import read_catalogue
from web.auth import authentication
from web.http.connections import connection
from web.http.language import request_language
from web.services.draft_serializers import JsonObject
from web.services.draft_service import open_visible_draft

MOST_LISTED = 10
_SAME_PLACE_DEGREES = 1e-5
"""About a metre: what a draft removes lies where the run of the checks found it."""


def may_repair(conn: Conn, who: Actor, draft: Draft) -> bool:
    """Whether an account may make a step of a proposal in a draft as it is now."""
    try:
        draft_access.require_editor(conn, who, draft, REPLACE_AREAS)
    except Forbidden:
        return False
    return draft.state is DraftState.IN_WORK


def list_repairable_findings(
    draft_id: UUID, removed: Sequence[Mapping[str, Any]]
) -> list[JsonObject]:
    """The open findings on the register that a draft may repair, the newest first, at most ten.

    None where the account may not take such a step in it.

    Args:
        draft_id: the draft.
        removed: what the draft removes already, as its findings are answered; it is left out.

    Raises:
        Unauthenticated, NotFound, Forbidden: as
            :func:`web.services.draft_service.open_visible_draft`.
    """
    who, lang = authentication.require_known_actor(), request_language()
    with open_visible_draft(draft_id) as (conn, opened):
        if not may_repair(conn, who, opened.draft):
            return []
        found = _iter_repairable(conn, opened, removed)
        records = list(islice(found, MOST_LISTED))
        names = load_unit_names(conn, records)
        return [serialize_finding(record, names, lang)["properties"] for record in records]


def list_repairing_drafts(finding_id: UUID) -> list[Draft]:
    """The drafts in work, the newest first, in which the account may repair a finding.

    Raises:
        NotFound: there is no such finding.
    """
    who = authentication.current_actor()
    if who.account is None:
        return []
    with connection() as conn, conn.transaction():
        record = responses.load_finding(conn, finding_id)
        records = DayRecords(StoredRecords(conn, LEDGER.kinds), today())
        if record.finding.state is FindingState.VERIFIED or not _is_repairable(record, records):
            return []
        above = {unit for chain in responses.load_unit_chains(conn, record) for unit in chain}
        drafts = draft_store.list_drafts(conn, [DraftState.IN_WORK])
        return [
            draft
            for draft in drafts
            if (draft.header.unit_id is None or draft.header.unit_id in above)
            and may_repair(conn, who, draft)
        ]


def _iter_repairable(
    conn: Conn, opened: OpenDraft, removed: Sequence[Mapping[str, Any]]
) -> Iterator[FindingRecord]:
    records = DayRecords(opened.base, opened.draft.first_day)
    for record in _load_open_findings(conn, opened.draft.header.unit_id, records.day):
        if _is_repairable(record, records) and not _is_removed(record, records, removed):
            yield record


def _load_open_findings(conn: Conn, unit: UUID | None, day: date) -> list[FindingRecord]:
    """The open findings of rules with proposals below a unit, the newest first."""
    area = finding_store.load_units_below(conn, unit, day) if unit else None
    found = [
        record
        for rule in read_catalogue()
        if has_proposals(rule)
        for record in finding_store.load_findings(
            conn, FindingFilter(FindingState.OPEN, rule, units=area)
        )
    ]
    return sorted(found, key=lambda record: -record.number)


def _is_repairable(record: FindingRecord, records: DayRecords) -> bool:
    """Whether repairs can be proposed: the borders of the units are their own.

    Those of a unit above others follow from theirs, and so does what is wrong with them.
    """
    seen = record.finding.observation
    if seen.geometry is None or not has_proposals(seen.key.rule):
        return False
    return all(list_edges_of_units(records, [unit]) for unit in seen.key.units)


def _is_removed(
    record: FindingRecord, records: DayRecords, removed: Sequence[Mapping[str, Any]]
) -> bool:
    seen = record.finding.observation
    codes = {find_code(records, unit) for unit in seen.key.units}
    return any(
        (one["rule"], one["kind"]) == (seen.key.rule, seen.key.kind)
        and set(one["units"]) == codes
        and one["geometry"] is not None
        and shapely.dwithin(
            shapely.geometry.shape(one["geometry"]), seen.geometry, _SAME_PLACE_DEGREES
        )
        for one in removed
    )

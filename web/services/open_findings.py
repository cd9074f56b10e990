"""The errors in the register that wait for somebody's answer, a line for each unit in charge."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from psycopg import Connection

from boundaries.findings import finding_store
from boundaries.findings.finding_store import FindingFilter
from gazetteer.accounts.actors import Actor, list_units_in_charge
from gazetteer.ledger.as_of import today
from gazetteer.messages import message
from gazetteer.rules.finding_workflow import ANSWER_ACTIONS, FindingState
from web.services.waiting_items import WaitingItem, WaitingList


def _load_open_findings(conn: Connection[Any], who: Actor) -> list[WaitingItem]:
    units = list_units_in_charge(conn, who, ANSWER_ACTIONS)
    items = [_load_item(conn, unit) for unit in units]
    return [item for item in items if item is not None]


def _load_item(conn: Connection[Any], unit: UUID | None) -> WaitingItem | None:
    """The errors open in a unit or, where that is None, in the whole register; None without any."""
    area = finding_store.load_units_below(conn, unit, today()) if unit else None
    filters = FindingFilter(FindingState.OPEN, severity="error", units=area)
    oldest = finding_store.load_findings(conn, filters, limit=1)
    if not oldest:
        return None
    query = {"state": FindingState.OPEN.value, "severity": "error"}
    where = message("waiting.everywhere")
    if unit:
        code, name = finding_store.load_codes_and_names(conn, [unit], today())[unit]
        query |= {"unit": code} if code else {}
        where = message("waiting.unit", name=name or "", code=code or "")
    count = finding_store.count_findings(conn, filters)
    title = message("waiting.open_findings.item", where=where, n=count)
    return WaitingItem(title, f"/findings?{urlencode(query)}", oldest[0].first_seen)


OPEN_FINDINGS = WaitingList("open_findings", message("waiting.open_findings"), _load_open_findings)
"""Errors that no one has answered, for those who may answer them."""

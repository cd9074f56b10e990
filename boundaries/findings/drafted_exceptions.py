"""Exceptions that were answered inside a draft, taken over once it is published.

A run finds what the draft has added to the register. Where the borders run there as they did when
the answer was given, the finding is answered with it.
"""

from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import tuple_row

from boundaries.findings import finding_store
from boundaries.findings.finding_store import FindingFilter
from boundaries.findings.responses import record_response
from gazetteer.ledger.as_of import today
from gazetteer.rules.finding_workflow import AnswerKind, FindingResponse, FindingState

Conn = Connection[Any]

_WAITING = """
SELECT e.draft_id, e.draft_finding, e.rule, e.kind, e.units, e.fingerprint, a.login,
    e.reason, e.document, e.signer, e.expires_on
FROM draft_exception e JOIN draft d USING (draft_id) JOIN account a USING (account_id)
WHERE d.state = 'published' AND e.finding_id IS NULL AND e.expires_on >= %s
ORDER BY e.made_at
"""
_TAKEN = "UPDATE draft_exception SET finding_id = %s WHERE draft_id = %s AND draft_finding = %s"


def take_over_exceptions(conn: Conn) -> int:
    """Answer open findings as published drafts did; how many. In the transaction of a run."""
    with conn.cursor(row_factory=tuple_row) as cursor:
        waiting = cursor.execute(_WAITING, (today(),)).fetchall()
    if not waiting:
        return 0
    open_findings = _index_open_findings(conn)
    taken = 0
    for draft_id, draft_finding, rule, kind, units, fingerprint, login, *answer in waiting:
        found = open_findings.pop((rule, kind, tuple(units), fingerprint), None)
        if found is None:
            continue
        finding_id, last_event = found
        response = FindingResponse(AnswerKind.EXCEPTION, *answer)
        record_response(conn, finding_id, response, last_event=last_event, actor=f"account:{login}")
        conn.execute(_TAKEN, (finding_id, draft_id, draft_finding))
        taken += 1
    return taken


def _index_open_findings(conn: Conn) -> dict[tuple[Any, ...], tuple[UUID, int]]:
    """Id and last event of the open findings, by rule, kind, units and fingerprint."""
    return {
        (key.rule, key.kind, key.units, record.finding.observation.fingerprint): (
            record.finding.finding_id,
            record.finding.last_event,
        )
        for record in finding_store.load_findings(conn, FindingFilter(FindingState.OPEN))
        for key in [record.finding.observation.key]
    }

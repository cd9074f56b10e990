"""Answering a finding: written down beside what it answers, and in the audit."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg import Connection

from boundaries.findings import finding_store
from boundaries.findings.finding_store import FindingRecord
from boundaries.rules.finding_workflow import FindingResponse, check_response
from gazetteer.accounts.roles import load_unit_chain
from gazetteer.ledger import audit_chain
from gazetteer.ledger.as_of import today
from gazetteer.problems import Conflict, NotFound


class StaleFinding(Conflict):
    """Something happened to the finding since the answer was thought out; nothing was changed."""

    code = "finding_moved"
    title_zh, title_en = "问题已有新的进展", "Something happened to the finding meanwhile"


def load_finding(conn: Connection[Any], finding_id: UUID) -> FindingRecord:
    """A finding.

    Raises:
        NotFound: there is none of the id.
    """
    record = finding_store.find_finding(conn, finding_id)
    if record is None:
        raise NotFound("没有此问题。", "there is no such finding", field="finding_id")
    return record


def load_unit_chains(conn: Connection[Any], record: FindingRecord) -> list[Sequence[UUID]]:
    """For each unit of a finding, itself and those above it."""
    return [load_unit_chain(conn, unit) for unit in record.finding.observation.key.units]


def record_response(
    conn: Connection[Any],
    finding_id: UUID,
    response: FindingResponse,
    *,
    last_event: int,
    actor: str,
) -> FindingRecord:
    """Keep an answer; whether the person may give it was asked before.

    Args:
        conn: to the register.
        finding_id: what is answered.
        reply: the answer.
        last_event: the number of the last event that the person has seen.
        by: who answers, as the audit will say.

    Raises:
        NotFound: there is no such finding.
        FindingMoved: it has a later event; ``last_event`` says which.
        InvalidValue, Conflict: see :func:`boundaries.rules.finding_workflow.check_response`.
    """
    with conn.transaction():
        finding_store.lock_findings(conn)
        finding = load_finding(conn, finding_id).finding
        if finding.last_event != last_event:
            raise StaleFinding(
                "此问题在您查看之后有了新的进展，请重新查看后再答复。",
                "something happened to the finding since you looked; look again, then answer",
                field="last_event",
                last_event=finding.last_event,
            )
        check_response(response, finding.state, today())
        finding_store.add_response(conn, finding, response, actor)
        detail = {
            "event": last_event + 1,
            "answer": response.answer,
            "reason": response.reason,
            "document": response.document,
            "signer": response.signer,
            "expires_on": response.expires_on.isoformat() if response.expires_on else None,
        }
        audit_chain.append_row(
            conn,
            actor=actor,
            action="finding.answer",
            subject=f"finding:{finding_id}",
            detail=detail,
        )
        return load_finding(conn, finding_id)

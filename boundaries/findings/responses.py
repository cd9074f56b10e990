"""Answers to findings: stored as events, and in the audit."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg import Connection

from boundaries.findings import finding_store, finding_writes
from boundaries.findings.finding_store import FindingRecord
from gazetteer.accounts.roles import load_unit_chain
from gazetteer.ledger import audit_chain
from gazetteer.ledger.as_of import today
from gazetteer.messages import message
from gazetteer.problems import Conflict, NotFound
from gazetteer.rules.finding_workflow import FindingResponse, check_response


class StaleFinding(Conflict):
    """The finding has a later event than the one that the person saw; nothing was changed."""

    code = "finding_moved"


def load_finding(conn: Connection[Any], finding_id: UUID) -> FindingRecord:
    """A finding.

    Raises:
        NotFound: there is none of the id.
    """
    record = finding_store.find_finding(conn, finding_id)
    if record is None:
        raise NotFound(message("findings.not_found"), field="finding_id")
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
    """Store an answer; whether the person may give it was checked before.

    Args:
        conn: to the register.
        finding_id: what is answered.
        response: the answer.
        last_event: the number of the last event that the person has seen.
        actor: who answers, for the audit.

    Raises:
        NotFound: there is no such finding.
        StaleFinding: it has a later event; ``last_event`` says which.
        InvalidValue, Conflict: see :func:`gazetteer.rules.finding_workflow.check_response`.
    """
    with conn.transaction():
        finding_writes.lock_findings(conn)
        finding = load_finding(conn, finding_id).finding
        if finding.last_event != last_event:
            raise StaleFinding(
                message("findings.stale"),
                field="last_event",
                last_event=finding.last_event,
            )
        check_response(response, finding.state, today())
        finding_writes.add_response(conn, finding, response, actor)
        _audit_response(conn, finding_id, response, last_event + 1, actor)
        return load_finding(conn, finding_id)


def _audit_response(
    conn: Connection[Any], finding_id: UUID, response: FindingResponse, event: int, actor: str
) -> None:
    detail = {
        "event": event,
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

"""Answering a finding: written down beside what it answers, and in the audit."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg import Connection

from boundaries.findings import store
from boundaries.findings.store import Known
from boundaries.rules.life import FindingResponse, check_response
from gazetteer.ledger import audit
from gazetteer.ledger.asof import today
from gazetteer.people.roles import load_unit_chain
from gazetteer.problems import Conflict, NotFound


class FindingMoved(Conflict):
    """Something happened to the finding since the answer was thought out; nothing was changed."""

    code = "finding_moved"
    title_zh, title_en = "问题已有新的进展", "Something happened to the finding meanwhile"


def known_finding(conn: Connection[Any], finding_id: UUID) -> Known:
    """A finding.

    Raises:
        NotFound: there is none of the id.
    """
    known = store.one(conn, finding_id)
    if known is None:
        raise NotFound("没有此问题。", "there is no such finding", field="finding_id")
    return known


def chains(conn: Connection[Any], known: Known) -> list[Sequence[UUID]]:
    """For each unit of a finding, itself and those above it."""
    return [load_unit_chain(conn, unit) for unit in known.standing.observation.key.units]


def answer(
    conn: Connection[Any], finding_id: UUID, reply: FindingResponse, *, last_event: int, by: str
) -> Known:
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
        InvalidValue, Conflict: see :func:`boundaries.rules.life.check_response`.
    """
    with conn.transaction():
        store.lock(conn)
        before = known_finding(conn, finding_id).standing
        if before.last_event != last_event:
            raise FindingMoved(
                "此问题在您查看之后有了新的进展，请重新查看后再答复。",
                "something happened to the finding since you looked; look again, then answer",
                field="last_event",
                last_event=before.last_event,
            )
        check_response(reply, before.state, today())
        store.add_reply(conn, before, reply, by)
        detail = {
            "event": last_event + 1,
            "answer": reply.answer,
            "reason": reply.reason,
            "document": reply.document,
            "signer": reply.signer,
            "expires_on": reply.expires_on.isoformat() if reply.expires_on else None,
        }
        audit.append_row(
            conn, actor=by, action="finding.answer", subject=f"finding:{finding_id}", detail=detail
        )
        return known_finding(conn, finding_id)

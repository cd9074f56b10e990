"""Findings that a draft may add: answered as exceptions inside it, and stored with it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import tuple_row

from gazetteer.rules.finding_workflow import AnswerKind, FindingResponse
from gazetteer.rules.observation import FindingKey

Conn = Connection[Any]

_COLUMNS = (
    "made_at, account_id, rule, kind, units, fingerprint, reason, document, signer, expires_on"
)
_INSERT = f"""
INSERT INTO draft_exception (draft_id, draft_finding, {_COLUMNS})
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (draft_id, draft_finding) DO UPDATE SET made_at = excluded.made_at,
    account_id = excluded.account_id, reason = excluded.reason, document = excluded.document,
    signer = excluded.signer, expires_on = excluded.expires_on
"""


@dataclass(frozen=True, slots=True)
class DraftException:
    """The answer to a finding that a draft adds: it may remain.

    It holds for the finding as it was looked at: ``fingerprint`` says how the borders run there.
    """

    draft_finding: str
    made_at: datetime
    account_id: UUID
    key: FindingKey
    fingerprint: str
    response: FindingResponse


def load_exceptions(conn: Conn, draft_id: UUID) -> tuple[DraftException, ...]:
    """The exceptions of a draft, the earliest first."""
    query = (
        f"SELECT draft_finding, {_COLUMNS} FROM draft_exception WHERE draft_id = %s"
        " ORDER BY made_at, draft_finding"
    )
    with conn.cursor(row_factory=tuple_row) as cursor:
        return tuple(_read_row(row) for row in cursor.execute(query.encode(), (draft_id,)))


def write_exception(conn: Conn, draft_id: UUID, exception: DraftException) -> None:
    """Store an exception, in place of an earlier one for the same finding."""
    key, response = exception.key, exception.response
    conn.execute(
        _INSERT.encode(),
        (draft_id, exception.draft_finding, exception.made_at, exception.account_id,
         key.rule, key.kind, list(key.units), exception.fingerprint,
         response.reason, response.document, response.signer, response.expires_on),
    )  # fmt: skip


def delete_exception(conn: Conn, draft_id: UUID, draft_finding: str) -> bool:
    """Delete an exception; whether there was one."""
    query = "DELETE FROM draft_exception WHERE draft_id = %s AND draft_finding = %s"
    return conn.execute(query, (draft_id, draft_finding)).rowcount == 1


def _read_row(row: tuple[Any, ...]) -> DraftException:
    finding, made_at, account_id, rule, kind, units, fingerprint, *answer = row
    response = FindingResponse(AnswerKind.EXCEPTION, *answer)
    key = FindingKey(rule, kind, tuple(units))
    return DraftException(finding, made_at, account_id, key, fingerprint, response)

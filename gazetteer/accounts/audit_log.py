"""The audit as an administrator reads it, the newest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection


@dataclass(frozen=True, slots=True)
class AuditRow:
    """Who did what to whom, and when."""

    audit_id: int
    happened_at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    hash: str
    """Seals this row and all before it."""


def load_audit_rows(conn: Connection[Any], limit: int, before: int | None = None) -> list[AuditRow]:
    """At most ``limit`` rows below the number ``before``, or the newest."""
    rows = conn.execute(
        "SELECT audit_id, happened_at, actor, action, subject, detail, encode(hash, 'hex')"
        " FROM audit WHERE %(before)s::bigint IS NULL OR audit_id < %(before)s"
        " ORDER BY audit_id DESC LIMIT %(limit)s",
        {"before": before, "limit": limit},
    )
    return [AuditRow(*row) for row in rows]

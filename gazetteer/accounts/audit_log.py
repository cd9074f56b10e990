"""The audit log for administrators, newest row first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection


@dataclass(frozen=True, slots=True)
class AuditRow:
    """Who did what to which object, and when."""

    audit_id: int
    happened_at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    hash: str
    """Hash of this row and of all before it, in hexadecimal digits."""


def load_audit_rows(conn: Connection[Any], limit: int, before: int | None = None) -> list[AuditRow]:
    """At most ``limit`` rows with an ``audit_id`` less than ``before`` (None: the newest rows)."""
    rows = conn.execute(
        "SELECT audit_id, happened_at, actor, action, subject, detail, encode(hash, 'hex')"
        " FROM audit WHERE %(before)s::bigint IS NULL OR audit_id < %(before)s"
        " ORDER BY audit_id DESC LIMIT %(limit)s",
        {"before": before, "limit": limit},
    )
    return [AuditRow(*row) for row in rows]

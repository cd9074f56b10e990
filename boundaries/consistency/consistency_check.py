"""The self-check as a whole: records, areas, network, the digests of the ledger, audit chain."""

from collections.abc import Callable, Iterable
from typing import Any

from psycopg import Connection

from boundaries.consistency import area_checks as areas
from boundaries.consistency import network_checks as network
from boundaries.schema.register_ledger import LEDGER
from gazetteer.ingest.staged_batch import ignore_progress
from gazetteer.ledger import audit_chain
from gazetteer.ledger.integrity import find_tampering
from gazetteer.messages import message
from gazetteer.progress import Progress
from gazetteer.records import record_checks as records
from gazetteer.records.check_result import CheckResult
from gazetteer.rules.finding import SEVERITIES

Conn = Connection[Any]


def _find_ledger_tampering(conn: Conn) -> Iterable[CheckResult]:
    for tampering in find_tampering(conn, LEDGER.kinds):
        subject = f"{tampering.kind or 'ledger'} {tampering.record_id or ''}".strip()
        yield CheckResult(
            f"ledger_{tampering.what}",
            "error",
            subject,
            message(f"check.ledger_{tampering.what}", subject=subject),
            message("check.ledger_tampered.hint"),
        )


def _find_broken_audit(conn: Conn) -> Iterable[CheckResult]:
    with conn.transaction():
        broken = audit_chain.find_broken_row(conn)
    if broken is not None:
        yield CheckResult(
            "audit_chain_broken",
            "error",
            f"audit {broken}",
            message("check.audit_chain_broken", row=broken),
            message("check.audit_chain_broken.hint"),
        )


def _list_steps() -> list[tuple[str, Callable[[Conn], Iterable[CheckResult]]]]:
    steps: list[tuple[str, Callable[[Conn], Iterable[CheckResult]]]] = [
        (check.id, lambda conn, check=check: records.run_check(conn, check))  # type: ignore[misc]
        for check in records.CHECKS
    ]
    steps += [(check.__name__, check) for check in (*areas.CHECKS, *network.CHECKS)]
    return [*steps, ("ledger_digests", _find_ledger_tampering), ("audit_chain", _find_broken_audit)]


def run_self_check(conn: Conn, progress: Progress = ignore_progress) -> list[CheckResult]:
    """All findings, errors first; ``progress`` is called with the steps done and their total."""
    steps = _list_steps()
    findings: list[CheckResult] = []
    for done, (_, step) in enumerate(steps):
        progress(done, len(steps), "check")
        findings.extend(step(conn))
    progress(len(steps), len(steps), "check")
    return sorted(findings, key=lambda f: (SEVERITIES.index(f.severity), f.check, f.subject))

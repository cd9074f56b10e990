"""The self-check as a whole: records, areas, network, digests of the ledger, audit, files."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from psycopg import Connection

from boundaries.consistency import area_checks as areas
from boundaries.consistency.network_checks import find_network_errors
from boundaries.register_ledger import LEDGER
from boundaries.rules.register_observer import RegisterObserver, list_checked_days
from gazetteer.files.file_integrity import find_damaged_files
from gazetteer.files.file_store import FileStore
from gazetteer.ingest.staged_batch import ignore_progress
from gazetteer.ledger import audit_chain
from gazetteer.ledger.integrity import find_tampering
from gazetteer.messages import message
from gazetteer.progress import Progress
from gazetteer.records import record_checks as records
from gazetteer.records.check_result import CheckResult
from gazetteer.rules.finding import SEVERITIES

Conn = Connection[Any]
CheckStep = Callable[[Conn], Iterable[CheckResult]]


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


def _list_steps(conn: Conn) -> list[CheckStep]:
    """The checks in order; what depends on the day is one step for each of the days."""
    observer = RegisterObserver()
    return [
        *(partial(records.run_check, check=check) for check in records.CHECKS),
        *areas.CHECKS,
        *(partial(find_network_errors, observer, day) for day in list_checked_days(conn)),
        _find_ledger_tampering,
        _find_broken_audit,
    ]


def run_self_check(
    conn: Conn, progress: Progress = ignore_progress, store: FileStore | None = None
) -> list[CheckResult]:
    """What is wrong today or on a day to come on which something changes, errors first.

    Args:
        conn: a connection to the register.
        progress: called with the steps done and their total.
        store: the files to hash again; None leaves them out, as they may be many gigabytes.
    """
    steps = _list_steps(conn)
    if store is not None:
        steps.append(partial(find_damaged_files, store=store))
    findings: list[CheckResult] = []
    for done, step in enumerate(steps):
        progress(done, len(steps), "check")
        findings.extend(step(conn))
    progress(len(steps), len(steps), "check")
    return sorted(findings, key=lambda f: (SEVERITIES.index(f.severity), f.check, f.subject))

"""The register examines itself: checks of both halves, the ledger's digests, the audit chain."""

from collections.abc import Callable, Iterable
from typing import Any

from psycopg import Connection

from boundaries.consistency import area_checks as areas
from boundaries.consistency import network_checks as network
from boundaries.schema.register_ledger import LEDGER
from gazetteer.ledger import audit_chain
from gazetteer.ledger.integrity import find_tampering
from gazetteer.records import record_checks as records
from gazetteer.records.check_result import CheckResult

Conn = Connection[Any]
Progress = Callable[[int, int, str], None]


def _find_ledger_tampering(conn: Conn) -> Iterable[CheckResult]:
    for tampering in find_tampering(conn, LEDGER.kinds):
        subject = f"{tampering.kind or 'ledger'} {tampering.record_id or ''}".strip()
        yield CheckResult(
            f"ledger_{tampering.what}",
            "error",
            subject,
            f"账簿内容与发布时不一致（{tampering.what}）：{subject}。",
            f"the ledger is not what was published ({tampering.what}): {subject}",
            "有人绕过程序改动了数据库：从备份恢复，并检查数据库权限。",
            "somebody changed the database behind the program: restore, and check who may write",
        )


def _find_broken_audit(conn: Conn) -> Iterable[CheckResult]:
    with conn.transaction():
        broken = audit_chain.find_broken_row(conn)
    if broken is not None:
        yield CheckResult(
            "audit_chain_broken",
            "error",
            f"audit {broken}",
            f"审计链在第 {broken} 行断裂。",
            f"the audit chain breaks at row {broken}",
            "审计记录被改动或删除：与备份比对，查明何时、何人。",
            "an audit row was changed or taken out: compare with a backup",
        )


def _list_steps() -> list[tuple[str, Callable[[Conn], Iterable[CheckResult]]]]:
    steps: list[tuple[str, Callable[[Conn], Iterable[CheckResult]]]] = [
        (check.id, lambda conn, check=check: records.run_check(conn, check))  # type: ignore[misc]
        for check in records.CHECKS
    ]
    steps += [(check.__name__, check) for check in (*areas.CHECKS, *network.CHECKS)]
    return [*steps, ("ledger_digests", _find_ledger_tampering), ("audit_chain", _find_broken_audit)]


def run_self_check(
    conn: Conn, progress: Progress = lambda done, total, what: None
) -> list[CheckResult]:
    """All findings, errors first; ``progress(done, total, what)`` hears each step."""
    steps = _list_steps()
    findings: list[CheckResult] = []
    for done, (_, step) in enumerate(steps):
        progress(done, len(steps), "check")
        findings.extend(step(conn))
    progress(len(steps), len(steps), "check")
    order = ("error", "warning", "info")
    return sorted(findings, key=lambda f: (order.index(f.severity), f.check, f.subject))

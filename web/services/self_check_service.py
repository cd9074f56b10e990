"""The results of the self-check, a page at a time, as the last run of a worker left them."""

from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from boundaries.consistency.check_reports import CheckReport, load_check_report
from gazetteer.ledger.as_of import today
from gazetteer.records.check_result import CheckResult
from web.http.app_settings import current_settings
from web.http.connections import connection


@dataclass(frozen=True, slots=True)
class CheckPage:
    """Some of the results that match.

    Attributes:
        report: all results; None while the register has not been examined.
        is_current: whether they are those of the newest state and of today.
        matched: how many match.
        results: those of this page.
        next: how many to skip for the next page; None on the last one.
    """

    report: CheckReport | None
    is_current: bool
    matched: int
    results: tuple[CheckResult, ...]
    next: int | None


def load_check_page(
    *, check: str | None, severity: str | None, after: int, limit: int
) -> CheckPage:
    """A page of the results of a check, or of all; errors come first.

    Args:
        check: only those of this check.
        severity: only those of this severity.
        after: how many to skip.
        limit: how many to return.
    """
    with connection() as conn:
        report = load_check_report(conn, current_settings().jobs_directory)
        is_current = report is not None and _is_current(conn, report)
    matching = tuple(
        result
        for result in (report.results if report else ())
        if check in (None, result.check) and severity in (None, result.severity)
    )
    end = after + limit
    following = end if end < len(matching) else None
    return CheckPage(report, is_current, len(matching), matching[after:end], following)


def _is_current(conn: Connection[Any], report: CheckReport) -> bool:
    row = conn.execute("SELECT seq FROM ledger_head").fetchone()
    return row is not None and (report.seq, report.at) == (row[0], today())

"""Stored results of the self-check: written by a worker, read by pages and programs."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

import orjson
from psycopg import Connection
from psycopg.rows import tuple_row

from gazetteer.jobs.job_files import JobFiles
from gazetteer.messages import read_message
from gazetteer.records.check_result import CheckResult

RESULT_NAME, MEDIA_TYPE = "checks.jsonl", "application/x-ndjson"
CHECKS_KIND = "checks"
"""The name of the kind of job."""

_NEWEST = """
SELECT job_id, at, seq, finished_at FROM job
WHERE kind = %s AND state = 'finished' ORDER BY finished_at DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The results for the state ``seq`` of the register as of ``at``, errors first."""

    at: date
    seq: int
    finished_at: datetime
    results: tuple[CheckResult, ...]

    def count_results(self) -> list[tuple[str, str, int]]:
        """How many results each check has, with its severity; in the order of the results."""
        counts = Counter((result.check, result.severity) for result in self.results)
        return [(check, severity, number) for (check, severity), number in counts.items()]


def find_last_check(conn: Connection[Any]) -> tuple[UUID, date, int, datetime] | None:
    """The newest finished job: its id, day, sequence number and end; None before the first."""
    with conn.cursor(row_factory=tuple_row) as cursor:
        return cursor.execute(_NEWEST, (CHECKS_KIND,)).fetchone()


def load_check_report(conn: Connection[Any], jobs_directory: Path) -> CheckReport | None:
    """The newest results; None while the register has not been examined.

    Args:
        conn: to the register.
        jobs_directory: of the files of jobs.
    """
    last = find_last_check(conn)
    if last is None:
        return None
    job_id, at, seq, finished_at = last
    try:
        results = _read_results(JobFiles(jobs_directory, job_id).build_result_path(RESULT_NAME))
    except FileNotFoundError:  # deleted meanwhile, with its job
        return None
    return CheckReport(at, seq, finished_at, results)


def write_results(file: BinaryIO, results: Iterable[CheckResult]) -> None:
    """Write one result a line, with its messages as they are stored."""
    for result in results:
        row = {
            "check": result.check,
            "severity": result.severity,
            "subject": result.subject,
            "detail": result.detail.as_json(),
            "hint": result.hint.as_json(),
            "begins_on": result.begins_on,
        }
        file.write(orjson.dumps(row) + b"\n")


@lru_cache(2)
def _read_results(path: Path) -> tuple[CheckResult, ...]:
    """The results in a file, which never changes: a later run writes another one."""
    return tuple(_read_result(orjson.loads(line)) for line in path.read_bytes().splitlines())


def _read_result(row: Mapping[str, Any]) -> CheckResult:
    begins_on = row["begins_on"]
    return CheckResult(
        row["check"],
        row["severity"],
        row["subject"],
        read_message(row["detail"]),
        read_message(row["hint"]),
        date.fromisoformat(begins_on) if begins_on else None,
    )

"""Data quality checks on the register: ``/v1/checks``."""

import time
from threading import Lock
from typing import Any

from pydantic import BaseModel, Field

from boundaries.consistency.consistency_check import run_self_check
from gazetteer.messages import message
from gazetteer.problems import Unavailable
from gazetteer.records.check_result import CheckResult
from gazetteer.rules.finding import Severity
from web.http.connections import connection
from web.http.endpoints import Api, Parameters

api = Api()

_CACHE_SECONDS = 300.0
_lock = Lock()
_results_by_seq: dict[int, tuple[float, list[CheckResult]]] = {}


class CheckResultModel(BaseModel):
    """A check result: what it concerns, what is wrong, and how to resolve it."""

    check: str
    severity: Severity
    subject: str = Field(description="Subject of the result: a code, a record id or two codes")
    detail_zh: str
    detail_en: str
    hint_zh: str
    hint_en: str
    begins_on: str | None = Field(
        description="Day to come from which on it is present; null if it is present today"
    )


class CheckResultsModel(BaseModel):
    """All results for the register at a sequence number, errors first."""

    seq: int
    findings: list[CheckResultModel]


class EmptyQuery(Parameters):
    """None."""


@api.get("/v1/checks", CheckResultsModel)
def list_check_results(
    query: EmptyQuery,  # noqa: ARG001  (declares that there are no parameters)
) -> dict[str, Any]:
    """List the results of the data quality checks.

    The checks run again after every publication, as of today and of every day to come on which a
    published change takes effect.
    """
    seq, results = run_current_checks()
    return {"seq": seq, "findings": [result.serialize() for result in results]}


def run_current_checks() -> tuple[int, list[CheckResult]]:
    """The sequence number checked last, and the results.

    The checks read everything, so they run once for each publication (and again after some
    minutes, for changes made behind the program). Requests during a run get the results of the one
    before, so that many readers cannot start many runs.

    Raises:
        Unavailable: the first run has not finished.
    """
    with connection() as conn:
        (seq,) = conn.execute("SELECT seq FROM ledger_head").fetchone()
        if _is_fresh(seq):
            return seq, _results_by_seq[seq][1]
        if _lock.acquire(blocking=False):
            try:
                results = run_self_check(conn)
                _results_by_seq[seq] = (time.monotonic(), results)
                for earlier in [known for known in _results_by_seq if known != seq]:
                    del _results_by_seq[earlier]
                return seq, results
            finally:
                _lock.release()
    for earlier, (_, results) in list(_results_by_seq.items()):
        return earlier, results
    raise Unavailable(message("checks.running"))


def _is_fresh(seq: int) -> bool:
    return seq in _results_by_seq and time.monotonic() - _results_by_seq[seq][0] < _CACHE_SECONDS

"""What the register finds wrong with itself: ``/v1/checks``."""

import time
from dataclasses import asdict
from threading import Lock
from typing import Any

from pydantic import BaseModel

from boundaries.consistency.consistency_check import run_self_check
from gazetteer.problems import Unavailable
from gazetteer.records.check_result import CheckResult
from web.http.connections import connection
from web.http.endpoints import Api, Parameters

api = Api()

_CACHE_SECONDS = 300.0
_lock = Lock()
_results_by_seq: dict[int, tuple[float, list[CheckResult]]] = {}


class CheckResultsModel(BaseModel):
    """All findings for the register at a sequence number, errors first."""

    seq: int
    findings: list[CheckResult]


class EmptyQuery(Parameters):
    """None."""


@api.get("/v1/checks", CheckResultsModel)
def list_check_results(query: EmptyQuery) -> dict[str, Any]:
    """What the register finds wrong with itself; examined anew after every publication."""
    seq, results = run_current_checks()
    return {"seq": seq, "findings": [asdict(finding) for finding in results]}


def run_current_checks() -> tuple[int, list[CheckResult]]:
    """The sequence number that was examined last, and what was found.

    An examination reads everything, so one runs for each publication (and again after some
    minutes, for what was changed behind the program). Who comes while one runs is given the one
    before, so that many readers cannot make many examinations.

    Raises:
        Unavailable: the first examination is still running.
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
    raise Unavailable(
        "自检正在进行，请稍后再看。", "the register is being examined; look again in a moment"
    )


def _is_fresh(seq: int) -> bool:
    return seq in _results_by_seq and time.monotonic() - _results_by_seq[seq][0] < _CACHE_SECONDS

"""What the register finds wrong with itself: ``/v1/checks``."""

import time
from dataclasses import asdict
from threading import Lock
from typing import Any

from pydantic import BaseModel

from boundaries.examination import run_self_check
from gazetteer.problems import Unavailable
from gazetteer.records.finding import CheckResult
from web.contract import Api, Parameters
from web.db import connection

api = Api()

_KEPT_SECONDS = 300.0
_lock = Lock()
_kept: dict[int, tuple[float, list[CheckResult]]] = {}


class Checks(BaseModel):
    """All findings for the register at a sequence number, errors first."""

    seq: int
    findings: list[CheckResult]


class NoParameters(Parameters):
    """None."""


@api.get("/v1/checks", Checks)
def checks(query: NoParameters) -> dict[str, Any]:
    """What the register finds wrong with itself; examined anew after every publication."""
    seq, found = current_findings()
    return {"seq": seq, "findings": [asdict(finding) for finding in found]}


def current_findings() -> tuple[int, list[CheckResult]]:
    """The sequence number that was examined last, and what was found.

    An examination reads everything, so one runs for each publication (and again after some
    minutes, for what was changed behind the program). Who comes while one runs is given the one
    before, so that many readers cannot make many examinations.

    Raises:
        Unavailable: the first examination is still running.
    """
    with connection() as conn:
        (seq,) = conn.execute("SELECT seq FROM ledger_head").fetchone()
        if _fresh(seq):
            return seq, _kept[seq][1]
        if _lock.acquire(blocking=False):
            try:
                found = run_self_check(conn)
                _kept[seq] = (time.monotonic(), found)
                for earlier in [known for known in _kept if known != seq]:
                    del _kept[earlier]
                return seq, found
            finally:
                _lock.release()
    for earlier, (_, found) in list(_kept.items()):
        return earlier, found
    raise Unavailable(
        "自检正在进行，请稍后再看。", "the register is being examined; look again in a moment"
    )


def _fresh(seq: int) -> bool:
    return seq in _kept and time.monotonic() - _kept[seq][0] < _KEPT_SECONDS

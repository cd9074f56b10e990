"""What the register finds wrong with itself: ``/v1/checks``."""

import time
from dataclasses import asdict
from threading import Lock
from typing import Any, Literal

from pydantic import BaseModel

from boundaries.examination import examine
from gazetteer.records.finding import Finding
from web.contract import Api, Parameters
from web.db import connection

api = Api()

_KEPT_SECONDS = 300.0
_lock = Lock()
_kept: dict[int, tuple[float, list[Finding]]] = {}


class FindingAnswer(BaseModel):
    """One finding, with what a person can do about it."""

    check: str
    severity: Literal["error", "warning", "info"]
    subject: str
    detail_zh: str
    detail_en: str
    hint_zh: str
    hint_en: str


class Checks(BaseModel):
    """All findings for the register at a sequence number, errors first."""

    seq: int
    findings: list[FindingAnswer]


class NoParameters(Parameters):
    """None."""


@api.get("/v1/checks", Checks)
def checks(query: NoParameters) -> dict[str, Any]:
    """What the register finds wrong with itself; examined anew after every publication."""
    seq, found = current_findings()
    return {"seq": seq, "findings": [asdict(finding) for finding in found]}


def current_findings() -> tuple[int, list[Finding]]:
    """The findings of the register as published now.

    An examination reads everything, so it runs once for each publication (and again after some
    minutes, for what was changed behind the program), never twice at once in one process.
    """
    with connection() as conn:
        (seq,) = conn.execute("SELECT seq FROM ledger_head").fetchone()
        with _lock:
            kept = _kept.get(seq)
            if kept is None or time.monotonic() - kept[0] > _KEPT_SECONDS:
                kept = (time.monotonic(), examine(conn))
                _kept.clear()
                _kept[seq] = kept
    return seq, kept[1]

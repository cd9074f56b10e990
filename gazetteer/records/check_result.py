"""What the register finds wrong with itself: one row for each thing, with a hint."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One finding of a check.

    ``subject`` names what it is about (a code, a record id, two codes); the details say what is
    wrong with measured values, the hints what a person can do about it.
    """

    check: str
    severity: Literal["error", "warning", "info"]
    subject: str
    detail_zh: str
    detail_en: str
    hint_zh: str
    hint_en: str

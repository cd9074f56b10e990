"""The result of a consistency check: what is wrong, and a hint how to correct it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from gazetteer.messages import Message
from gazetteer.rules.finding import Severity


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One result of a consistency check of the register.

    ``subject`` names the object concerned (a code, a record id, two codes); ``detail`` says what
    is wrong, with measured values; ``hint`` what a person can do about it. ``begins_on`` is the day
    to come from which on it is wrong; None where it is wrong today.
    """

    check: str
    severity: Severity
    subject: str
    detail: Message
    hint: Message
    begins_on: date | None = None

    def serialize(self) -> dict[str, Any]:
        """The result in the form of responses and reports, in both languages."""
        return {
            "check": self.check,
            "severity": self.severity,
            "subject": self.subject,
            "detail_zh": self.detail.text("zh"),
            "detail_en": self.detail.text("en"),
            "hint_zh": self.hint.text("zh"),
            "hint_en": self.hint.text("en"),
            "begins_on": self.begins_on.isoformat() if self.begins_on else None,
        }

"""What a rule found, without any geometry: names and boundaries share it."""

from dataclasses import dataclass
from typing import Literal

from gazetteer.messages import Lang, Message

Severity = Literal["error", "warning", "info"]
"""Error: legal data must not have it. Warning: somebody should look. Info: for completeness."""

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
"""The gravest first."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One departure from a rule.

    ``kind`` is the special case of the rule (``duplicate``). ``measured`` and ``limit`` are in
    ``unit`` ("m", "m2").
    """

    rule: str
    kind: str
    severity: Severity
    message: Message
    measured: float | None = None
    limit: float | None = None
    unit: str | None = None

    def text(self, lang: Lang) -> str:
        """The words in a language."""
        return self.message.text(lang)

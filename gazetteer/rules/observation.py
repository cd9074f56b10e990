"""A finding as one run saw it; runs compare what they see with what earlier ones saw."""

from dataclasses import dataclass
from uuid import UUID

from gazetteer.messages import DEFAULT_LANG, Message
from gazetteer.rules.finding import Severity


@dataclass(frozen=True, slots=True)
class FindingKey:
    """What a finding is about: a rule, its special case, and the units, ascending."""

    rule: str
    kind: str
    units: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Observation:
    """A finding as a run saw it; see :class:`gazetteer.rules.finding.Finding`.

    ``fingerprint`` changes when what the finding is about changes.
    """

    key: FindingKey
    severity: Severity
    message: Message
    measured: float | None
    limit: float | None
    unit: str | None
    fingerprint: str

    def differs_from(self, other: "Observation") -> bool:
        """Whether the same finding reads or is rated otherwise, or its surroundings changed."""
        same = self.severity == other.severity and self.fingerprint == other.fingerprint
        return not (same and self.reads_like(other))

    def reads_like(self, other: "Observation") -> bool:
        """Whether both are worded alike: numbers count as far as people are shown them."""
        return self.message.text(DEFAULT_LANG) == other.message.text(DEFAULT_LANG)

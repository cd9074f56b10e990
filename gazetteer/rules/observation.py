"""A finding as one run saw it; runs compare what they see with what earlier ones saw."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from gazetteer.messages import DEFAULT_LANG, Message, message
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

    ``fingerprint`` changes when what the finding is about changes. ``begins_on`` is the day to come
    from which on it is there; None where it is there on the day of the run.
    """

    key: FindingKey
    severity: Severity
    message: Message
    measured: float | None
    limit: float | None
    unit: str | None
    fingerprint: str
    begins_on: date | None = None

    @property
    def dated_message(self) -> Message:
        """The message, with the day from which on it holds if that is to come."""
        return add_first_day(self.message, self.begins_on)

    def differs_from(self, other: "Observation") -> bool:
        """Whether the same finding reads, is rated, is situated or begins otherwise."""
        same = (self.severity, self.fingerprint, self.begins_on) == (
            other.severity,
            other.fingerprint,
            other.begins_on,
        )
        return not (same and self.reads_like(other))

    def reads_like(self, other: "Observation") -> bool:
        """Whether both are worded alike: numbers count as far as people are shown them."""
        return self.message.text(DEFAULT_LANG) == other.message.text(DEFAULT_LANG)


def add_first_day(words: Message, day: date | None) -> Message:
    """What is wrong, with the day to come from which on it is; None where it is wrong today.

    The words of a rule on changes name the day of the change already.
    """
    if day is None or day.isoformat() in words.params.values():
        return words
    return message("observation.from", day=message("date.day", on=day), finding=words)

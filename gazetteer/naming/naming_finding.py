"""What a naming rule has to say about a name."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from gazetteer.messages import Message, message
from gazetteer.rules.finding import Finding, Severity
from gazetteer.rules.rule_catalogue import get_severity


class Outcome(StrEnum):
    """What a finding means for the name."""

    DEPARTURE = "departure"  # it departs from the rule
    QUESTION = "question"  # a person has to decide, and the decision is stored
    NOT_EXAMINED = "not_examined"  # it cannot be examined here: something is missing
    RULED = "ruled"  # a person has decided that it does not depart


class Likeness(StrEnum):
    """How a name of the register is like the one that is examined."""

    SAME = "same"
    SAME_SOUND = "same_sound"  # with the same tones
    SIMILAR_SOUND = "similar_sound"  # the tones differ, or are not known
    SAME_SPECIFIC = "same_specific"  # with another generic part


@dataclass(frozen=True, slots=True)
class LikeName:
    """A name of the register that is like the one that is examined.

    Attributes:
        place_id: its place.
        text: the name.
        toned: its syllables with tone marks; None: not known.
        likeness: how it is like the other.
        legal_class, level: of its place.
        unit_id: the unit whose name it is; None: of no unit.
        code: of that unit on the day.
        units: the names of the units above it, the highest first.
        location: lon, lat degrees of CGCS2000; None: not known.
        since: the first day of the name, None: not known.
    """

    place_id: UUID
    text: str
    toned: str | None
    likeness: Likeness
    legal_class: str
    level: str
    unit_id: UUID | None
    code: str | None
    units: tuple[str, ...]
    location: tuple[float, float] | None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class NamingFinding(Finding):
    """A finding of a naming rule.

    ``names`` are the names of the register that it is about; ``term`` is the part of the name.
    """

    outcome: Outcome = Outcome.DEPARTURE
    names: tuple[LikeName, ...] = ()
    term: str | None = None

    def with_outcome(self, outcome: Outcome) -> "NamingFinding":
        """The same with another outcome."""
        return replace(self, outcome=outcome)

    def with_names(self, names: tuple[LikeName, ...]) -> "NamingFinding":
        """The same about names of the register."""
        return replace(self, names=names)


def build_departure(
    rule: str,
    kind: str,
    *,
    severity: Severity | None = None,
    names: tuple[LikeName, ...] = (),
    term: str | None = None,
    **params: Any,
) -> NamingFinding:
    """A departure from a rule; its severity is that of the rule where none is given.

    Its words are the message ``naming.<rule>.<kind>`` with the parameters.
    """
    return NamingFinding(
        rule,
        kind,
        severity or get_severity(rule),
        _build_message(rule, kind, params, term),
        names=names,
        term=term,
    )


def build_question(rule: str, kind: str, term: str, **params: Any) -> NamingFinding:
    """A question to a person: a warning until it is decided."""
    words = _build_message(rule, kind, params, term)
    return NamingFinding(rule, kind, "warning", words, outcome=Outcome.QUESTION, term=term)


def build_not_examined(rule: str, kind: str, **params: Any) -> NamingFinding:
    """That a rule cannot be examined here, and what is missing."""
    words = message(f"naming.not_examined.{kind}", **params)
    return NamingFinding(rule, kind, "info", words, outcome=Outcome.NOT_EXAMINED)


def _build_message(rule: str, kind: str, params: dict[str, Any], term: str | None) -> Message:
    given = {**params, "term": term} if term is not None else params
    return message(f"naming.{rule}.{kind}", **given)

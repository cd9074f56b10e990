"""Rules are data with code behind them: the texts of the catalogue, and who judges each.

The texts stand in ``catalogue.toml``; the functions that judge are registered here under the id of
their rule. A rule never repairs anything.
"""

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar

from boundaries.layers.layer import Severity
from boundaries.rules.finding import Finding

Scope = Literal["layer", "register", "inspection"]
"""Where a rule is judged: on any polygon layer, on the register with its history, in a round of
joint inspection."""

Judge = TypeVar("Judge", bound=Callable[..., Iterator[Finding]])


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as people read it. ``origin`` names the standard, law or product it comes from.

    ``trap`` is what one should know before believing or dismissing a finding. ``tolerance`` names
    the settings that say from which size on it counts. ``seen_to`` says who or what sees to a rule
    that no code judges, or when it will be judged.
    """

    id: str
    severity: Severity
    scope: Scope
    origin: str
    title: dict[str, str]
    explanation: dict[str, str]
    trap: dict[str, str]
    tolerance: tuple[str, ...]
    seen_to: dict[str, str] | None

    @property
    def group(self) -> str:
        """``COV`` of ``TOP-COV-01``."""
        return self.id.split("-")[1]


_JUDGES: dict[str, Callable[..., Iterator[Finding]]] = {}


def judges(rule: str) -> Callable[[Judge], Judge]:
    """Registers a function as the one that judges a rule."""

    def register(function: Judge) -> Judge:
        if rule in _JUDGES:
            raise ValueError(f"{rule} is judged twice")
        _JUDGES[rule] = function
        return function

    return register


def judge_of(rule: str) -> Callable[..., Iterator[Finding]] | None:
    """The function behind a rule; None where something else sees to it (see ``Rule.seen_to``)."""
    return _JUDGES.get(rule)


@cache
def catalogue() -> dict[str, Rule]:
    """All rules by id, in the order of the catalogue."""
    data = tomllib.loads(Path(__file__).with_name("catalogue.toml").read_text("utf-8"))
    return {id_: _rule(id_, entry) for id_, entry in data.items()}


def severity(rule: str) -> Severity:
    """How grave a departure from a rule is."""
    return catalogue()[rule].severity


def _rule(id_: str, entry: dict[str, Any]) -> Rule:
    texts = {
        field: {"zh": entry[field]["zh"], "en": entry[field]["en"]}
        for field in ("title", "explanation", "trap")
    }
    return Rule(
        id_,
        entry["severity"],
        entry["scope"],
        entry["origin"],
        tolerance=tuple(entry.get("tolerance", ())),
        seen_to=entry.get("seen_to"),
        **texts,
    )

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

from boundaries.layers.polygon_layer import Severity
from boundaries.rules.common.layer_finding import Finding

Scope = Literal["layer", "register", "inspection"]
"""Where a rule is judged: on any polygon layer, on the register with its history, in a round of
joint inspection."""

RuleCheck = TypeVar("RuleCheck", bound=Callable[..., Iterator[Finding]])


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
    checked_by: dict[str, str] | None

    @property
    def group(self) -> str:
        """``COV`` of ``TOP-COV-01``."""
        return self.id.split("-")[1]


_CHECK_OF_RULE: dict[str, Callable[..., Iterator[Finding]]] = {}


def rule_check(rule: str) -> Callable[[RuleCheck], RuleCheck]:
    """Registers a function as the one that judges a rule."""

    def register_check(function: RuleCheck) -> RuleCheck:
        if rule in _CHECK_OF_RULE:
            raise ValueError(f"{rule} is judged twice")
        _CHECK_OF_RULE[rule] = function
        return function

    return register_check


def find_rule_check(rule: str) -> Callable[..., Iterator[Finding]] | None:
    """The function behind a rule; None where something else sees to it (see ``Rule.seen_to``)."""
    return _CHECK_OF_RULE.get(rule)


@cache
def read_catalogue() -> dict[str, Rule]:
    """All rules by id, in the order of the catalogue."""
    data = tomllib.loads(Path(__file__).with_name("catalogue.toml").read_text("utf-8"))
    return {id_: _parse_rule(id_, entry) for id_, entry in data.items()}


def get_severity(rule: str) -> Severity:
    """How grave a departure from a rule is."""
    return read_catalogue()[rule].severity


def _parse_rule(id_: str, entry: dict[str, Any]) -> Rule:
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
        checked_by=entry.get("seen_to"),
        **texts,
    )

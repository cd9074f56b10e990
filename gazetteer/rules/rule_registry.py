"""The code behind the rules: the functions that check are registered under the ids of the rules.

A rule never repairs anything.
"""

from collections.abc import Callable, Iterator
from typing import TypeVar

from gazetteer.rules.finding import Finding

RuleCheck = TypeVar("RuleCheck", bound=Callable[..., Iterator[Finding]])

_CHECK_OF_RULE: dict[str, Callable[..., Iterator[Finding]]] = {}


def rule_check(rule: str) -> Callable[[RuleCheck], RuleCheck]:
    """Registers a function as the one that checks a rule.

    Raises:
        ValueError: Another function is registered for it.
    """

    def register_check(function: RuleCheck) -> RuleCheck:
        if rule in _CHECK_OF_RULE:
            raise ValueError(f"{rule} is checked twice")
        _CHECK_OF_RULE[rule] = function
        return function

    return register_check


def find_rule_check(rule: str) -> Callable[..., Iterator[Finding]] | None:
    """The function behind a rule; None where a person checks it (see ``Rule.checked_by``)."""
    return _CHECK_OF_RULE.get(rule)

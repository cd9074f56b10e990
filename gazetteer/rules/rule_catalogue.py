"""The catalogue of rules: what each demands, how grave a departure is, and where it is checked.

The facts stand in ``catalogue.toml``, the texts in the message catalogues.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from gazetteer.messages import Message, message
from gazetteer.rules.finding import Severity

RuleScope = Literal["layer", "register", "inspection"]
"""Where a rule is checked: on any polygon layer, on the register with its history, in a round of
joint inspection."""


class Rule(BaseModel):
    """A rule of the catalogue; ``catalogue.toml`` explains the fields.

    ``origin`` names the standard, law or house rule it comes from, ``trap`` what one should know
    before believing or dismissing a finding, ``checked_by`` who checks a rule that no code checks.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    severity: Severity
    scope: RuleScope
    tolerance: tuple[str, ...] = ()
    unchecked: bool = False
    proposals: tuple[str, ...] = ()
    single_polygon: bool = False
    self_check: bool = False
    expected_in_partial_layer: bool = False
    leaves_border_open: bool = False

    @property
    def group(self) -> str:
        """``COV`` of ``TOP-COV-01``."""
        return self.id.split("-")[1]

    @property
    def title(self) -> Message:
        """What it demands, in a few words."""
        return message(f"rule.{self.id}.title")

    @property
    def explanation(self) -> Message:
        """What it demands, in a sentence or two."""
        return message(f"rule.{self.id}.explanation")

    @property
    def trap(self) -> Message:
        """What to know before believing or dismissing a finding."""
        return message(f"rule.{self.id}.trap")

    @property
    def origin(self) -> Message:
        """The standard, law or house rule that it comes from."""
        return message(f"rule.{self.id}.origin")

    @property
    def checked_by(self) -> Message | None:
        """Who checks it, or when it will be checked, where no code does."""
        return message(f"rule.{self.id}.checked_by") if self.unchecked else None


@cache
def read_catalogue() -> Mapping[str, Rule]:
    """All rules by id, in the order of the catalogue."""
    data = tomllib.loads(Path(__file__).with_name("catalogue.toml").read_text("utf-8"))
    return {id_: Rule(id=id_, **facts) for id_, facts in data.items()}


def get_severity(rule: str) -> Severity:
    """How grave a departure from a rule is."""
    return read_catalogue()[rule].severity

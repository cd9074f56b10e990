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

RuleScope = Literal["layer", "register", "inspection", "name"]
"""Where a rule is checked: on any polygon layer, on the register with its history, in a round of
joint inspection, on a proposed name."""

Certainty = Literal["certain", "probable", "inferred"]
"""How sure it is that the law demands this: read in its text, taken from reports, or our reading
of it."""


class Rule(BaseModel):
    """A rule of the catalogue; ``catalogue.toml`` explains the fields.

    ``origin`` names the standard, law or house rule it comes from, ``trap`` what one should know
    before believing or dismissing a finding, ``checked_by`` who checks a rule that no code checks.
    A rule on names has ``article_words`` and a ``name_example`` besides.
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
    asks: bool = False
    certainty: Certainty | None = None
    profile: str | None = None
    passes: str | None = None
    fails: str | None = None

    @property
    def group(self) -> str:
        """``COV`` of ``TOP-COV-01``, ``NR`` of ``NR-001``."""
        return self.id.split("-")[-2]

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
    def article_words(self) -> Message | None:
        """The words of the article that it comes from; only of a rule on names."""
        return message(f"rule.{self.id}.words") if self.scope == "name" else None

    @property
    def name_example(self) -> Message | None:
        """A name that passes and one that fails; only of a rule on names."""
        if self.scope != "name":
            return None
        return message(f"rule.{self.id}.example", passes=self.passes, fails=self.fails)

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

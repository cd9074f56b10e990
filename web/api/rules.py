"""The rules by which boundaries are judged: ``/v1/rules``."""

from typing import Annotated, Any, Literal

from flask import current_app
from pydantic import BaseModel, Field

from boundaries.rules.common.tolerances import Tolerances, build_tolerances
from boundaries.rules.rule_registry import Rule, read_catalogue
from gazetteer.problems import NotFound
from web.http.endpoints import Api
from web.http.language import request_language

api = Api()


class RuleModel(BaseModel):
    """A rule as people read it, in the language of the request."""

    id: str
    group: str
    severity: Literal["error", "warning", "info"]
    scope: Literal["layer", "register", "inspection"] = Field(
        description="Where it is judged: any polygon layer, the register with its history, a round"
        " of joint inspection"
    )
    title: str
    explanation: str
    trap: str = Field(description="What to know before believing or dismissing a finding")
    origin: str
    tolerance: dict[str, float] = Field(description="The limits it uses, with their present values")
    seen_to: str | None = Field(
        description="Who or what sees to a rule that no code judges, or when it will be judged"
    )


class RuleListModel(BaseModel):
    """All rules, in the order of the catalogue."""

    rules: list[RuleModel]


@api.get("/v1/rules", RuleListModel)
def list_rules() -> dict[str, Any]:
    """The catalogue of topology rules."""
    tolerances, lang = current_tolerances(), request_language()
    return {"rules": [serialize_rule(rule, tolerances, lang) for rule in read_catalogue().values()]}


RuleId = Annotated[str, Field(description="Stable id of a rule, like `TOP-COV-01`")]


@api.get("/v1/rules/<rule_id>", RuleModel)
def get_rule(rule_id: RuleId) -> dict[str, Any]:
    """One rule by its stable id."""
    return serialize_rule(find_rule(rule_id), current_tolerances(), request_language())


def find_rule(rule_id: str) -> Rule:
    """The rule of an id.

    Raises:
        NotFound: there is none.
    """
    rule = read_catalogue().get(rule_id)
    if rule is None:
        raise NotFound(
            f"没有规则“{rule_id[:40]}”。", f"there is no rule {rule_id[:40]!r}", field="rule_id"
        )
    return rule


def current_tolerances() -> Tolerances:
    """The limits that the settings give."""
    return build_tolerances(None, None, current_app.config["GAZETTEER"])


def serialize_rule(rule: Rule, tolerances: Tolerances, lang: str) -> dict[str, Any]:
    """A rule in one language, with the present values of its limits."""
    return {
        "id": rule.id,
        "group": rule.group,
        "severity": rule.severity,
        "scope": rule.scope,
        "title": rule.title[lang],
        "explanation": rule.explanation[lang],
        "trap": rule.trap[lang],
        "origin": rule.origin,
        "tolerance": {name: getattr(tolerances, name) for name in rule.tolerance},
        "seen_to": rule.checked_by[lang] if rule.checked_by else None,
    }

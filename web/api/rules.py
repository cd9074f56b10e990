"""The rules by which boundaries and names are checked: ``/v1/rules``."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from boundaries.rules.common.tolerances import Tolerances, build_tolerances
from gazetteer.messages import Lang, message
from gazetteer.problems import NotFound
from gazetteer.rules.rule_catalogue import Rule, read_catalogue
from web.http.app_settings import current_settings
from web.http.endpoints import Api
from web.http.language import request_language

api = Api()


class RuleModel(BaseModel):
    """A rule in the language of the request."""

    id: str
    group: str
    severity: Literal["error", "warning", "info"]
    scope: Literal["layer", "register", "inspection", "name"] = Field(
        description="Scope: `layer` (any polygon layer), `register` (the register with its history)"
        ", `inspection` (a round of joint inspection) or `name` (a proposed name)"
    )
    title: str
    explanation: str
    trap: str = Field(description="What to consider before accepting or dismissing a finding")
    origin: str
    tolerance: dict[str, float] = Field(
        description="Limits used by the rule, with their current values"
    )
    seen_to: str | None = Field(
        description="If the program does not check the rule: who checks it, or when it will be"
        " checked"
    )
    words: str | None = Field(
        description="Words of the article in `origin`; only of rules on names"
    )
    example: str | None = Field(
        description="A name that passes and one that does not; only of rules on names"
    )
    certainty: Literal["certain", "probable", "inferred"] | None = Field(
        description="How sure it is that the law demands this: `certain` (read in its text),"
        " `probable` (from reports, or not verified to be in force) or `inferred` (a reading of"
        " it); only of rules on names"
    )
    asks: bool = Field(description="Whether a person decides, and the decision is kept")
    profile: str | None = Field(description="The local profile that switches the rule on, if any")


class RuleListModel(BaseModel):
    """All rules, in the order of the catalogue."""

    rules: list[RuleModel]


@api.get("/v1/rules", RuleListModel, page="/rules")
def list_rules() -> dict[str, Any]:
    """List the rules on boundaries and on names."""
    tolerances, lang = current_tolerances(), request_language()
    return {"rules": [serialize_rule(rule, tolerances, lang) for rule in read_catalogue().values()]}


RuleId = Annotated[str, Field(description="Stable id of the rule, such as `TOP-COV-01`")]


@api.get("/v1/rules/<rule_id>", RuleModel, page="/rules/{rule_id}")
def get_rule(rule_id: RuleId) -> dict[str, Any]:
    """Get a rule by id."""
    return serialize_rule(find_rule(rule_id), current_tolerances(), request_language())


def find_rule(rule_id: str) -> Rule:
    """The rule of an id.

    Raises:
        NotFound: there is none.
    """
    rule = read_catalogue().get(rule_id)
    if rule is None:
        raise NotFound(message("rules.not_found", rule=rule_id[:40]), field="rule_id")
    return rule


def current_tolerances() -> Tolerances:
    """The limits that the settings give."""
    return build_tolerances(None, None, current_settings())


def serialize_rule(rule: Rule, tolerances: Tolerances, lang: Lang) -> dict[str, Any]:
    """A rule in one language, with the current values of its limits."""
    return {
        "id": rule.id,
        "group": rule.group,
        "severity": rule.severity,
        "scope": rule.scope,
        "title": rule.title.text(lang),
        "explanation": rule.explanation.text(lang),
        "trap": rule.trap.text(lang),
        "origin": rule.origin.text(lang),
        "tolerance": {name: getattr(tolerances, name) for name in rule.tolerance},
        "seen_to": rule.checked_by.text(lang) if rule.checked_by else None,
        "words": rule.article_words.text(lang) if rule.article_words else None,
        "example": rule.name_example.text(lang) if rule.name_example else None,
        "certainty": rule.certainty,
        "asks": rule.asks,
        "profile": rule.profile,
    }

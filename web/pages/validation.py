"""Pages on which layers are judged, and on which the rules are told."""

from itertools import groupby
from typing import Any

from flask import Blueprint, Response, request

from boundaries.rules.registry import Rule, read_catalogue
from boundaries.validation.formats import REPORT_MIME_TYPES
from gazetteer.records.levels import UNIT_LEVELS
from web.api.rules import known_rule, present_limits, rule_text
from web.language import language
from web.pages.assets import assets
from web.pages.messages import text
from web.pages.rendering import render, settings
from web.pages.validation_texts import VALIDATION_TEXTS

validation = Blueprint("validation", __name__, template_folder="templates")

SCRIPT = "src/validate/main.ts"


@validation.get("/validate")
def validate() -> Response:
    """Drop a layer, see its findings; without a script the answer is a file."""
    return render(
        "validate.html",
        levels=UNIT_LEVELS,
        gap_width=settings().rule_gap_width_m,
        limit_mb=settings().validate_limit_mb,
        formats=tuple(REPORT_MIME_TYPES),
        texts=_client_texts(),
        own=assets(SCRIPT),
    )


@validation.get("/rules")
def rules() -> Response:
    """The whole catalogue, or what of it holds the words that are looked for."""
    query = request.args.get("q", "").strip()
    wanted = [rule for rule in read_catalogue().values() if _holds(rule, query)]
    grouped = {
        group: [_told(rule) for rule in members]
        for group, members in groupby(wanted, key=lambda rule: rule.group)
    }
    return render("rules.html", query=query, grouped=grouped, count=len(read_catalogue()))


@validation.get("/rules/<rule_id>")
def rule(rule_id: str) -> Response:
    """One rule, at an address that a finding can name."""
    return render("rule.html", rule=_told(known_rule(rule_id)))


def _told(rule: Rule) -> dict[str, Any]:
    return rule_text(rule, present_limits(), language())


def _holds(rule: Rule, query: str) -> bool:
    """Whether every word of the query stands somewhere in the rule, in either language."""
    texts = (*rule.title.values(), *rule.explanation.values(), *rule.trap.values())
    whole = " ".join((rule.id, rule.origin, *texts)).casefold()
    return all(word in whole for word in query.casefold().split())


def _client_texts() -> dict[str, str]:
    """What the script says, and what severities are called."""
    lang = language()
    judged = {key: key.partition(".") for key in VALIDATION_TEXTS}
    return {
        **{
            key: text(f"judged.{name}", lang)
            for key, (group, _, name) in judged.items()
            if group == "judged"
        },
        **{f"severity.{name}": text(f"severity.{name}", lang) for name in SEVERITIES},
    }


SEVERITIES = ("error", "warning", "info")

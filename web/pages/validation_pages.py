"""Pages on which layers are judged, and on which the rules are told."""

from itertools import groupby
from typing import Any

from flask import Blueprint, Response, request

from boundaries.rules.rule_registry import Rule, read_catalogue
from boundaries.validation.report_formats import REPORT_MIME_TYPES
from gazetteer.records.levels import UNIT_LEVELS
from web.api.rules import current_tolerances, find_rule, serialize_rule
from web.http.language import request_language
from web.pages.assets import load_assets
from web.pages.messages import text
from web.pages.rendering import current_settings, render_page
from web.pages.validation_texts import VALIDATION_TEXTS

validation_blueprint = Blueprint("validation", __name__, template_folder="templates")

SCRIPT = "src/validate/main.ts"


@validation_blueprint.get("/validate")
def show_validate() -> Response:
    """Drop a layer, see its findings; without a script the answer is a file."""
    return render_page(
        "validate.html",
        levels=UNIT_LEVELS,
        gap_width=current_settings().rule_gap_width_m,
        limit_mb=current_settings().validate_limit_mb,
        formats=tuple(REPORT_MIME_TYPES),
        texts=_client_texts(),
        own=load_assets(SCRIPT),
    )


@validation_blueprint.get("/rules")
def show_rules() -> Response:
    """The whole catalogue, or what of it holds the words that are looked for."""
    query = request.args.get("q", "").strip()
    matching = [rule for rule in read_catalogue().values() if _matches_query(rule, query)]
    grouped = {
        group: [_serialize_rule(rule) for rule in members]
        for group, members in groupby(matching, key=lambda rule: rule.group)
    }
    return render_page("rules.html", query=query, grouped=grouped, count=len(read_catalogue()))


@validation_blueprint.get("/rules/<rule_id>")
def show_rule(rule_id: str) -> Response:
    """One rule, at an address that a finding can name."""
    return render_page("rule.html", rule=_serialize_rule(find_rule(rule_id)))


def _serialize_rule(rule: Rule) -> dict[str, Any]:
    return serialize_rule(rule, current_tolerances(), request_language())


def _matches_query(rule: Rule, query: str) -> bool:
    """Whether every word of the query stands somewhere in the rule, in either language."""
    texts = (*rule.title.values(), *rule.explanation.values(), *rule.trap.values())
    searchable = " ".join((rule.id, rule.origin, *texts)).casefold()
    return all(word in searchable for word in query.casefold().split())


def _client_texts() -> dict[str, str]:
    """What the script says, and what severities are called."""
    lang = request_language()
    parts_of_key = {key: key.partition(".") for key in VALIDATION_TEXTS}
    return {
        **{
            key: text(f"judged.{name}", lang)
            for key, (group, _, name) in parts_of_key.items()
            if group == "judged"
        },
        **{f"severity.{name}": text(f"severity.{name}", lang) for name in SEVERITIES},
    }


SEVERITIES = ("error", "warning", "info")

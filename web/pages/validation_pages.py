"""The page on which layers are validated, and those of the rules."""

from itertools import groupby
from typing import Any

from flask import Blueprint, Response, request

from boundaries.validation.report_formats import REPORT_MIME_TYPES
from gazetteer.messages import LANGS
from gazetteer.records.levels import UNIT_LEVELS
from gazetteer.rules.rule_catalogue import Rule, read_catalogue
from web.api.rules import current_tolerances, find_rule, serialize_rule
from web.http.language import request_language
from web.pages.assets import load_assets
from web.pages.rendering import current_settings, render_page
from web.pages.translation import list_script_texts

validation_blueprint = Blueprint("validation", __name__, template_folder="templates")

SCRIPT = "src/validate/main.ts"
_SCRIPT_PREFIXES = (
    *("validate.", "findings_view.", "measure."),
    *("separator.", "severity.", "tolerance."),
)


@validation_blueprint.get("/validate")
def show_validate() -> Response:
    """Validate a layer and show its findings; without a script the result is a file."""
    return render_page(
        "validate.html",
        levels=UNIT_LEVELS,
        gap_width=current_settings().rule_gap_width_m,
        limit_mb=current_settings().validate_limit_mb,
        formats=tuple(REPORT_MIME_TYPES),
        proposable_rules=[rule.id for rule in read_catalogue().values() if rule.proposals],
        texts=list_script_texts(request_language(), *_SCRIPT_PREFIXES),
        own=load_assets(SCRIPT),
    )


@validation_blueprint.get("/rules")
def show_rules() -> Response:
    """The catalogue of rules, or those that contain every word of a query."""
    query = request.args.get("q", "").strip()
    matching = [rule for rule in read_catalogue().values() if _matches_query(rule, query)]
    grouped = {
        group: [_serialize_rule(rule) for rule in members]
        for group, members in groupby(matching, key=lambda rule: rule.group)
    }
    return render_page("rules.html", query=query, grouped=grouped, count=len(read_catalogue()))


@validation_blueprint.get("/rules/<rule_id>")
def show_rule(rule_id: str) -> Response:
    """One rule, at an address that a finding can link to."""
    return render_page("rule.html", rule=_serialize_rule(find_rule(rule_id)))


def _serialize_rule(rule: Rule) -> dict[str, Any]:
    return serialize_rule(rule, current_tolerances(), request_language())


def _matches_query(rule: Rule, query: str) -> bool:
    """Whether the rule contains every word of the query, in any language."""
    parts = (
        rule.title,
        rule.explanation,
        rule.trap,
        rule.origin,
        rule.article_words,
        rule.name_example,
    )
    texts = (part.text(lang) for part in parts if part for lang in LANGS)
    searchable = " ".join((rule.id, *texts)).casefold()
    return all(word in searchable for word in query.casefold().split())

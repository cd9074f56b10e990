"""The rule catalogue as Markdown: ``python -m boundaries.validation.rule_documents``."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from boundaries.rules.common.tolerances import Tolerances
from gazetteer.messages import LANGS, Lang, message
from gazetteer.rules.rule_catalogue import Rule, read_catalogue

DOCS = Path(__file__).parents[2] / "docs"
FILES = {lang: DOCS / ("rules.md" if lang == "en" else f"rules.{lang}.md") for lang in LANGS}

_LIMITS = Tolerances()


def format_rule_catalogue(lang: Lang) -> str:
    """The whole catalogue as Markdown in one language."""
    title, lead = message("rules.document_title"), message("rules.document_lead")
    lines = [f"# {title.text(lang)}", "", lead.text(lang), ""]
    for group, rules in groupby(read_catalogue().values(), key=lambda rule: rule.group):
        lines += [f"## {message(f'rule_group.{group}').text(lang)}", ""]
        for rule in rules:
            lines += _format_rule(rule, lang)
    return "\n".join(lines)


def _format_rule(rule: Rule, lang: Lang) -> list[str]:
    return [
        f"### {rule.id} {rule.title.text(lang)}",
        "",
        rule.explanation.text(lang),
        "",
        _format_fact("trap", rule.trap, lang),
        "",
        *(f"- {fact}" for fact in _iter_facts(rule, lang)),
        "",
    ]


def _iter_facts(rule: Rule, lang: Lang) -> Iterator[str]:
    facts: dict[str, object] = {
        "severity": message(f"severity.{rule.severity}"),
        "scope": message(f"scope.{rule.scope}"),
        "origin": rule.origin,
    }
    if rule.tolerance:
        facts["tolerance"] = [f"`{name}` {getattr(_LIMITS, name):g}" for name in rule.tolerance]
    if rule.checked_by:
        facts["checked_by"] = rule.checked_by
    facts |= _collect_naming_facts(rule)
    yield from (_format_fact(name, value, lang) for name, value in facts.items())


def _collect_naming_facts(rule: Rule) -> dict[str, object]:
    """What only a rule on names has."""
    facts: dict[str, object | None] = {
        "words": rule.article_words,
        "example": rule.name_example,
        "certainty": message(f"certainty.{rule.certainty}") if rule.certainty else None,
        "asks": message("rules.asks_person") if rule.asks else None,
        "profile": message("rules.profile_of", profile=rule.profile) if rule.profile else None,
    }
    return {name: value for name, value in facts.items() if value is not None}


def _format_fact(name: str, value: object, lang: Lang) -> str:
    return message("rules.document_fact", name=message(f"rules.{name}"), value=value).text(lang)


if __name__ == "__main__":
    for _lang, _file in FILES.items():
        _file.write_text(format_rule_catalogue(_lang), encoding="utf-8")

"""The documents of the rule catalogue are up to date and complete."""

import pytest

from boundaries.validation.rule_documents import FILES, format_rule_catalogue
from gazetteer.rules.rule_catalogue import read_catalogue


@pytest.mark.parametrize("lang", FILES)
def test_the_document_is_up_to_date(lang: str) -> None:
    """Run ``make documents`` if this fails."""
    assert FILES[lang].read_text(encoding="utf-8") == format_rule_catalogue(lang)


@pytest.mark.parametrize("lang", FILES)
def test_every_rule_has_its_texts(lang: str) -> None:
    text = format_rule_catalogue(lang)
    for rule in read_catalogue().values():
        assert f"### {rule.id} {rule.title.text(lang)}\n" in text
        for part in (rule.explanation, rule.trap, rule.origin, rule.checked_by):
            assert part is None or part.text(lang) in text


def test_limits_are_the_defaults() -> None:
    assert "`gap_width_m` 1" in format_rule_catalogue("en")

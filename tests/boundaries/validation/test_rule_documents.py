import pytest

from boundaries.rules.rule_registry import read_catalogue
from boundaries.validation.rule_documents import FILES, format_rule_catalogue


@pytest.mark.parametrize("lang", FILES)
def test_the_document_is_what_the_catalogue_says_now(lang: str) -> None:
    """Run ``make documents`` if this fails."""
    assert FILES[lang].read_text(encoding="utf-8") == format_rule_catalogue(lang)


def test_every_rule_is_told_with_its_origin() -> None:
    text = format_rule_catalogue("en")
    for rule in read_catalogue().values():
        assert f"### {rule.id} {rule.title['en']}" in text
        assert rule.origin in text

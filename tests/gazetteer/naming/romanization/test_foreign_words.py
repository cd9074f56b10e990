"""Foreign words in the place of generic terms."""

import pytest

from gazetteer.naming.romanization.foreign_words import find_foreign_generics


@pytest.mark.parametrize(
    ("spelling", "foreign"),
    [
        ("Nanjing Road", ("Road",)),
        ("NANJING EAST ROAD", ("EAST", "ROAD")),
        ("Tianhe District", ("District",)),
        ("Zhujiang St.", ("St",)),
        ("Nanjing Lu", ()),
        ("Lane Xiang", ()),
        ("", ()),
    ],
)
def test_foreign_generic_terms_are_found(spelling: str, foreign: tuple[str, ...]) -> None:
    assert find_foreign_generics(spelling) == foreign

"""Digits that stand for characters."""

import pytest

from gazetteer.search.text.written_numerals import iter_numeral_variants


@pytest.mark.parametrize(
    ("text", "variants"),
    [
        ("3元里", ["三元里"]),
        ("12岭", ["一二岭", "十二岭"]),
        ("20里", ["二零里", "二十里"]),
        ("105团", ["一零五团", "一百零五团"]),
        ("1000户", ["一零零零户", "一千户"]),
        ("0村", ["零村"]),
        ("天河", []),
        ("440106", []),
    ],
)
def test_digits_are_written_one_by_one_and_as_numbers(text: str, variants: list[str]) -> None:
    assert [*iter_numeral_variants(text)] == variants

"""Pinyin as it is spelled by ear."""

import pytest

from gazetteer.search.autocomplete.similar_spellings import fold_spelling


@pytest.mark.parametrize(
    ("heard", "spelled"),
    [
        ("guangzou", "guangzhou"),
        ("donguan", "dongguan"),
        ("fosan", "foshan"),
        ("lanhai", "nanhai"),
        ("feizhou", "huizhou"),
        ("fadu", "huadu"),
        ("guanzhou", "guangzhou"),
        ("sanntou", "shantou"),
        ("lvliang", "luliang"),
    ],
)
def test_what_is_not_told_apart_by_ear_is_alike(heard: str, spelled: str) -> None:
    assert fold_spelling(heard) == fold_spelling(spelled)


@pytest.mark.parametrize(("one", "other"), [("foshan", "fuzhou"), ("meizhou", "maoming")])
def test_other_names_are_not(one: str, other: str) -> None:
    assert fold_spelling(one) != fold_spelling(other)

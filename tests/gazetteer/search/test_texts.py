"""Many texts in one buffer behave as a list of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazetteer.search.texts import MaybeTexts, Texts


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"]))))
def test_texts_are_read_as_they_were_given(texts: list[str]) -> None:
    kept = Texts(texts)
    assert list(kept) == texts == kept[:]
    assert [kept[-i - 1] for i in range(len(texts))] == texts[::-1]
    assert all(kept[kept.index(text)] == text for text in texts)


@given(st.lists(st.none() | st.text(min_size=1, alphabet="广州ab")))
def test_a_missing_text_stays_missing(texts: list[str | None]) -> None:
    assert list(MaybeTexts(texts)) == texts


def test_what_only_reaches_over_two_texts_is_not_among_them() -> None:
    kept = Texts(["广州", "天河"])
    assert "州天" not in kept and "广" not in kept and "天河" in kept
    with pytest.raises(ValueError, match="not among"):
        kept.index("州")
    with pytest.raises(IndexError):
        kept[2]

"""Many texts in one buffer behave as a list of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazetteer.search.index.string_pool import OptionalStringPool, SortedStringPool, StringPool


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"]))))
def test_texts_are_read_as_they_were_given(texts: list[str]) -> None:
    kept = StringPool(texts)
    assert list(kept) == texts == kept[:]
    assert [kept[-i - 1] for i in range(len(texts))] == texts[::-1]
    assert all(kept[kept.index(text)] == text for text in texts)


@given(st.lists(st.none() | st.text(min_size=1, alphabet="广州ab")))
def test_a_missing_text_stays_missing(texts: list[str | None]) -> None:
    assert list(OptionalStringPool(texts)) == texts


def test_what_only_reaches_over_two_texts_is_not_among_them() -> None:
    kept = StringPool(["广州", "天河"])
    assert "州天" not in kept and "广" not in kept and "天河" in kept
    with pytest.raises(ValueError, match="not among"):
        kept.index("州")
    with pytest.raises(IndexError):
        kept[2]


@given(st.sets(st.text(alphabet="广州天河ab\U0001f600", max_size=4)), st.text(alphabet="广州a"))
def test_sorted_texts_are_found_by_their_beginning(texts: set[str], prefix: str) -> None:
    ordered = sorted(texts)
    kept = SortedStringPool(ordered)
    low, high = kept.find_prefix_range(prefix)
    assert kept[low:high] == [text for text in ordered if text.startswith(prefix)]
    assert kept.find_position(prefix) == (ordered.index(prefix) if prefix in texts else None)


def test_many_sorted_texts_are_found_as_few_are() -> None:
    ordered = sorted(f"{number:x}" for number in range(1000))
    kept = SortedStringPool(ordered)
    assert [kept.find_position(text) for text in ordered] == list(range(1000))
    assert kept.find_position("zz") is None and kept.find_prefix_range("zz") == (1000, 1000)

"""Many texts in one buffer behave as a list of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazetteer.search.index.string_pool import OptionalStringPool, SortedStringPool, StringPool


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"]))))
def test_texts_are_read_as_they_were_given(texts: list[str]) -> None:
    pool = StringPool.from_texts(texts)
    assert list(pool) == texts == pool[:]
    assert [pool[-i - 1] for i in range(len(texts))] == texts[::-1]
    assert all(pool[pool.index(text)] == text for text in texts)


@given(st.lists(st.none() | st.text(min_size=1, alphabet="广州ab")))
def test_a_missing_text_stays_missing(texts: list[str | None]) -> None:
    assert list(OptionalStringPool(StringPool.from_texts(text or "" for text in texts))) == texts


def test_what_only_reaches_over_two_texts_is_not_among_them() -> None:
    pool = StringPool.from_texts(["广州", "天河"])
    assert "州天" not in pool and "广" not in pool and "天河" in pool
    with pytest.raises(ValueError, match="not among"):
        pool.index("州")
    with pytest.raises(IndexError):
        pool[2]


@given(st.sets(st.text(alphabet="广州天河ab\U0001f600", max_size=4)), st.text(alphabet="广州a"))
def test_sorted_texts_are_found_by_their_beginning(texts: set[str], prefix: str) -> None:
    ordered = sorted(texts)
    pool = SortedStringPool.from_texts(ordered)
    low, high = pool.find_prefix_range(prefix)
    assert pool[low:high] == [text for text in ordered if text.startswith(prefix)]
    assert pool.find_position(prefix) == (ordered.index(prefix) if prefix in texts else None)


def test_many_sorted_texts_are_found_as_few_are() -> None:
    ordered = sorted(f"{number:x}" for number in range(1000))
    pool = SortedStringPool.from_texts(ordered)
    assert [pool.find_position(text) for text in ordered] == list(range(1000))
    assert pool.find_position("zz") is None and pool.find_prefix_range("zz") == (1000, 1000)

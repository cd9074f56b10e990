"""A name that very many bear means the same whether all meanings are examined or the best."""

from collections import Counter
from datetime import date
from random import Random

import pytest

from gazetteer.search.index import candidate_lookup
from gazetteer.search.index.candidate_lookup import MAX_KEY_CANDIDATES
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.index.name_index import NameIndex


def select_keys(index: NameIndex) -> list[int]:
    """The names that most bear, and some of all others."""
    size = [
        after - at
        for at, after in zip(index.meaning_offsets, index.meaning_offsets[1:], strict=False)
    ]
    most = sorted(range(len(size)), key=size.__getitem__)[-100:]
    return most + Random(1).sample(range(len(size)), 2000)


@pytest.mark.parametrize("day", [date(2026, 11, 1), date(2015, 6, 1), date(1990, 1, 1)])
def test_the_best_of_many_are_found_without_examining_all(
    index: NameIndex, day: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = select_keys(index)
    monkeypatch.setattr(candidate_lookup, "_MAX_EXAMINED", 1_000_000)
    one_by_one = DayIndex(index, day)
    slowly = {
        key: (one_by_one.get_candidates(key), one_by_one.count_candidates(key, 15, None))
        for key in keys
    }
    monkeypatch.setattr(candidate_lookup, "_MAX_EXAMINED", 0)
    at_once = DayIndex(index, day)
    for key, (expected, count) in slowly.items():
        found = at_once.get_candidates(key)
        assert found.is_truncated == expected.is_truncated
        assert Counter(c.weight for c in found.candidates) == Counter(
            c.weight for c in expected.candidates
        )
        if not expected.is_truncated:
            assert set(found.candidates) == set(expected.candidates)
        assert at_once.count_candidates(key, 15, None) == count
    assert any(expected.is_truncated for expected, _ in slowly.values()) or day.year == 1990
    assert max(len(expected.candidates) for expected, _ in slowly.values()) <= MAX_KEY_CANDIDATES


def test_the_many_under_one_unit_are_those_that_lie_in_it(
    index: NameIndex, day_index: DayIndex
) -> None:
    key = index.find_key("新村")
    assert key is not None
    guangdong = next(
        n for n in range(len(index.ids)) if index.codes[index.state_offsets[n]] == "440000"
    )
    candidates = day_index.find_candidates_under(key, guangdong)
    assert candidates
    assert all(guangdong in day_index.get_node_path(c.node) for c in candidates)

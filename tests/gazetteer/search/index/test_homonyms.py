"""A name that very many bear means the same whether all of them are looked at or the worthiest."""

from collections import Counter
from datetime import date
from random import Random

import pytest

from gazetteer.search.index import day_index as views
from gazetteer.search.index.day_index import MAX_KEY_CANDIDATES, DayIndex
from gazetteer.search.index.name_index import NameIndex


def keys_of(index: NameIndex) -> list[int]:
    """The names that most bear, and some of all others."""
    size = [
        after - at
        for at, after in zip(index.meaning_offsets, index.meaning_offsets[1:], strict=False)
    ]
    most = sorted(range(len(size)), key=size.__getitem__)[-100:]
    return most + Random(1).sample(range(len(size)), 2000)


@pytest.mark.parametrize("day", [date(2026, 11, 1), date(2015, 6, 1), date(1990, 1, 1)])
def test_the_worthiest_of_many_are_found_without_looking_at_all(
    index: NameIndex, day: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = keys_of(index)
    monkeypatch.setattr(views, "_MAX_EXAMINED", 1_000_000)
    one_by_one = DayIndex(index, day)
    slowly = {
        key: (one_by_one.get_candidates(key), one_by_one.count_candidates(key, 15, None))
        for key in keys
    }
    monkeypatch.setattr(views, "_MAX_EXAMINED", 0)
    at_once = DayIndex(index, day)
    for key, (meant, count) in slowly.items():
        found = at_once.get_candidates(key)
        assert found.is_truncated == meant.is_truncated
        assert Counter(c.weight for c in found.candidates) == Counter(
            c.weight for c in meant.candidates
        )
        if not meant.is_truncated:
            assert set(found.candidates) == set(meant.candidates)
        assert at_once.count_candidates(key, 15, None) == count
    assert any(meant.is_truncated for meant, _ in slowly.values()) or day.year == 1990
    assert max(len(meant.candidates) for meant, _ in slowly.values()) <= MAX_KEY_CANDIDATES


def test_the_many_under_one_unit_are_those_that_lie_in_it(index: NameIndex, view: DayIndex) -> None:
    key = index.find_key("新村")
    assert key is not None
    guangdong = next(
        n for n in range(len(index.ids)) if index.codes[index.state_offsets[n]] == "440000"
    )
    claims = view.find_candidates_under(key, guangdong)
    assert claims and all(guangdong in view.get_node_path(claim.node) for claim in claims)

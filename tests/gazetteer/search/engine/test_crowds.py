"""A name that very many bear means the same whether all of them are looked at or the worthiest."""

from collections import Counter
from datetime import date
from random import Random

import pytest

from gazetteer.search import view as views
from gazetteer.search.index import Index
from gazetteer.search.view import MANY, View


def keys_of(index: Index) -> list[int]:
    """The names that most bear, and some of all others."""
    size = [after - at for at, after in zip(index.meaning_at, index.meaning_at[1:], strict=False)]
    most = sorted(range(len(size)), key=size.__getitem__)[-100:]
    return most + Random(1).sample(range(len(size)), 2000)


@pytest.mark.parametrize("day", [date(2026, 11, 1), date(2015, 6, 1), date(1990, 1, 1)])
def test_the_worthiest_of_many_are_found_without_looking_at_all(
    index: Index, day: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = keys_of(index)
    monkeypatch.setattr(views, "_FEW", 1_000_000)
    one_by_one = View(index, day)
    slowly = {key: (one_by_one.meant(key), one_by_one.count(key, 15, None)) for key in keys}
    monkeypatch.setattr(views, "_FEW", 0)
    at_once = View(index, day)
    for key, (meant, count) in slowly.items():
        found = at_once.meant(key)
        assert found.many == meant.many
        assert Counter(c.worth for c in found.claims) == Counter(c.worth for c in meant.claims)
        if not meant.many:
            assert set(found.claims) == set(meant.claims)
        assert at_once.count(key, 15, None) == count
    assert any(meant.many for meant, _ in slowly.values()) or day.year == 1990
    assert max(len(meant.claims) for meant, _ in slowly.values()) <= MANY


def test_the_many_under_one_unit_are_those_that_lie_in_it(index: Index, view: View) -> None:
    key = index.key("新村")
    assert key is not None
    guangdong = next(n for n in range(len(index.ids)) if index.codes[index.state_at[n]] == "440000")
    claims = view.claims_under(key, guangdong)
    assert claims and all(guangdong in view.nodes(claim.node) for claim in claims)

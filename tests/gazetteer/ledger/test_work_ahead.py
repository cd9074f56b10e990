"""Items that are computed in a thread while the one before is in use."""

from collections.abc import Iterator
from threading import Event

import pytest

from gazetteer.ledger.work_ahead import iter_ahead


def test_items_come_in_their_order() -> None:
    assert list(iter_ahead(range(100))) == list(range(100))
    assert list(iter_ahead([])) == []
    assert list(iter_ahead([None, 0])) == [None, 0]


def test_the_next_item_is_computed_while_one_is_in_use_and_no_more() -> None:
    computed: list[int] = []
    second = Event()

    def compute() -> Iterator[int]:
        for number in range(5):
            computed.append(number)
            if number == 1:
                second.set()
            yield number

    items = iter_ahead(compute())
    assert next(items) == 0
    assert second.wait(10)
    assert computed == [0, 1]
    assert list(items) == [1, 2, 3, 4]


def test_an_error_comes_in_its_place() -> None:
    def compute() -> Iterator[int]:
        yield 1
        raise LookupError("no more")

    items = iter_ahead(compute())
    assert next(items) == 1
    with pytest.raises(LookupError, match="no more"):
        next(items)

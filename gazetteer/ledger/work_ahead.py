"""Work on the next item while the present one is in use: Python computes, PostgreSQL writes."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def iter_ahead(items: Iterable[T]) -> Iterator[T]:
    """The items in their order, each computed in a thread while the one before it is in use.

    Never more than one ahead. What the computation raises is raised here, in its place; whoever
    stops early waits for the item that is being computed.
    """
    rest = iter(items)

    def take_next() -> tuple[T, ...]:
        for item in rest:
            return (item,)
        return ()

    with ThreadPoolExecutor(1, "ahead") as thread:
        waiting = thread.submit(take_next)
        while taken := waiting.result():
            waiting = thread.submit(take_next)
            yield from taken

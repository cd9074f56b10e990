"""Heavy requests take turns: they never keep all threads of a process from the light ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore

from gazetteer.problems import Unavailable
from gazetteer.settings import Settings


@contextmanager
def slot(kind: str, settings: Settings) -> Iterator[None]:
    """A place among the requests of a kind that are answered now: half of the threads, at most.

    Raises:
        Unavailable: all are taken.
    """
    places = places_of(kind, max(1, settings.threads // 2))
    if not places.acquire(blocking=False):
        raise Unavailable(
            "同类请求正在处理中，请稍后再试。",
            "others are being served with the same; try again soon",
        )
    try:
        yield
    finally:
        places.release()


@cache
def places_of(kind: str, number: int) -> BoundedSemaphore:
    """The places of a kind in this process."""
    del kind  # each has its own
    return BoundedSemaphore(number)

"""Heavy requests take turns: they never keep all threads of a process from the light ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore

from gazetteer.problems import Unavailable
from gazetteer.settings import Settings


@contextmanager
def limited_slot(settings: Settings) -> Iterator[None]:
    """A place among the heavy requests that are answered now: half of the threads, at most.

    Raises:
        Unavailable: all are taken.
    """
    semaphore = slot_semaphore(max(1, settings.threads // 2))
    if not semaphore.acquire(blocking=False):
        raise Unavailable(
            "其他图层正在处理中，请稍后再试。",
            "other layers are being judged or written; try again soon",
        )
    try:
        yield
    finally:
        semaphore.release()


@cache
def slot_semaphore(number: int) -> BoundedSemaphore:
    """The places in this process."""
    return BoundedSemaphore(number)

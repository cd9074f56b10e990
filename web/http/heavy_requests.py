"""Heavy requests take turns, so that they never occupy all threads of a process."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore

from gazetteer.messages import message
from gazetteer.problems import Unavailable
from gazetteer.settings import Settings


@contextmanager
def limited_slot(settings: Settings) -> Iterator[None]:
    """One of the slots for heavy requests, which are half of the threads of a process.

    Raises:
        Unavailable: all slots are taken.
    """
    semaphore = slot_semaphore(max(1, settings.threads // 2))
    if not semaphore.acquire(blocking=False):
        raise Unavailable(message("request.slots_taken"))
    try:
        yield
    finally:
        semaphore.release()


@cache
def slot_semaphore(number: int) -> BoundedSemaphore:
    """The slots of this process."""
    return BoundedSemaphore(number)

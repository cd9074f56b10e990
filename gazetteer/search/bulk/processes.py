"""All cores of one machine on one file: processes that share what was built before they began."""

import gc
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from threading import Thread
from typing import Any

from gazetteer.search.bulk.rows import A, Answering, Ask, Question, at_once

_AHEAD = 3
"""Chunks for each process that are read ahead of the one whose answer comes next."""

_LOOK_SECONDS = 1.0

_shared: list[Answering[Any]] = []
"""What the processes of a pool answer with; they get it by being forked, index and all."""


@contextmanager
def over_processes(answering: Answering[A], count: int) -> Iterator[Ask[A]]:
    """Ask in ``count`` processes of this machine; one means in this process itself.

    The processes share the memory of the index as it was when they were forked, which happens
    before this returns its value to be used and so before any progress bar has a thread.
    """
    gc.collect()
    gc.freeze()  # a collection would walk the whole index, and copy its pages in forked processes
    _shared.append(answering)
    try:
        if count <= 1:
            yield at_once(answering)
            return
        fork = get_context("fork")
        with ProcessPoolExecutor(count, fork, _begin, (os.getpid(),)) as pool:
            pool.submit(_ready).result()
            yield in_order(lambda chunk: pool.submit(_answers, chunk), count * _AHEAD)
    finally:
        _shared.pop()
        gc.unfreeze()


def in_order(submit: Callable[[Sequence[Question]], "Future[list[A]]"], ahead: int) -> Ask[A]:
    """Ask by ``submit``, with at most so many chunks on their way, and answer in order."""

    def ask(chunks: Iterable[Sequence[Question]]) -> Iterator[list[A]]:
        waiting: deque[Future[list[A]]] = deque()
        try:
            for chunk in chunks:
                waiting.append(submit(chunk))
                if len(waiting) > ahead:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

    return ask


def _begin(parent: int) -> None:
    """Leave signals to the parent, and end with it however it ends: nobody else would tell."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    os._exit(1)


def _ready() -> None:
    """The first task makes the pool fork its processes."""


def _answers(questions: Sequence[Question]) -> list[Any]:
    return _shared[-1](questions)

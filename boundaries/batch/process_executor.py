"""One file on all cores of a machine: processes that share the memory built before the fork."""

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

from boundaries.batch.row_processing import (
    A,
    Executor,
    RowInput,
    RowProcessor,
    build_sequential_executor,
)

_CHUNKS_AHEAD = 3
"""Chunks for each process that are read ahead of the one whose result comes next."""

_PARENT_CHECK_SECONDS = 1.0

_shared_processors: list[RowProcessor[Any]] = []
"""The row processors of open executors; worker processes inherit them by being forked."""


@contextmanager
def open_process_executor(processor: RowProcessor[A], count: int) -> Iterator[Executor[A]]:
    """Execute in ``count`` processes of this machine; one means in this process itself.

    The processes share the memory of the index as it was when they were forked. That happens
    before the executor is available, and so before any progress bar has a thread.
    """
    gc.collect()
    gc.freeze()  # a collection would walk the whole index, and copy its pages in forked processes
    _shared_processors.append(processor)
    try:
        if count <= 1:
            yield build_sequential_executor(processor)
            return
        fork_context = get_context("fork")
        with ProcessPoolExecutor(count, fork_context, _initialize_worker, (os.getpid(),)) as pool:
            pool.submit(_warm_up).result()
            yield build_ordered_executor(
                lambda chunk: pool.submit(_process_shared_chunk, chunk), count * _CHUNKS_AHEAD
            )
    finally:
        _shared_processors.pop()
        gc.unfreeze()


def build_ordered_executor(
    submit: Callable[[Sequence[RowInput]], "Future[list[A]]"], max_pending: int
) -> Executor[A]:
    """Execute by ``submit``, with at most so many chunks pending, and yield results in order."""

    def execute_chunks(chunks: Iterable[Sequence[RowInput]]) -> Iterator[list[A]]:
        pending: deque[Future[list[A]]] = deque()
        try:
            for chunk in chunks:
                pending.append(submit(chunk))
                if len(pending) > max_pending:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()

    return execute_chunks


def _initialize_worker(parent_pid: int) -> None:
    """Leave signals to the parent, and exit with it, however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    Thread(target=_exit_with_parent, args=(parent_pid,), daemon=True).start()


def _exit_with_parent(parent_pid: int) -> None:
    while os.getppid() == parent_pid:
        time.sleep(_PARENT_CHECK_SECONDS)
    os._exit(1)


def _warm_up() -> None:
    """The first task makes the pool fork its processes."""


def _process_shared_chunk(inputs: Sequence[RowInput]) -> list[Any]:
    return _shared_processors[-1](inputs)

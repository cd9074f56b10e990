"""One file over many machines: the same chunks through a Dask cluster, in the same order.

Every worker of the cluster has the program installed and ``GAZETTEER_DATABASE_URL`` of the same
register in its environment (a replica will do). It builds the index once, for its first chunk.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from threading import Lock
from typing import Any, Protocol

from boundaries.batch.process_executor import build_ordered_executor
from boundaries.batch.row_processing import Executor, RowInput, RowProcessor
from gazetteer.messages import message
from gazetteer.problems import InvalidValue, Unavailable

_CHUNKS_AHEAD = 3
_PATIENCE = "20s"
_build_lock = Lock()


class WorkerSpec(Protocol):
    """What a worker process builds its row processor from: small, immutable, equal by value."""

    def __hash__(self) -> int: ...

    def build_processor(self) -> RowProcessor[Any]:
        """Build the row processor; called once in each process.

        Raises:
            StateMoved: the register is at another state than the one of the task.
        """


class StateMoved(Unavailable):
    """The register was published to while a result of one state was being produced."""

    code = "state_moved"


@contextmanager
def open_dask_executor(address: str, spec: WorkerSpec) -> Iterator[Executor[Any]]:
    """Execute in the workers of the cluster whose scheduler listens at ``address``.

    Raises:
        InvalidValue: Dask is not installed here.
        Unavailable: no scheduler responds at the address, or the cluster has no worker.
    """
    try:
        import distributed  # noqa: PLC0415  an optional dependency
    except ImportError:
        raise InvalidValue(message("batch.dask_not_installed"), field="dask") from None
    try:
        client: Any = distributed.Client(address, timeout=_PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise Unavailable(message("batch.dask_unreachable", address=address)) from error
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise Unavailable(message("batch.dask_no_worker"))
        yield build_ordered_executor(
            lambda chunk: client.submit(process_chunk, spec, chunk, pure=False),
            threads * _CHUNKS_AHEAD,
        )


def process_chunk(spec: WorkerSpec, inputs: Sequence[RowInput]) -> list[Any]:
    """Process a chunk in a worker of the cluster."""
    with _build_lock:  # the threads of a worker do not build one index each
        processor = _build_cached_processor(spec)
    return processor(inputs)


@lru_cache(maxsize=2)
def _build_cached_processor(spec: WorkerSpec) -> RowProcessor[Any]:
    return spec.build_processor()

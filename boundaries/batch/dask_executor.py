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
from gazetteer.problems import InvalidValue, Unavailable

_CHUNKS_AHEAD = 3
_PATIENCE = "20s"
_build_lock = Lock()


class WorkerSpec(Protocol):
    """How a process of its own comes to answer: small, immutable, comparable by value."""

    def __hash__(self) -> int: ...

    def build_processor(self) -> RowProcessor[Any]:
        """Build what answers; called once in each process.

        Raises:
            StateMoved: the register is at another state than the one that was asked about.
        """


class StateMoved(Unavailable):
    """The register was published to while the answers of one state were being made."""

    code = "state_moved"


@contextmanager
def open_dask_executor(address: str, spec: WorkerSpec) -> Iterator[Executor[Any]]:
    """Ask the workers of the cluster whose scheduler listens at ``address``.

    Raises:
        InvalidValue: Dask is not installed here.
        Unavailable: nobody answers at the address, or the cluster has no worker.
    """
    try:
        import distributed
    except ImportError:
        raise InvalidValue(
            "未安装 Dask；请安装：pip install 'gazetteer[dask]'。",
            "Dask is not installed: pip install 'gazetteer[dask]'",
            field="dask",
        ) from None
    try:
        client: Any = distributed.Client(address, timeout=_PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise Unavailable(
            f"Dask 调度器 {address} 无法连接：{error}。",
            f"no Dask scheduler answers at {address}: {error}",
        ) from None
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise Unavailable("Dask 集群没有工作进程。", "the Dask cluster has no worker")
        yield build_ordered_executor(
            lambda chunk: client.submit(process_chunk, spec, chunk, pure=False),
            threads * _CHUNKS_AHEAD,
        )


def process_chunk(spec: WorkerSpec, inputs: Sequence[RowInput]) -> list[Any]:
    """Answer a chunk in a worker of the cluster."""
    with _build_lock:  # the threads of a worker do not build one index each
        processor = _build_cached_processor(spec)
    return processor(inputs)


@lru_cache(maxsize=2)
def _build_cached_processor(spec: WorkerSpec) -> RowProcessor[Any]:
    return spec.build_processor()

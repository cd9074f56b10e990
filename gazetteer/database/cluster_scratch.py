"""Temporary clusters for tests and benchmarks."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import gettempdir, mkdtemp

from gazetteer.database.cluster import Cluster

_PREFIX = "gazetteer-scratch-"
_ABANDONED_SECONDS = 3600


@contextmanager
def scratch_cluster() -> Iterator[Cluster]:
    """A running cluster in a temporary directory, which is deleted at the end.

    Clusters that killed programs left behind more than an hour ago are deleted as well.
    """
    for leftover in Path(gettempdir()).glob(f"{_PREFIX}*"):
        old = time.time() - leftover.stat().st_mtime > _ABANDONED_SECONDS
        if old and Cluster(leftover).stop():  # stops it only if no running program uses it
            _remove_cluster(leftover)
    home = Path(mkdtemp(prefix=_PREFIX))
    home.chmod(0o755)  # the server's user must be able to enter
    cluster = Cluster(home, durable=False)
    try:
        cluster.start()
        yield cluster
    finally:
        _remove_cluster(home)


def _remove_cluster(home: Path) -> None:
    Cluster(home).remove()
    shutil.rmtree(home)

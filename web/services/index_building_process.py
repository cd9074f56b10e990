"""Building the index of a large register in a process of its own.

The rows of all China take more than a gigabyte, and building the index of them most of a minute:
neither is for a process that answers requests.
"""

from multiprocessing import get_context
from pathlib import Path

import psycopg

from boundaries.areas.label_points import load_unit_points
from gazetteer.search.index.index_files import IndexFiles


def build_index_apart(conninfo: str, directory: Path) -> None:
    """Build the index of the newest state, and wait until it is done.

    Raises:
        ChildProcessError: the process failed.
    """
    context = get_context("spawn")  # a fork would copy the locks of other threads as they are
    process = context.Process(target=_build_file, args=(conninfo, directory), daemon=True)
    process.start()
    process.join()
    if process.exitcode:
        raise ChildProcessError(f"building the index ended with exit code {process.exitcode}")


def _build_file(conninfo: str, directory: Path) -> None:
    with psycopg.connect(conninfo, autocommit=True) as conn:
        IndexFiles(directory, load_unit_points).build_file(conn)

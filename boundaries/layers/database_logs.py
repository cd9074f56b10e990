"""The logs that SQLite keeps beside a database: what a GeoPackage holds while it is being edited.

Changes that QGIS has saved stay in the ``-wal`` file until the layer is closed. To read them,
SQLite has to write beside the database; so it gets a copy, and the user's folder stays as it is.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from boundaries.layers.polygon_layer import Remark
from boundaries.layers.problems import unreadable_error
from gazetteer.messages import message

LOG_SUFFIX = "-wal"
_LOG_SUFFIXES = (LOG_SUFFIX, "-journal")
_VERSION_BYTES = slice(18, 20)  # of the header: 2 where the database is in WAL mode
_ATTEMPTS = 3


@contextmanager
def open_with_log(path: Path, source: str) -> Iterator[str]:
    """The URI under which SQLite reads the present content of a database.

    Raises:
        UnreadableFile: It changes faster than it can be copied.
    """
    logs = find_logs(path)
    if not logs:
        yield f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        return
    with TemporaryDirectory(prefix="package-") as directory:
        copy = Path(directory) / "copy"
        for _ in range(_ATTEMPTS):
            before = _take_state(path)
            shutil.copyfile(path, copy)
            for suffix, log in find_logs(path).items():
                shutil.copyfile(log, f"{copy}{suffix}")
            if _take_state(path) == before:
                break
        else:
            raise unreadable_error(source, message("layer.log_changing"))
        yield f"{copy.as_uri()}?mode=rw"


def report_log(path: Path) -> list[Remark]:
    """A remark where changes of a database stand in its log, or did, and the log is missing."""
    logs = find_logs(path)
    if logs:
        log = next(iter(logs.values()))
        return [Remark("TOP-FIL-01", "info", message("layer.log_read", log=log.name))]
    with path.open("rb") as file:
        header = file.read(_VERSION_BYTES.stop)
    if 2 not in header[_VERSION_BYTES]:
        return []
    return [Remark("TOP-FIL-01", "warning", message("layer.log_missing"))]


def find_logs(path: Path) -> dict[str, Path]:
    """The logs of a database that are not empty, by their suffixes."""
    target = path.resolve()
    beside = {suffix: target.with_name(f"{target.name}{suffix}") for suffix in _LOG_SUFFIXES}
    return {suffix: log for suffix, log in beside.items() if log.exists() and log.stat().st_size}


def _take_state(path: Path) -> list[tuple[int, int]]:
    """Size and time of a database and its logs: whether these changed meanwhile."""
    states = [file.stat() for file in (path, *find_logs(path).values())]
    return [(state.st_size, state.st_mtime_ns) for state in states]

"""The private PostGIS cluster, used if no other database is configured.

It listens on a Unix socket only, in a directory that nobody else can enter, so it needs no
password and no port. It survives ``kill -9`` of any process: a data directory is renamed only when
complete, and whether a server runs is determined from the running processes, not from a file.

Any number of programs can use one cluster at the same time. Each has a shared lock until it ends
(the system releases the lock of a killed one); the last one stops the server, unless it was started
to keep running.
"""

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from psycopg.conninfo import make_conninfo

from gazetteer.database.cluster_layout import PORT, ClusterLayout, prepare_layout
from gazetteer.database.cluster_server import (
    ROLE,
    disk_full_error,
    find_postmaster,
    start_server,
    stop_server,
)

DATABASE = "gazetteer"


@dataclass(frozen=True)
class ClusterStatus:
    """The status of a cluster; ``pid`` is that of the postmaster."""

    running: bool
    pid: int | None
    data: Path
    sockets: Path
    stays_up: bool


class Cluster:
    """The cluster of one home directory.

    ``with Cluster(home) as conninfo:`` starts or joins the server and leaves it at the end.

    Args:
        home: ``GAZETTEER_HOME``; the cluster is in its subdirectory ``cluster``.
        durable: False for tests: faster, and a power cut may lose commits.
    """

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = home
        self._durable = durable
        self._use_lock: int | None = None

    def start(self, *, stay_up: bool = False) -> str:
        """Create the cluster at first use, start its server if it does not run, and join it.

        Args:
            stay_up: the server keeps running after the last program, until ``stop(force=True)``.

        Returns:
            The connection string of the (possibly not yet existing) database ``gazetteer``.

        Raises:
            DatabaseFault: one of its subclasses, by what prevents the start.
        """
        with self._locked_layout() as layout:
            if start_server(layout, durable=self._durable):
                # The marker may be that of an earlier run, which a reboot ended.
                layout.stays_up_marker.unlink(missing_ok=True)
            if stay_up:
                layout.stays_up_marker.touch()
            if self._use_lock is None:
                self._use_lock = _open_lock(layout.usage_lock)
                fcntl.flock(self._use_lock, fcntl.LOCK_SH)
            return _build_conninfo(layout, DATABASE)

    def stop(self, *, force: bool = False) -> bool:
        """Leave the server, and stop it if no other program uses it and it need not keep running.

        Args:
            force: stop it in any case; programs that use it lose their connections.

        Returns:
            Whether the server is stopped now.
        """
        with self._locked_layout() as layout:
            use_lock = _open_lock(layout.usage_lock) if self._use_lock is None else self._use_lock
            self._use_lock = None
            try:
                should_stop = force or (
                    not layout.stays_up_marker.exists() and _try_exclusive_lock(use_lock)
                )
            finally:
                # Unlocked, not only closed: children of this process share the lock.
                fcntl.flock(use_lock, fcntl.LOCK_UN)
                os.close(use_lock)
            if force:
                layout.stays_up_marker.unlink(missing_ok=True)
            if should_stop:
                stop_server(layout)
            return find_postmaster(layout) is None

    def status(self) -> ClusterStatus:
        """Whether the server runs, and the directories of its files."""
        layout = prepare_layout(self.home)
        pid = find_postmaster(layout)
        return ClusterStatus(
            pid is not None,
            pid,
            layout.data_directory,
            layout.socket_directory,
            layout.stays_up_marker.exists(),
        )

    def get_conninfo(self, dbname: str = DATABASE) -> str:
        """The libpq connection string of a database of this cluster."""
        return _build_conninfo(prepare_layout(self.home), dbname)

    def remove(self) -> None:
        """Stop the server and delete the cluster with all its data."""
        self.stop(force=True)
        layout = prepare_layout(self.home)
        for directory in (
            layout.socket_directory,
            layout.server_directory,
            layout.program_directory,
        ):
            shutil.rmtree(directory, ignore_errors=directory == layout.socket_directory)

    def __enter__(self) -> str:
        """Start; the value is the connection string."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Leave the server."""
        self.stop()

    @contextmanager
    def _locked_layout(self) -> Iterator[ClusterLayout]:
        """The layout, while no other program starts or stops this cluster."""
        try:
            layout = prepare_layout(self.home)
            lock = _open_lock(layout.transition_lock)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield layout
            finally:
                os.close(lock)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise disk_full_error(self.home) from error
            raise


def _open_lock(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def _try_exclusive_lock(lock: int) -> bool:
    """Convert a shared lock into an exclusive one; False if others have it too."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _build_conninfo(layout: ClusterLayout, dbname: str) -> str:
    return make_conninfo(host=str(layout.socket_directory), port=PORT, user=ROLE, dbname=dbname)

"""The private PostGIS cluster that stands behind the program when no database is given to it.

It listens on a unix socket only, in a directory that nobody else can enter, so it needs no
password and no port. It survives the ``kill -9`` of anything: data become visible under their name
only when complete, and whether a server runs is asked of the running processes, not of a file.

Any number of programs may use one cluster at once. Each holds a shared lock for as long as it lives
(the system drops the lock of a killed one); the last to leave stops the server, unless it was
started to stay.
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
    """What can be said of a cluster from outside; ``pid`` is the postmaster's."""

    running: bool
    pid: int | None
    data: Path
    sockets: Path
    stays_up: bool


class Cluster:
    """The cluster of one home directory.

    ``with Cluster(home) as conninfo:`` starts or joins the server and leaves it at the end.

    Args:
        home: ``GAZETTEER_HOME``; the cluster makes its directory ``cluster`` inside.
        durable: False for tests: faster, and a power cut may lose commits.
    """

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = home
        self._durable = durable
        self._use_lock: int | None = None

    def start(self, *, stay_up: bool = False) -> str:
        """Make the cluster at first use, start its server if it does not run, and use it.

        Args:
            stay_up: the server goes on when the last program has left, until ``stop(force=True)``.

        Returns:
            The connection string of the (possibly not yet existing) database ``gazetteer``.

        Raises:
            DatabaseFault: one of its kinds says what is in the way and what to do about it.
        """
        with self._locked_layout() as layout:
            if start_server(layout, durable=self._durable):
                layout.stays_up_marker.unlink(
                    missing_ok=True
                )  # of an earlier run that a reboot ended
            if stay_up:
                layout.stays_up_marker.touch()
            if self._use_lock is None:
                self._use_lock = _open_lock(layout.usage_lock)
                fcntl.flock(self._use_lock, fcntl.LOCK_SH)
            return _build_conninfo(layout, DATABASE)

    def stop(self, *, force: bool = False) -> bool:
        """Leave the server, and stop it when nobody else uses it and it was not to stay.

        Args:
            force: stop it in any case; programs that use it lose their connections.

        Returns:
            Whether the server is down now.
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
        """Whether the server runs, and where its files are."""
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
    """Turn one's shared lock into the only one; False when others hold it too."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _build_conninfo(layout: ClusterLayout, dbname: str) -> str:
    return make_conninfo(host=str(layout.socket_directory), port=PORT, user=ROLE, dbname=dbname)

"""The directories and files of a private cluster.

Everything is under ``<home>/cluster`` with two exceptions, both imposed by the system:

* the server's user cannot enter it (a clone under ``/root``): the data are then stored in
  ``/var/lib/gazetteer/<hash of home>``, and ``<home>/cluster/LOCATION`` says so;
* the path of the socket would exceed the limit of the system (107 bytes): the socket is then
  in a private directory with a short name among the temporary files.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from gazetteer.database.cluster_account import SystemAccount, choose_server_account
from gazetteer.database.errors import ClusterDirectoryInUse, ClusterFailed
from gazetteer.messages import message

PORT = 5432  # only part of the file name of the socket: the server does not use the network
_LONGEST_SOCKET_PATH = 107
_FALLBACK_DIRECTORY = Path("/var/lib/gazetteer")


@dataclass(frozen=True)
class ClusterLayout:
    """The paths of one cluster.

    ``program_directory`` belongs to the program, ``server_directory`` to the server's ``account``.
    """

    account: SystemAccount
    program_directory: Path
    server_directory: Path
    socket_directory: Path

    @property
    def data_directory(self) -> Path:
        """The data directory; it exists only when it is complete."""
        return self.server_directory / "data"

    @property
    def unfinished_data(self) -> Path:
        """Where the data directory is created before it is renamed."""
        return self.server_directory / "data.unfinished"

    @property
    def log_file(self) -> Path:
        """The log of the server."""
        return self.server_directory / "server.log"

    @property
    def socket_file(self) -> Path:
        """The socket on which a running server listens."""
        return self.socket_directory / f".s.PGSQL.{PORT}"

    @property
    def socket_lock(self) -> Path:
        """The lock file that the server creates beside its socket."""
        return self.socket_file.with_name(self.socket_file.name + ".lock")

    @property
    def transition_lock(self) -> Path:
        """Locked by a program while it starts or stops the server."""
        return self.program_directory / "starting-or-stopping.lock"

    @property
    def usage_lock(self) -> Path:
        """Shared lock of every program that uses the server, for as long as it does."""
        return self.program_directory / "in-use.lock"

    @property
    def stays_up_marker(self) -> Path:
        """Exists if the server was started to keep running after the program ends."""
        return self.program_directory / "stays-up"


def prepare_layout(home: Path) -> ClusterLayout:
    """Determine the paths and the user of the cluster of a home, and create its directories.

    Raises:
        ClusterDirectoryInUse: a directory belongs to somebody else.
        ClusterFailed: the data were stored elsewhere, and are missing there.
    """
    program_directory = home.resolve() / "cluster"
    inside = program_directory / "server"
    try:
        program_directory.mkdir(parents=True, exist_ok=True)
        account = choose_server_account(inside)
        server_directory = _choose_server_directory(program_directory, inside, account)
        socket_directory = _choose_socket_directory(server_directory)
        account.make_private_directory(socket_directory)
    except (PermissionError, FileExistsError, NotADirectoryError) as error:
        raise _foreign_directory_error(Path(error.filename or program_directory)) from error
    return ClusterLayout(account, program_directory, server_directory, socket_directory)


def _choose_server_directory(program_directory: Path, inside: Path, account: SystemAccount) -> Path:
    note = program_directory / "LOCATION"
    if note.exists():
        server_directory = Path(note.read_text().splitlines()[0])
        if not server_directory.is_dir():
            missing = message(
                "database.data_missing", home=program_directory, data=server_directory, note=note
            )
            raise ClusterFailed(missing)
        return server_directory
    account.make_private_directory(inside)
    if account.can_enter(inside):
        return inside
    if not account.needs_switch or any(inside.iterdir()):
        raise _foreign_directory_error(inside)
    inside.rmdir()
    server_directory = _FALLBACK_DIRECTORY / _hash_path(program_directory)
    _FALLBACK_DIRECTORY.mkdir(mode=0o755, parents=True, exist_ok=True)
    account.make_private_directory(server_directory)
    note.write_text(
        f"{server_directory}\n\n"
        f"The database of this directory is stored there, because user {account.name},\n"
        "who runs the server, cannot enter this directory. Back up and remove the two together.\n"
    )
    return server_directory


def _choose_socket_directory(server_directory: Path) -> Path:
    inside = server_directory / "socket"
    if _fits_socket_path(inside):
        return inside
    # Not TMPDIR, which differs between programs: all must find the same, private directory.
    return Path("/tmp", f"gazetteer-{_hash_path(server_directory)}")  # noqa: S108  see above


def _fits_socket_path(socket_directory: Path) -> bool:
    return len(bytes(socket_directory / f".s.PGSQL.{PORT}")) <= _LONGEST_SOCKET_PATH


def _hash_path(path: Path) -> str:
    return hashlib.sha256(bytes(path)).hexdigest()[:16]


def _foreign_directory_error(path: Path) -> ClusterDirectoryInUse:
    return ClusterDirectoryInUse(message("database.directory_of_other_user", path=path))

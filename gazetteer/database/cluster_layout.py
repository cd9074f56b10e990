"""Where a private cluster keeps its files.

Everything stands under ``<home>/cluster`` with two exceptions, both forced by the system:

* the server's user cannot enter it (a clone under ``/root``): the data then stands in
  ``/var/lib/gazetteer/<hash of home>``, and ``<home>/cluster/LOCATION`` says so;
* the path of the socket would be longer than the system takes (107 bytes): the socket then stands
  in a private directory with a short name among the temporary files.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from gazetteer.database.cluster_account import SystemAccount, choose_server_account
from gazetteer.database.errors import ClusterDirectoryInUse, ClusterFailed

PORT = 5432  # only a part of the socket's file name: nothing listens on the network
_LONGEST_SOCKET_PATH = 107
_FALLBACK_DIRECTORY = Path("/var/lib/gazetteer")


@dataclass(frozen=True)
class ClusterLayout:
    """The paths of one cluster; ``desk`` is the program's side, ``base`` that of ``account``."""

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
        """Where the data directory is made before it gets its name."""
        return self.server_directory / "data.unfinished"

    @property
    def log_file(self) -> Path:
        """What the server says about itself."""
        return self.server_directory / "server.log"

    @property
    def socket_file(self) -> Path:
        """The socket on which a running server listens."""
        return self.socket_directory / f".s.PGSQL.{PORT}"

    @property
    def socket_lock(self) -> Path:
        """What the server lays beside its socket to keep it for itself."""
        return self.socket_file.with_name(self.socket_file.name + ".lock")

    @property
    def transition_lock(self) -> Path:
        """Locked by whoever starts or stops the server, for that moment."""
        return self.program_directory / "starting-or-stopping.lock"

    @property
    def usage_lock(self) -> Path:
        """Locked, shared, by every program that uses the server, for as long as it does."""
        return self.program_directory / "in-use.lock"

    @property
    def stays_up_marker(self) -> Path:
        """Present when the server was started to stay after its starter ends."""
        return self.program_directory / "stays-up"


def prepare_layout(home: Path) -> ClusterLayout:
    """Settle where the cluster of a home stands and who runs it, and make its directories.

    Raises:
        ClusterDirectoryInUse: a directory belongs to somebody else.
        ClusterFailed: the data stood elsewhere, and is gone from there.
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
            raise ClusterFailed(
                f"The database of {program_directory} stood in {server_directory}, which is gone.",
                f"Put it back there, or remove {note} to begin with an empty one.",
            )
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
        f"{server_directory}\n\nThe database of this directory stands there, because user {account.name}, who\n"
        "runs the server, cannot enter this directory. Back up and remove the two together.\n"
    )
    return server_directory


def _choose_socket_directory(server_directory: Path) -> Path:
    inside = server_directory / "socket"
    if _fits_socket_path(inside):
        return inside
    # Not TMPDIR, which differs from one program to the next: all must come to the same place.
    return Path("/tmp", f"gazetteer-{_hash_path(server_directory)}")


def _fits_socket_path(socket_directory: Path) -> bool:
    return len(bytes(socket_directory / f".s.PGSQL.{PORT}")) <= _LONGEST_SOCKET_PATH


def _hash_path(path: Path) -> str:
    return hashlib.sha256(bytes(path)).hexdigest()[:16]


def _foreign_directory_error(path: Path) -> ClusterDirectoryInUse:
    return ClusterDirectoryInUse(
        f"{path} cannot be used for the database: it belongs to another user.",
        "Start the program as the user who started it first, or set GAZETTEER_HOME to another "
        "directory.",
    )

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

from gazetteer.database.cluster_account import Account, server_account
from gazetteer.database.errors import ClusterDirectoryInUse, ClusterFailed

PORT = 5432  # only a part of the socket's file name: nothing listens on the network
_LONGEST_SOCKET_PATH = 107
_ELSEWHERE = Path("/var/lib/gazetteer")


@dataclass(frozen=True)
class Layout:
    """The paths of one cluster; ``desk`` is the program's side, ``base`` that of ``account``."""

    account: Account
    desk: Path
    base: Path
    sockets: Path

    @property
    def data(self) -> Path:
        """The data directory; it exists only when it is complete."""
        return self.base / "data"

    @property
    def unfinished(self) -> Path:
        """Where the data directory is made before it gets its name."""
        return self.base / "data.unfinished"

    @property
    def log(self) -> Path:
        """What the server says about itself."""
        return self.base / "server.log"

    @property
    def socket(self) -> Path:
        """The socket on which a running server listens."""
        return self.sockets / f".s.PGSQL.{PORT}"

    @property
    def socket_lock(self) -> Path:
        """What the server lays beside its socket to keep it for itself."""
        return self.socket.with_name(self.socket.name + ".lock")

    @property
    def doing(self) -> Path:
        """Locked by whoever starts or stops the server, for that moment."""
        return self.desk / "starting-or-stopping.lock"

    @property
    def using(self) -> Path:
        """Locked, shared, by every program that uses the server, for as long as it does."""
        return self.desk / "in-use.lock"

    @property
    def kept(self) -> Path:
        """Present when the server was started to stay after its starter ends."""
        return self.desk / "stays-up"


def lay_out(home: Path) -> Layout:
    """Settle where the cluster of a home stands and who runs it, and make its directories.

    Raises:
        ClusterDirectoryInUse: a directory belongs to somebody else.
        ClusterFailed: the data stood elsewhere, and is gone from there.
    """
    desk = home.resolve() / "cluster"
    inside = desk / "server"
    try:
        desk.mkdir(parents=True, exist_ok=True)
        account = server_account(inside)
        base = _base(desk, inside, account)
        sockets = _sockets(base)
        account.make_private(sockets)
    except (PermissionError, FileExistsError, NotADirectoryError) as error:
        raise _foreign(Path(error.filename or desk)) from error
    return Layout(account, desk, base, sockets)


def _base(desk: Path, inside: Path, account: Account) -> Path:
    note = desk / "LOCATION"
    if note.exists():
        base = Path(note.read_text().splitlines()[0])
        if not base.is_dir():
            raise ClusterFailed(
                f"The database of {desk} stood in {base}, which is gone.",
                f"Put it back there, or remove {note} to begin with an empty one.",
            )
        return base
    account.make_private(inside)
    if account.reaches(inside):
        return inside
    if not account.changes or any(inside.iterdir()):
        raise _foreign(inside)
    inside.rmdir()
    base = _ELSEWHERE / _short_hash(desk)
    _ELSEWHERE.mkdir(mode=0o755, parents=True, exist_ok=True)
    account.make_private(base)
    note.write_text(
        f"{base}\n\nThe database of this directory stands there, because user {account.name}, who\n"
        "runs the server, cannot enter this directory. Back up and remove the two together.\n"
    )
    return base


def _sockets(base: Path) -> Path:
    inside = base / "socket"
    if _fits(inside):
        return inside
    # Not TMPDIR, which differs from one program to the next: all must come to the same place.
    return Path("/tmp", f"gazetteer-{_short_hash(base)}")


def _fits(sockets: Path) -> bool:
    return len(bytes(sockets / f".s.PGSQL.{PORT}")) <= _LONGEST_SOCKET_PATH


def _short_hash(path: Path) -> str:
    return hashlib.sha256(bytes(path)).hexdigest()[:16]


def _foreign(path: Path) -> ClusterDirectoryInUse:
    return ClusterDirectoryInUse(
        f"{path} cannot be used for the database: it belongs to another user.",
        "Start the program as the user who started it first, or set GAZETTEER_HOME to another "
        "directory.",
    )

"""Making, starting and ending the server of a private cluster, whatever happened to it before.

The caller sees to it that no other program does the same at once.
"""

import shutil
import signal
import socket
import time
from contextlib import suppress
from os import kill
from pathlib import Path

from gazetteer.database.cluster_binaries import Binaries, find_binaries
from gazetteer.database.cluster_config import configuration
from gazetteer.database.cluster_layout import Layout
from gazetteer.database.errors import ClusterDirectoryInUse, ClusterFailed, DatabaseFault, DiskFull

ROLE = "gazetteer"
_START_SECONDS = 600  # replaying the log after a crash takes its time
_STOP_SECONDS = 60
_ORPHAN_SECONDS = 10
_LOG_KEPT_BYTES = 8 * 1024 * 1024
_NEW_CLUSTER_BYTES = 200 * 1024 * 1024


def bring_up(layout: Layout, *, durable: bool) -> bool:
    """Let a server run on the cluster, which is made first when there is none.

    Returns:
        Whether the server was started now; False when it ran already.

    Raises:
        DatabaseFault: one of its kinds says what is in the way.
    """
    if _settled_postmaster(layout) is not None:
        if layout.socket.exists():
            return False
        shut_down(layout)  # something removed the socket under it; nobody can reach it any more
    binaries = find_binaries(_major_on_disk(layout.data))
    if not layout.data.exists():
        _create(layout, binaries, durable=durable)
    _end_orphans(layout)
    _launch(layout, binaries, durable=durable)
    return True


def shut_down(layout: Layout) -> None:
    """End the server, if it runs; what was committed is on disk.

    Raises:
        ClusterFailed: it did not end.
    """
    if postmaster(layout) is None:
        return
    binaries = find_binaries(_major_on_disk(layout.data))
    command = [binaries.path("pg_ctl"), "stop", "-w", "-t", str(_STOP_SECONDS), "-s"]
    command += ["-D", str(layout.data), "-m"]
    said = ""
    for mode in ("fast", "immediate"):  # the second loses nothing either: the log is replayed
        said += layout.account.run([*command, mode]).stdout
        if postmaster(layout) is None:
            return
    raise failure("The database server did not stop", said, layout)


def postmaster(layout: Layout) -> int | None:
    """The id of the running postmaster, or None when there is no server."""
    pid, _ = _record(layout)
    return pid if pid in layout.account.server_processes(layout.data) else None


def disk_full(where: Path) -> DiskFull:
    """The error for a disk without space."""
    return DiskFull(
        f"No space is left on the disk that holds {where}.",
        "Free at least 1 GB there, or set GAZETTEER_HOME to a directory on another disk, "
        "and start again; nothing is lost.",
    )


def _settled_postmaster(layout: Layout) -> int | None:
    """The running postmaster once it takes connections; None when there is none.

    One that is just starting (its starter was killed) is waited for, one that is ending too.
    """
    deadline = time.monotonic() + _START_SECONDS
    while (pid := postmaster(layout)) is not None:
        if _record(layout)[1] == "ready":
            return pid
        if time.monotonic() > deadline:
            raise ClusterFailed(
                f"A database server (process {pid}) neither gets ready nor ends.",
                f"Its log is {layout.log}.",
            )
        time.sleep(0.1)
    return None


def _record(layout: Layout) -> tuple[int | None, str]:
    """The process id and the state in the server's own note; it may be stale or incomplete."""
    try:
        lines = (layout.data / "postmaster.pid").read_text().splitlines()
        return abs(int(lines[0])), lines[7].strip() if len(lines) > 7 else ""
    except (FileNotFoundError, IndexError, ValueError):  # a power cut may leave it empty
        return None, ""


def _major_on_disk(data: Path) -> int | None:
    """The release that wrote the data; None when there are none yet."""
    if not data.exists():
        return None
    try:
        return int((data / "PG_VERSION").read_text())
    except (FileNotFoundError, ValueError):
        raise ClusterDirectoryInUse(
            f"{data} exists, but it is not a database cluster.",
            "Move it away, or set GAZETTEER_HOME to another directory.",
        ) from None


def _create(layout: Layout, binaries: Binaries, *, durable: bool) -> None:
    """Make the data directory; it gets its name when it is complete, so never half of one stays."""
    if shutil.disk_usage(layout.base).free < _NEW_CLUSTER_BYTES:
        raise disk_full(layout.base)
    if layout.unfinished.exists():
        shutil.rmtree(layout.unfinished)
    command = [binaries.path("initdb"), "-D", str(layout.unfinished), "-U", ROLE]
    command += ["--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust", "--data-checksums"]
    made = layout.account.run(command if durable else [*command, "--no-sync"])
    if made.returncode != 0:
        raise failure("The database could not be created", made.stdout, layout)
    layout.unfinished.rename(layout.data)


def _end_orphans(layout: Layout) -> None:
    """End what a killed postmaster left behind; a new one does not start beside it.

    Its processes leave by themselves soon, except those in the middle of a long statement.
    """
    if _answers(layout.socket):
        raise ClusterDirectoryInUse(
            f"A server that this machine does not show runs on {layout.data} (in a container?).",
            "Stop the program there first.",
        )
    begun = time.monotonic()
    while orphans := layout.account.server_processes(layout.data):
        waited = time.monotonic() - begun
        if waited > 2 * _ORPHAN_SECONDS:
            raise ClusterFailed(
                f"Processes of an earlier server do not end: {sorted(orphans)}.",
                "They may wait for a disk that does not answer; look at it, then start again.",
            )
        for pid in orphans:
            with suppress(ProcessLookupError):
                kill(pid, signal.SIGQUIT if waited < _ORPHAN_SECONDS else signal.SIGKILL)
        time.sleep(0.1)
    # Left by the killed one. The server itself would not dare to remove these when the id in them
    # belongs by now to any other program, or to a killed server that no init process has buried;
    # that there is no server of these data we have just seen.
    for stale in (layout.data / "postmaster.pid", layout.socket, layout.socket_lock):
        stale.unlink(missing_ok=True)


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            return False
    return True


def _launch(layout: Layout, binaries: Binaries, *, durable: bool) -> None:
    text = configuration(layout, durable=durable)
    layout.account.write(layout.data / "postgresql.conf", text)
    if layout.log.exists() and layout.log.stat().st_size > _LOG_KEPT_BYTES:
        layout.log.rename(layout.log.with_suffix(".log.1"))
    known = layout.log.stat().st_size if layout.log.exists() else 0
    command = [binaries.path("pg_ctl"), "start", "-w", "-t", str(_START_SECONDS), "-s"]
    started = layout.account.run([*command, "-D", str(layout.data), "-l", str(layout.log)])
    if started.returncode != 0:
        said = started.stdout + (_tail(layout.log, known) if layout.log.exists() else "")
        raise failure("The database server did not start", said, layout)


def _tail(log: Path, start: int) -> str:
    with log.open("rb") as file:
        file.seek(start)
        return file.read().decode(errors="replace")


def failure(happened: str, said: str, layout: Layout) -> DatabaseFault:
    """The error for what a PostgreSQL program said before it gave up."""
    if "No space left on device" in said or "Disk quota exceeded" in said:
        return disk_full(layout.base)
    last = "\n".join(said.strip().splitlines()[-8:])
    return ClusterFailed(f"{happened}:\n{last}", f"Its whole log is {layout.log}.")

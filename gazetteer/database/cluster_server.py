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
from gazetteer.database.cluster_config import format_configuration
from gazetteer.database.cluster_layout import ClusterLayout
from gazetteer.database.errors import ClusterDirectoryInUse, ClusterFailed, DatabaseFault, DiskFull

ROLE = "gazetteer"
_START_SECONDS = 600  # replaying the log after a crash takes its time
_STOP_SECONDS = 60
_ORPHAN_SECONDS = 10
_LOG_ROTATION_BYTES = 8 * 1024 * 1024
_NEW_CLUSTER_BYTES = 200 * 1024 * 1024


def start_server(layout: ClusterLayout, *, durable: bool) -> bool:
    """Let a server run on the cluster, which is made first when there is none.

    Returns:
        Whether the server was started now; False when it ran already.

    Raises:
        DatabaseFault: one of its kinds says what is in the way.
    """
    if _wait_for_postmaster(layout) is not None:
        if layout.socket_file.exists():
            return False
        stop_server(layout)  # something removed the socket under it; nobody can reach it any more
    binaries = find_binaries(_read_major_version(layout.data_directory))
    if not layout.data_directory.exists():
        _create_data_directory(layout, binaries, durable=durable)
    _end_orphan_processes(layout)
    _launch_server(layout, binaries, durable=durable)
    return True


def stop_server(layout: ClusterLayout) -> None:
    """End the server, if it runs; what was committed is on disk.

    Raises:
        ClusterFailed: it did not end.
    """
    if find_postmaster(layout) is None:
        return
    binaries = find_binaries(_read_major_version(layout.data_directory))
    command = [binaries.program_path("pg_ctl"), "stop", "-w", "-t", str(_STOP_SECONDS), "-s"]
    command += ["-D", str(layout.data_directory), "-m"]
    output = ""
    for mode in ("fast", "immediate"):  # the second loses nothing either: the log is replayed
        output += layout.account.run_command([*command, mode]).stdout
        if find_postmaster(layout) is None:
            return
    raise server_failure_error("The database server did not stop", output, layout)


def find_postmaster(layout: ClusterLayout) -> int | None:
    """The id of the running postmaster, or None when there is no server."""
    pid, _ = _read_pid_file(layout)
    return pid if pid in layout.account.find_server_processes(layout.data_directory) else None


def disk_full_error(directory: Path) -> DiskFull:
    """The error for a disk without space."""
    return DiskFull(
        f"No space is left on the disk that holds {directory}.",
        "Free at least 1 GB there, or set GAZETTEER_HOME to a directory on another disk, "
        "and start again; nothing is lost.",
    )


def _wait_for_postmaster(layout: ClusterLayout) -> int | None:
    """The running postmaster once it takes connections; None when there is none.

    One that is just starting (its starter was killed) is waited for, one that is ending too.
    """
    deadline = time.monotonic() + _START_SECONDS
    while (pid := find_postmaster(layout)) is not None:
        if _read_pid_file(layout)[1] == "ready":
            return pid
        if time.monotonic() > deadline:
            raise ClusterFailed(
                f"A database server (process {pid}) neither gets ready nor ends.",
                f"Its log is {layout.log_file}.",
            )
        time.sleep(0.1)
    return None


def _read_pid_file(layout: ClusterLayout) -> tuple[int | None, str]:
    """The process id and the state in the server's own note; it may be stale or incomplete."""
    try:
        lines = (layout.data_directory / "postmaster.pid").read_text().splitlines()
        return abs(int(lines[0])), lines[7].strip() if len(lines) > 7 else ""
    except (FileNotFoundError, IndexError, ValueError):  # a power cut may leave it empty
        return None, ""


def _read_major_version(data: Path) -> int | None:
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


def _create_data_directory(layout: ClusterLayout, binaries: Binaries, *, durable: bool) -> None:
    """Make the data directory; it gets its name when it is complete, so never half of one stays."""
    if shutil.disk_usage(layout.server_directory).free < _NEW_CLUSTER_BYTES:
        raise disk_full_error(layout.server_directory)
    if layout.unfinished_data.exists():
        shutil.rmtree(layout.unfinished_data)
    command = [binaries.program_path("initdb"), "-D", str(layout.unfinished_data), "-U", ROLE]
    command += ["--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust", "--data-checksums"]
    result = layout.account.run_command(command if durable else [*command, "--no-sync"])
    if result.returncode != 0:
        raise server_failure_error("The database could not be created", result.stdout, layout)
    layout.unfinished_data.rename(layout.data_directory)


def _end_orphan_processes(layout: ClusterLayout) -> None:
    """End what a killed postmaster left behind; a new one does not start beside it.

    Its processes leave by themselves soon, except those in the middle of a long statement.
    """
    if _is_listening(layout.socket_file):
        raise ClusterDirectoryInUse(
            f"A server that this machine does not show runs on {layout.data_directory} (in a container?).",
            "Stop the program there first.",
        )
    begun = time.monotonic()
    while orphans := layout.account.find_server_processes(layout.data_directory):
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
    for stale in (layout.data_directory / "postmaster.pid", layout.socket_file, layout.socket_lock):
        stale.unlink(missing_ok=True)


def _is_listening(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            return False
    return True


def _launch_server(layout: ClusterLayout, binaries: Binaries, *, durable: bool) -> None:
    text = format_configuration(layout, durable=durable)
    layout.account.replace_file(layout.data_directory / "postgresql.conf", text)
    if layout.log_file.exists() and layout.log_file.stat().st_size > _LOG_ROTATION_BYTES:
        layout.log_file.rename(layout.log_file.with_suffix(".log.1"))
    log_start = layout.log_file.stat().st_size if layout.log_file.exists() else 0
    command = [binaries.program_path("pg_ctl"), "start", "-w", "-t", str(_START_SECONDS), "-s"]
    started = layout.account.run_command(
        [*command, "-D", str(layout.data_directory), "-l", str(layout.log_file)]
    )
    if started.returncode != 0:
        output = started.stdout + (
            _read_log_tail(layout.log_file, log_start) if layout.log_file.exists() else ""
        )
        raise server_failure_error("The database server did not start", output, layout)


def _read_log_tail(log: Path, start: int) -> str:
    with log.open("rb") as file:
        file.seek(start)
        return file.read().decode(errors="replace")


def server_failure_error(happened: str, output: str, layout: ClusterLayout) -> DatabaseFault:
    """The error for what a PostgreSQL program said before it gave up."""
    if "No space left on device" in output or "Disk quota exceeded" in output:
        return disk_full_error(layout.server_directory)
    last = "\n".join(output.strip().splitlines()[-8:])
    return ClusterFailed(f"{happened}:\n{last}", f"Its whole log is {layout.log_file}.")

"""Creating, starting and stopping the server of a private cluster, also after any crash.

The caller must ensure that no other program does the same at the same time.
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
from gazetteer.messages import message

ROLE = "gazetteer"
_START_SECONDS = 600  # replaying the log after a crash can take long
_STOP_SECONDS = 60
_ORPHAN_SECONDS = 10
_LOG_ROTATION_BYTES = 8 * 1024 * 1024
_NEW_CLUSTER_BYTES = 200 * 1024 * 1024


def start_server(layout: ClusterLayout, *, durable: bool) -> bool:
    """Start the server unless it runs; create the cluster first if there is none.

    Returns:
        Whether the server was started now; False if it was running already.

    Raises:
        DatabaseFault: one of its subclasses, by what prevents the start.
    """
    if _wait_for_postmaster(layout) is not None:
        if layout.socket_file.exists():
            return False
        stop_server(layout)  # its socket was removed: no program can connect any more
    binaries = find_binaries(_read_major_version(layout.data_directory))
    if not layout.data_directory.exists():
        _create_data_directory(layout, binaries, durable=durable)
    _end_orphan_processes(layout)
    _launch_server(layout, binaries, durable=durable)
    return True


def stop_server(layout: ClusterLayout) -> None:
    """Stop the server, if it runs; what was committed is on disk.

    Raises:
        ClusterFailed: it did not stop.
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
    raise server_failure_error("database.server_not_stopped", output, layout)


def find_postmaster(layout: ClusterLayout) -> int | None:
    """The process id of the running postmaster; None if there is no server."""
    pid, _ = _read_pid_file(layout)
    return pid if pid in layout.account.find_server_processes(layout.data_directory) else None


def disk_full_error(directory: Path) -> DiskFull:
    """The fault of a disk without space."""
    return DiskFull(message("database.disk_full", directory=directory))


def _wait_for_postmaster(layout: ClusterLayout) -> int | None:
    """The running postmaster once it accepts connections; None if there is none.

    Waits for one that is still starting (the program that started it was killed) or stopping.
    """
    deadline = time.monotonic() + _START_SECONDS
    while (pid := find_postmaster(layout)) is not None:
        if _read_pid_file(layout)[1] == "ready":
            return pid
        if time.monotonic() > deadline:
            raise ClusterFailed(message("database.server_stuck", pid=pid, log=layout.log_file))
        time.sleep(0.1)
    return None


def _read_pid_file(layout: ClusterLayout) -> tuple[int | None, str]:
    """The process id and the state in ``postmaster.pid``, which may be stale or incomplete."""
    try:
        lines = (layout.data_directory / "postmaster.pid").read_text().splitlines()
        return abs(int(lines[0])), lines[7].strip() if len(lines) > 7 else ""
    except (FileNotFoundError, IndexError, ValueError):  # a power cut may leave it empty
        return None, ""


def _read_major_version(data: Path) -> int | None:
    """The release that wrote the data; None if there are none yet."""
    if not data.exists():
        return None
    try:
        return int((data / "PG_VERSION").read_text())
    except (FileNotFoundError, ValueError):
        raise ClusterDirectoryInUse(message("database.not_a_cluster", data=data)) from None


def _create_data_directory(layout: ClusterLayout, binaries: Binaries, *, durable: bool) -> None:
    """Create the data directory under another name, and rename it when it is complete."""
    if shutil.disk_usage(layout.server_directory).free < _NEW_CLUSTER_BYTES:
        raise disk_full_error(layout.server_directory)
    if layout.unfinished_data.exists():
        shutil.rmtree(layout.unfinished_data)
    command = [binaries.program_path("initdb"), "-D", str(layout.unfinished_data), "-U", ROLE]
    command += ["--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust", "--data-checksums"]
    result = layout.account.run_command(command if durable else [*command, "--no-sync"])
    if result.returncode != 0:
        raise server_failure_error("database.not_created", result.stdout, layout)
    layout.unfinished_data.rename(layout.data_directory)


def _end_orphan_processes(layout: ClusterLayout) -> None:
    """End the processes that a killed postmaster left behind, beside which none can start.

    They end by themselves soon, except those that are executing a long statement.
    """
    if _is_listening(layout.socket_file):
        elsewhere = message("database.server_elsewhere", data=layout.data_directory)
        raise ClusterDirectoryInUse(elsewhere)
    begun = time.monotonic()
    while orphans := layout.account.find_server_processes(layout.data_directory):
        waited = time.monotonic() - begun
        if waited > 2 * _ORPHAN_SECONDS:
            raise ClusterFailed(message("database.orphans", pids=sorted(orphans)))
        for pid in orphans:
            with suppress(ProcessLookupError):
                kill(pid, signal.SIGQUIT if waited < _ORPHAN_SECONDS else signal.SIGKILL)
        time.sleep(0.1)
    # Files of the killed server. A new one would not remove these if the id in them belongs by now
    # to another program, or to a zombie process; we have just verified that no server is running.
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
        raise server_failure_error("database.server_not_started", output, layout)


def _read_log_tail(log: Path, start: int) -> str:
    with log.open("rb") as file:
        file.seek(start)
        return file.read().decode(errors="replace")


def server_failure_error(id_: str, output: str, layout: ClusterLayout) -> DatabaseFault:
    """The fault of a PostgreSQL program that failed.

    Args:
        id_: the message, with the parameters ``output`` and ``log``.
        output: what the program printed before it failed.
        layout: the paths of the cluster.
    """
    if "No space left on device" in output or "Disk quota exceeded" in output:
        return disk_full_error(layout.server_directory)
    last_lines = "\n".join(output.strip().splitlines()[-8:])
    return ClusterFailed(message(id_, output=last_lines, log=layout.log_file))

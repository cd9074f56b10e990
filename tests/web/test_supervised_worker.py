"""The workers that ``serve`` and ``worker`` start: one for each queue, and started again."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.web.run_command import command, environment


@pytest.fixture(params=["serve", "worker"])
def serving(
    register_copy: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[subprocess.Popen[bytes]]:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    process = subprocess.Popen(
        command(request.param),
        env=environment(register_copy, tmp_path, PORT=port, PROCESSES="1"),
    )
    yield process
    if process.poll() is None:
        process.terminate()
        process.wait(60)


def workers(parent: int) -> dict[str, int]:
    """The worker processes that have a parent, by their queue."""
    found = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            words = (status.parent / "cmdline").read_bytes().split(b"\0")
            text = status.read_text(encoding="utf-8")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if f"PPid:\t{parent}\n" in text and b"--queue" in words and "State:\tZ" not in text:
            found[words[words.index(b"--queue") + 1].decode()] = int(status.parent.name)
    return found


def waited(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not what() and time.monotonic() < deadline:
        time.sleep(0.2)
    assert what()


def gone(pid: int) -> bool:
    try:
        return "State:\tZ" in Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_a_worker_that_dies_is_started_again_and_all_end_with_their_parent(
    serving: subprocess.Popen[bytes],
) -> None:
    waited(lambda: set(workers(serving.pid)) == {"files", "soon"})
    first = workers(serving.pid)
    os.kill(first["files"], signal.SIGKILL)
    waited(lambda: workers(serving.pid).get("files") not in (None, first["files"]))
    second = workers(serving.pid)
    assert second["soon"] == first["soon"], "the other queue does not notice"
    serving.terminate()
    assert serving.wait(60) == 0
    assert all(map(gone, second.values()))


def test_workers_do_not_outlive_a_killed_parent(serving: subprocess.Popen[bytes]) -> None:
    waited(lambda: set(workers(serving.pid)) == {"files", "soon"})
    pids = workers(serving.pid).values()
    serving.kill()
    serving.wait()
    waited(lambda: all(map(gone, pids)))

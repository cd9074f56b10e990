"""Workers as processes of their own, one for each queue.

A long job takes memory and processors, and may be killed for it: whoever waits for a short one does
not notice.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from gazetteer.jobs.job_kind import JobQueue

_RESTART_SECONDS = 3.0
_STOP_SECONDS = 15.0


@contextmanager
def run_supervised_workers() -> Iterator[None]:
    """A worker for each queue with the settings of this process, for as long as the block lasts.

    One that dies is started again. If this process is killed, they notice and stop by themselves.
    """
    ending = Event()
    supervisors = [
        Thread(target=_supervise_worker, args=(queue, ending), name=f"{queue}-keeper", daemon=True)
        for queue in JobQueue
    ]
    for supervisor in supervisors:
        supervisor.start()
    try:
        yield
    finally:
        ending.set()
        for supervisor in supervisors:
            supervisor.join(_STOP_SECONDS + 1)


def run_workers_until_idle() -> int:
    """Run a worker for each queue until no job is waiting; the worst of their exit codes."""
    workers = [_start_worker(queue, "--until-idle") for queue in JobQueue]
    return max(abs(worker.wait()) for worker in workers)


def _start_worker(queue: JobQueue, *options: str) -> subprocess.Popen[bytes]:
    program = str(Path(sys.executable).with_name("gazetteer"))
    parent = ("--with-parent", str(os.getpid()))
    return subprocess.Popen(
        [program, "worker", "--queue", queue, *parent, *options], stdin=subprocess.DEVNULL
    )


def _supervise_worker(queue: JobQueue, ending: Event) -> None:
    while not ending.is_set():
        process = _start_worker(queue)
        while process.poll() is None and not ending.wait(0.5):
            pass
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        ending.wait(_RESTART_SECONDS)

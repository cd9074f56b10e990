"""The worker beside the server: started with it, restarted if it dies, stopped with it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

_RESTART_SECONDS = 3.0
_STOP_SECONDS = 15.0


@contextmanager
def run_supervised_worker() -> Iterator[None]:
    """A worker process with the settings of this one, for as long as the block lasts.

    If this process is killed, the worker notices and stops by itself.
    """
    ending = Event()
    supervisor = Thread(target=_supervise_worker, args=(ending,), name="worker-keeper", daemon=True)
    supervisor.start()
    try:
        yield
    finally:
        ending.set()
        supervisor.join(_STOP_SECONDS + 1)


def _supervise_worker(ending: Event) -> None:
    program = str(Path(sys.executable).with_name("gazetteer"))
    command = [program, "worker", "--with-parent", str(os.getpid())]
    while not ending.is_set():
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
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

"""The worker beside the server: started with it, started again if it dies, stopped with it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

_AGAIN_SECONDS = 3.0
_STOP_SECONDS = 15.0


@contextmanager
def worker_beside() -> Iterator[None]:
    """A worker process with the settings of this one, for as long as the block lasts.

    If this process is killed, the worker notices and stops by itself.
    """
    ending = Event()
    keeper = Thread(target=_keep, args=(ending,), name="worker-keeper", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ending.set()
        keeper.join(_STOP_SECONDS + 1)


def _keep(ending: Event) -> None:
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
        ending.wait(_AGAIN_SECONDS)

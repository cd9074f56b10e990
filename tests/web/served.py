"""``gazetteer serve`` as a process of its own, until the test has asked what it wants to know."""

import signal
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.web.run_command import command, environment


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(database: str, home: Path, **settings: str) -> Iterator[str]:
    """The address of a service over an empty register, as it prints it."""
    process = subprocess.Popen(
        command("serve", "--empty", "--no-worker"),
        env=environment(database, home, PORT=str(free_port()), PROCESSES="1", **settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    try:
        lines: list[str] = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith("Register: "):
                break
        else:
            raise AssertionError("".join(lines))
        yield lines[-1].removeprefix("Register: ").strip()
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


def wait_until_it_answers(address: str, context: ssl.SSLContext | None = None) -> None:
    """Wait until the service serves; it says where it is a moment before."""
    deadline = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(f"{address}/status", timeout=10, context=context).close()
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionRefusedError) or time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return

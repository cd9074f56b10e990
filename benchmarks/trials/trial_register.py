"""A register of a trial: a service of its own over a private cluster, which can be killed."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socket import socket
from typing import Any

import psycopg

from benchmarks.role_keys import create_role_key
from gazetteer.accounts.roles import Role
from gazetteer.database.connection_info import register_database
from gazetteer.settings import get_settings

_PATIENCE_SECONDS = 300
_SHORT_SECONDS = 0.2


@dataclass
class TrialRegister:
    """The bundled data of Guangdong in a directory, and ``gazetteer serve`` over it."""

    home: Path
    port: int = field(init=False)
    service: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        with socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    @property
    def base_url(self) -> str:
        """The address of the service."""
        return f"http://127.0.0.1:{self.port}"

    def start_service(self) -> None:
        """Start the service and wait until it answers; it starts the database if need be.

        Raises:
            TimeoutError: it does not answer.
        """
        self.service = subprocess.Popen(
            [_find_program(), "serve"],
            env=self._build_environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"{self.base_url}/status", timeout=10).close()
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                if self.service.poll() is not None:
                    self.start_service()
                    return
                time.sleep(_SHORT_SECONDS)
            else:
                return
        raise TimeoutError(f"{self.base_url} does not answer")

    def kill_service(self) -> None:
        """Kill all processes of the service at once (``kill -9``)."""
        if self.service is not None:
            os.killpg(self.service.pid, signal.SIGKILL)
            self.service.wait()

    def kill_database(self) -> None:
        """Kill the database at once (``kill -9``); it starts again with the service."""
        pid_file = next(self.home.glob("cluster/**/postmaster.pid"))
        os.kill(int(pid_file.read_text().split()[0]), signal.SIGKILL)

    def run_command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run ``gazetteer`` on the register."""
        return subprocess.run(
            [_find_program(), *arguments],
            env=self._build_environment(),
            capture_output=True,
            text=True,
            check=False,
        )

    def create_keys(self) -> dict[str, str]:
        """Keys of an editor and of a reviewer of the whole register, by role."""
        with self.open_database() as conn:
            return {
                role: create_role_key(conn, role) for role in (Role.MAPPING_STAFF, Role.REVIEWER)
            }

    @contextmanager
    def open_database(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection to the database, which is started if need be."""
        os.environ |= self._build_environment()
        get_settings.cache_clear()
        with (
            register_database(get_settings()) as conninfo,
            psycopg.connect(conninfo, autocommit=True) as conn,
        ):
            yield conn

    def _build_environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "GAZETTEER_HOME": str(self.home),
            "GAZETTEER_PORT": str(self.port),
            "GAZETTEER_RATE_LIMIT": "off",
        }


def _find_program() -> str:
    return str(Path(sys.executable).with_name("gazetteer"))

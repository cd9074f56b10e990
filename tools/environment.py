"""The virtual environment with exactly the locked packages."""

import hashlib
import subprocess
import sys
from pathlib import Path

from tools.steps import ROOT, quietly, say

VENV = ROOT / ".venv"
PYTHON = str(VENV / "bin" / "python")
_LOCKS = {"run": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}


def ensure_environment(kind: str) -> None:
    """Make the environment, or bring it up to date with the lock of ``run`` or ``dev``.

    What was installed is remembered as a checksum, so that nothing is asked of pip, and nothing of
    the network, when nothing changed.

    Raises:
        Stop: a package could not be installed.
    """
    if not _works():
        say("Making the Python environment in .venv")
        quietly([sys.executable, "-m", "venv", "--clear", VENV])
    # The lock of "dev" holds everything of the other one, in the same versions.
    wanted = {name: _checksum(_LOCKS[name]) for name in ("run", kind)}
    if all(_stamp(name).exists() and _stamp(name).read_text() == wanted[name] for name in wanted):
        return
    say("Installing the locked Python packages (a minute or two)")
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--no-deps"]
    quietly([*pip, "--require-hashes", "-r", _LOCKS[kind]], hint="Is the machine connected?")
    quietly([*pip, "--no-build-isolation", "--editable", ROOT])
    for name, checksum in wanted.items():
        _stamp(name).write_text(checksum)


def _works() -> bool:
    """Whether the environment's Python runs; it does not after an upgrade or move of its base."""
    if not (VENV / "bin" / "pip").exists():
        return False
    test = f"import sys; sys.exit(sys.version_info[:2] != {tuple(sys.version_info[:2])})"
    return subprocess.run([PYTHON, "-c", test], capture_output=True, check=False).returncode == 0


def _stamp(name: str) -> Path:
    return VENV / f"installed-{name}.sha256"


def _checksum(lock: Path) -> str:
    digest = hashlib.sha256(str(ROOT).encode())  # a moved checkout needs new entry points
    for path in (lock, ROOT / "pyproject.toml"):
        digest.update(path.read_bytes())
    return digest.hexdigest()

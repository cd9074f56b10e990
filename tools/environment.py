"""The virtual environment with exactly the locked packages."""

import hashlib
import subprocess
import sys
from pathlib import Path

from tools.steps import ROOT, print_step, run_quietly

VENV = ROOT / ".venv"
PYTHON = str(VENV / "bin" / "python")
_LOCKS = {"run": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}


def ensure_environment(kind: str) -> None:
    """Create the environment, or update it to the lock of ``run`` or ``dev``.

    Checksums of the installed locks are stored, so that neither pip nor the network is used when
    nothing changed.

    Raises:
        SetupError: A package could not be installed.
    """
    if not _is_usable():
        print_step("Creating the Python environment in .venv")
        run_quietly([sys.executable, "-m", "venv", "--clear", VENV])
    # The lock of "dev" contains the other one, in the same versions.
    checksums = {name: _compute_checksum(_LOCKS[name]) for name in ("run", kind)}
    if all(
        _build_stamp_path(name).exists() and _build_stamp_path(name).read_text() == checksums[name]
        for name in checksums
    ):
        return
    print_step("Installing the locked Python packages (a minute or two)")
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--no-deps"]
    run_quietly([*pip, "--require-hashes", "-r", _LOCKS[kind]], hint="Is the machine connected?")
    run_quietly([*pip, "--no-build-isolation", "--editable", ROOT])
    for name, checksum in checksums.items():
        _build_stamp_path(name).write_text(checksum)


def _is_usable() -> bool:
    """Whether its Python runs; it does not after an upgrade or a move of the base Python."""
    if not (VENV / "bin" / "pip").exists():
        return False
    test = f"import sys; sys.exit(sys.version_info[:2] != {tuple(sys.version_info[:2])})"
    return subprocess.run([PYTHON, "-c", test], capture_output=True, check=False).returncode == 0


def _build_stamp_path(name: str) -> Path:
    return VENV / f"installed-{name}.sha256"


def _compute_checksum(lock: Path) -> str:
    digest = hashlib.sha256(str(ROOT).encode())  # a moved checkout needs new entry points
    for path in (lock, ROOT / "pyproject.toml"):
        digest.update(path.read_bytes())
    return digest.hexdigest()

"""Run every check and every test, and sum up: ``python -m tools.examine [lint]``."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools.client import CLIENT, node_environment, npm
from tools.environment import PYTHON, VENV
from tools.steps import ROOT

_PACKAGES = ["gazetteer", "boundaries", "web"]


@dataclass(frozen=True)
class Check:
    """One command whose exit code is the verdict."""

    name: str
    command: Sequence[str]
    where: Path = ROOT
    environment: Mapping[str, str] = field(default_factory=dict)

    def passes(self) -> bool:
        """Run it, its output going to the terminal."""
        print(f"\n── {self.name}", flush=True)
        environment = {**os.environ, **self.environment}
        return subprocess.run(self.command, cwd=self.where, env=environment).returncode == 0


def _checks() -> list[Check]:
    tool = str(VENV / "bin") + "/"
    return [
        Check("style", [f"{tool}ruff", "check"]),
        Check("format", [f"{tool}ruff", "format", "--check"]),
        Check("types", [f"{tool}mypy", "--strict", *_PACKAGES, "tools"]),
        Check("client", [*npm(), "run", "check"], CLIENT, node_environment()),
    ]


def _tests() -> Check:
    return Check("tests", [PYTHON, "-m", "pytest"])


def main() -> int:
    """Run all, stop at nothing, and return 1 when something failed."""
    checks = _checks() if sys.argv[1:] == ["lint"] else [*_checks(), _tests()]
    lines, failed = [], False
    for check in checks:
        begun = time.monotonic()
        passed = check.passes()
        failed |= not passed
        seconds = time.monotonic() - begun
        lines.append(f"{check.name:<8} {'passed' if passed else 'FAILED'} {seconds:6.1f} s")
    print("\n── summary", *lines, sep="\n", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

"""Run every check and every test, and sum up: ``python -m tools.examine [lint]``."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

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
        return self.begun(None).wait() == 0

    def begun(self, output: IO[bytes] | None) -> "subprocess.Popen[bytes]":
        """The running command, its output going to a file, or to the terminal."""
        environment = {**os.environ, **self.environment}
        errors = subprocess.STDOUT if output else None
        return subprocess.Popen(
            self.command, cwd=self.where, env=environment, stdout=output, stderr=errors
        )


def _checks() -> list[Check]:
    tool = str(VENV / "bin") + "/"
    return [
        Check("style", [f"{tool}ruff", "check"]),
        Check("format", [f"{tool}ruff", "format", "--check"]),
        Check("types", [f"{tool}mypy", "--strict", *_PACKAGES, "tools"]),
        Check("client", [*npm(), "run", "check"], CLIENT, node_environment()),
    ]


_LONGEST = "tests/web"
"""These take about as long as all the others."""


class _Tests:
    """All tests in two processes at once, each with a database server of its own."""

    name = "tests"

    def passes(self) -> bool:
        """Run them; those that do not go to the terminal at once are told when they are done."""
        web = Check("tests of the service", [PYTHON, "-m", "pytest", _LONGEST])
        others = Check("all other tests", [PYTHON, "-m", "pytest", f"--ignore={_LONGEST}"])
        with TemporaryFile() as output:
            beside = web.begun(output)
            passed = others.passes()
            passed &= beside.wait() == 0
            print(f"\n── {web.name}", flush=True)
            output.seek(0)
            shutil.copyfileobj(output, sys.stdout.buffer)
            sys.stdout.flush()
        return passed


def main() -> int:
    """Run all, stop at nothing, and return 1 when something failed."""
    checks: list[Check | _Tests] = [*_checks()]
    if sys.argv[1:] != ["lint"]:
        checks.append(_Tests())
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

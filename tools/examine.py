"""Run all checks and all tests, and print a summary: ``python -m tools.examine [lint]``."""

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

from tools.environment import PYTHON, VENV
from tools.steps import ROOT
from tools.web_client import CLIENT, build_node_environment, build_npm_command

_PACKAGES = ["gazetteer", "boundaries", "web"]


@dataclass(frozen=True)
class CheckCommand:
    """A command; exit code 0 is a pass."""

    name: str
    command: Sequence[str]
    where: Path = ROOT
    environment: Mapping[str, str] = field(default_factory=dict)

    def run_check(self) -> bool:
        """Run it with its output on the terminal."""
        print(f"\n── {self.name}", flush=True)
        return self.start_process(None).wait() == 0

    def start_process(self, output: IO[bytes] | None) -> "subprocess.Popen[bytes]":
        """The running command, with its output in a file or on the terminal."""
        environment = {**os.environ, **self.environment}
        errors = subprocess.STDOUT if output else None
        return subprocess.Popen(
            self.command, cwd=self.where, env=environment, stdout=output, stderr=errors
        )


def _list_checks() -> list[CheckCommand]:
    tool = str(VENV / "bin") + "/"
    return [
        CheckCommand("style", [f"{tool}ruff", "check"]),
        CheckCommand("format", [f"{tool}ruff", "format", "--check"]),
        CheckCommand("types", [f"{tool}mypy", "--strict", *_PACKAGES, "tools"]),
        CheckCommand(
            "client", [*build_npm_command(), "run", "check"], CLIENT, build_node_environment()
        ),
    ]


_TESTS = ROOT / "tests"
_LONGEST_TESTS = "web"
_MOVED_TESTS = "web/ogc"
"""Without these, the longest take about as long as all other tests with them."""


def _build_test_command(name: str, arguments: Sequence[str]) -> CheckCommand:
    return CheckCommand(name, [PYTHON, "-m", "pytest", *arguments])


def _list_other_tests() -> list[str]:
    others = [path for path in sorted(_TESTS.iterdir()) if path.name != _LONGEST_TESTS]
    tests = [path for path in others if list(path.glob("**/test_*.py")) or path.match("test_*.py")]
    return [*map(str, tests), str(_TESTS / _MOVED_TESTS)]


class _TestSuite:
    """All tests, in two processes at once, each with its own database server."""

    name = "tests"

    def run_check(self) -> bool:
        """Run them; the output of one process is printed when both are done."""
        web_tests = _build_test_command(
            "tests of the service",
            [str(_TESTS / _LONGEST_TESTS), f"--ignore={_TESTS / _MOVED_TESTS}"],
        )
        other_tests = _build_test_command("all other tests", _list_other_tests())
        with TemporaryFile() as output:
            web_process = web_tests.start_process(output)
            passed = other_tests.run_check()
            passed &= web_process.wait() == 0
            print(f"\n── {web_tests.name}", flush=True)
            output.seek(0)
            shutil.copyfileobj(output, sys.stdout.buffer)
            sys.stdout.flush()
        return passed


def main() -> int:
    """Run everything, also after failures; return 1 if something failed."""
    checks: list[CheckCommand | _TestSuite] = [*_list_checks()]
    if sys.argv[1:] != ["lint"]:
        checks.append(_TestSuite())
    lines, failed = [], False
    for check in checks:
        started_at = time.monotonic()
        passed = check.run_check()
        failed |= not passed
        seconds = time.monotonic() - started_at
        lines.append(f"{check.name:<8} {'passed' if passed else 'FAILED'} {seconds:6.1f} s")
    print("\n── summary", *lines, sep="\n", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

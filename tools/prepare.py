"""Prepare this machine for the program or its tests: ``python -m tools.prepare run``.

Only missing parts are installed: on a machine that has everything it takes a moment and needs
neither the network nor any permission.
"""

import fcntl
import os
import sys

from tools.environment import ensure_environment
from tools.packages import ensure_system_packages
from tools.steps import ROOT, SetupError, exit_with_error
from tools.web_client import ensure_client


def prepare_machine(purpose: str) -> None:
    """Install everything for ``run`` or for ``test``.

    Raises:
        SetupError: Something could not be installed.
    """
    tests = purpose == "test"
    own_database = tests or not os.environ.get("GAZETTEER_DATABASE_URL")
    ensure_system_packages(database=own_database, browser=tests)
    ensure_environment("dev" if tests else "run")
    ensure_client()


def main() -> None:
    """Prepare for the purpose named on the command line."""
    if sys.argv[1:] not in (["run"], ["test"]):
        sys.exit("usage: python -m tools.prepare run|test")
    with (ROOT / "pyproject.toml").open() as lock_file:
        fcntl.flock(lock_file, fcntl.LOCK_EX)  # two at once would write to the same environment
        try:
            prepare_machine(sys.argv[1])
        except SetupError as error:
            exit_with_error(error)


if __name__ == "__main__":
    main()

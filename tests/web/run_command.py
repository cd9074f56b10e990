"""The command line as an operator runs it: a process of its own over a given database."""

import os
import subprocess
import sys
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path

import pytest

from gazetteer.settings import get_settings
from web.commands import main

ENGLISH_LOCALE = "C.UTF-8"
"""That of a terminal without a language: the command line speaks English."""


def environment(database: str, home: Path, **settings: str) -> dict[str, str]:
    """The environment of a command with these settings, on an English terminal."""
    given = {"DATABASE_URL": database, "HOME": str(home), **settings}
    variables = {f"GAZETTEER_{name}": value for name, value in given.items()}
    return {**os.environ, "LC_ALL": ENGLISH_LOCALE, **variables}


def command(*arguments: str) -> list[str]:
    return [str(Path(sys.executable).with_name("gazetteer")), *arguments]


def gazetteer(
    database: str, home: Path, *arguments: str, **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        command(*arguments),
        env=environment(database, home, **settings),
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )


@dataclass(frozen=True)
class Outcome:
    """How a command ended, and what it said."""

    exit_code: int
    stdout: str
    stderr: str


def in_process(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    *arguments: str,
    locale: str = ENGLISH_LOCALE,
) -> Outcome:
    """Run a command as :func:`gazetteer` does, without the seconds that a process takes to start.

    The settings are those of the environment that ``monkeypatch`` prepared; ``locale`` is that of
    the terminal.
    """
    monkeypatch.setenv("LC_ALL", locale)
    monkeypatch.setattr(sys, "argv", ["gazetteer", *arguments])
    get_settings.cache_clear()
    capfd.readouterr()
    try:
        with pytest.raises(SystemExit) as ended:
            copy_context().run(main)  # the language that it chooses is forgotten
    finally:
        get_settings.cache_clear()
    code = ended.value.code
    assert code is None or isinstance(code, int)
    return Outcome(code or 0, *capfd.readouterr())

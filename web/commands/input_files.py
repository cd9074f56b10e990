"""Files that commands read; ``-`` is standard input, as everywhere on a command line."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

STANDARD_INPUT = "-"


def input_file_argument(*, must_exist: bool = True) -> Callable[[Any], Any]:
    """The argument FILE of a command: a file that is read, or ``-`` for standard input."""
    path = click.Path(exists=must_exist, dir_okay=not must_exist, allow_dash=True, path_type=Path)
    return click.argument("file", type=path, callback=_read_standard_input)


def _read_standard_input(context: click.Context, _: click.Parameter, file: Path) -> Path:
    return copy_standard_input(context) if str(file) == STANDARD_INPUT else file


def copy_standard_input(context: click.Context) -> Path:
    """The path of a copy of standard input, which is removed with the context.

    A copy, since what is read is looked at twice: to detect its format, and to read it.
    """
    folder = TemporaryDirectory(prefix="gazetteer-stdin-")
    context.call_on_close(folder.cleanup)
    copy = Path(folder.name, "stdin")
    with copy.open("wb") as target:
        shutil.copyfileobj(sys.stdin.buffer, target)
    return copy

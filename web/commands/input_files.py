"""Files that commands read; ``-`` is standard input, as everywhere on a command line."""

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

STANDARD_INPUT = "-"


class InputFile(click.Path):
    """A file that is read; ``-`` is a copy of standard input, which is removed at the end.

    A copy, since what is read is looked at twice: to detect its format, and to read it.
    """

    def __init__(self, *, exists: bool = True) -> None:
        super().__init__(exists=exists, dir_okay=not exists, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path of the file."""
        if value != STANDARD_INPUT:
            return Path(str(super().convert(value, param, ctx)))
        return copy_standard_input(ctx)


def copy_standard_input(context: click.Context | None) -> Path:
    """The path of a copy of standard input, which is removed with the context."""
    folder = TemporaryDirectory(prefix="gazetteer-stdin-")
    if context is not None:
        context.call_on_close(folder.cleanup)
    copy = Path(folder.name, "stdin")
    with copy.open("wb") as target:
        shutil.copyfileobj(sys.stdin.buffer, target)
    return copy

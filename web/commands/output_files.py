"""Files that commands write: never one that is read, never one that is open elsewhere."""

from collections.abc import Sequence
from pathlib import Path

import click

from boundaries.layers.database_logs import find_logs
from web.commands.terminal_language import terminal_text


def check_outputs(inputs: Sequence[Path | None], outputs: Sequence[Path | None]) -> None:
    """Refuse outputs that name an input, in whatever way, or each other.

    Raises:
        UsageError: An output is an input, another output, or a database open in another program.
    """
    written: list[Path] = []
    for path in filter(None, outputs):
        if any(_is_same_file(path, other) for other in filter(None, inputs)):
            raise click.UsageError(terminal_text("cli.output_is_input", path=path))
        if any(_is_same_file(path, other) for other in written):
            raise click.UsageError(terminal_text("cli.output_twice", path=path))
        if find_logs(path):  # SQLite would apply them to the new database
            raise click.UsageError(terminal_text("cli.output_in_use", path=path))
        written.append(path)


def _is_same_file(one: Path, other: Path) -> bool:
    """Whether two paths lead to one file: by links, relative parts, hard links or capitals."""
    try:
        return one.samefile(other)
    except OSError:  # one of them does not exist, or not yet
        return one.resolve() == other.resolve()

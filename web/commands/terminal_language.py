"""The language of the command line: ``--lang``, else that of the terminal.

``gazetteer --lang zh …`` chooses it for any command; some commands also take it as an option of
their own. Help texts stay English.
"""

import os
import re
from contextvars import ContextVar
from typing import IO, Any

import click

from gazetteer.messages import LANGS, Lang, message

_FALLBACK: Lang = "en"
"""For terminals in a language without a catalogue."""

_chosen: ContextVar[Lang | None] = ContextVar("chosen_language", default=None)


def command_language() -> Lang:
    """The language of the running command."""
    return _chosen.get() or detect_terminal_language()


def detect_terminal_language() -> Lang:
    """The language of the terminal by ``LC_ALL``, ``LC_MESSAGES`` or ``LANG``, as POSIX ranks them.

    English where the catalogues do not have it.
    """
    variables = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next(filter(None, variables), "")
    language = re.split(r"[^a-z]", locale.lower())[0]
    return language if language in LANGS else _FALLBACK


def terminal_text(id_: str, /, **params: object) -> str:
    """The words of a message in the language of the running command.

    Raises:
        KeyError: No catalogue has the id, or its words need a parameter that is missing.
    """
    return message(id_, **params).text(command_language())


def echo_message(id_: str, /, *, err: bool = False, **params: object) -> None:
    """Print a message to stdout, or to stderr."""
    click.echo(terminal_text(id_, **params), err=err)


class CommandFailed(click.ClickException):
    """The command failed for a reason that its user can do something about; exit code 1."""

    def __init__(self, text: str) -> None:
        super().__init__(text)

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the reason to stderr, or to ``file``."""
        click.echo(f"gazetteer: {self.message}", file=file, err=file is None)


def global_language_option(command: Any) -> Any:
    """``--lang`` of the whole command line; without it the language is that of the terminal."""
    return _add_option(command, lambda _context, _parameter, value: _chosen.set(value))


def language_option(command: Any) -> Any:
    """``--lang`` of one command; without it the language stays what it is."""
    return _add_option(
        command, lambda _context, _parameter, value: _chosen.set(value) if value else None
    )


def _add_option(command: Any, choose: Any) -> Any:
    return click.option(
        "--lang",
        type=click.Choice(LANGS),
        expose_value=False,
        is_eager=True,  # errors in other options are worded in it
        callback=choose,
        help="Language of messages; default: that of the terminal.",
    )(command)

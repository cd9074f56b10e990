"""The command line ``gazetteer`` for operators of the register.

Exit code 1: the command failed, or found an error that blocks; 2: wrong usage.
"""

import errno
import sys
from importlib import import_module
from typing import NoReturn

import click
import psycopg

from gazetteer.database.errors import DatabaseFault
from gazetteer.problems import Problem
from web.commands.terminal_language import (
    command_language,
    global_language_option,
    terminal_text,
)

COMMANDS = {
    "serve": "serve.serve_command",
    "db": "database.db_group",
    "load": "load.load_command",
    "import": "load.import_command",
    "export": "export.export_command",
    "diff": "diff.diff_command",
    "validate": "validate.validate_command",
    "check": "check.check_command",
    "file": "files.file_group",
    "findings": "findings.findings_group",
    "draft": "drafts.draft_group",
    "explain": "explain.explain_command",
    "romanize": "romanize.romanize_command",
    "geocode": "geocode.geocode_command",
    "naming": "naming.naming_group",
    "worker": "worker.worker_command",
    "user": "users.user_group",
    "key": "users.key_group",
    "follow": "follow.follow_command",
}
"""Module and function of each command; imported only when called, so that each starts fast."""


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's signature)
        return list(COMMANDS)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002  (click's signature)
        cmd_name: str,
    ) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(".")
        command: click.Command = getattr(import_module(f"web.commands.{module}"), name)
        return command


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@global_language_option
def cli() -> None:
    """Register of Places and Boundaries."""


def main() -> None:
    """Run the command line; faults and problems end it with their text, without a traceback."""
    try:
        cli(prog_name="gazetteer")
    except (DatabaseFault, Problem) as error:
        _exit_with_error(error.text(command_language()))
    except psycopg.errors.DiskFull:
        _exit_with_error(terminal_text("cli.database_disk_full"))
    except psycopg.OperationalError as error:
        _exit_with_error(terminal_text("cli.database_lost", error=str(error)))
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        _exit_with_error(terminal_text("cli.disk_full", path=error.filename))


def _exit_with_error(text: str) -> NoReturn:
    click.echo(f"gazetteer: {text}", err=True)
    sys.exit(1)

"""The command line ``gazetteer``: how operators reach the register.

Exit code 1: something that blocks was found or failed; 2: wrong usage.
"""

import errno
import sys
from importlib import import_module

import click
import psycopg

from gazetteer.database.errors import DatabaseFault
from gazetteer.problems import Problem

COMMANDS = {
    "serve": "serve.serve_command",
    "db": "database.db_group",
    "load": "load.load_command",
    "import": "load.import_command",
    "export": "export.export_command",
    "validate": "validate.validate_command",
    "check": "check.check_command",
    "findings": "findings.findings_group",
    "explain": "explain.explain_command",
    "geocode": "geocode.geocode_command",
    "worker": "worker.worker_command",
    "user": "users.user_group",
    "key": "users.key_group",
    "follow": "follow.follow_command",
}
"""The commands, and where each stands: read only when asked for, so that each starts fast."""


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(".")
        command: click.Command = getattr(import_module(f"web.commands.{module}"), name)
        return command


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """The register of geographic names and administrative boundaries."""


def main() -> None:
    """Run the command line; what went wrong is told in words, without a traceback."""
    try:
        cli(prog_name="gazetteer")
    except (DatabaseFault, Problem) as error:
        click.echo(f"gazetteer: {error}", err=True)
        sys.exit(1)
    except psycopg.errors.DiskFull:
        click.echo("gazetteer: the database's disk is full; nothing was changed.", err=True)
        sys.exit(1)
    except psycopg.OperationalError as error:
        click.echo(f"gazetteer: the database went away; nothing was changed: {error}", err=True)
        sys.exit(1)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        click.echo(f"gazetteer: no space left on the disk of {error.filename}.", err=True)
        sys.exit(1)

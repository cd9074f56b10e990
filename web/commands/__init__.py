"""The command line ``gazetteer``: how operators reach the register.

Exit code 1: something that blocks was found or failed; 2: wrong usage.
"""

import errno
import sys

import click
import psycopg

from gazetteer.database.errors import DatabaseFault
from gazetteer.problems import Problem
from web.commands import check, database, explain, follow, loading, people, serving


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """The register of geographic names and administrative boundaries."""


for command in (
    serving.serve,
    database.db,
    loading.load,
    loading.import_,
    check.check,
    explain.explain,
    people.user,
    people.key,
    follow.follow,
):
    cli.add_command(command)


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

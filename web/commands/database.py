"""``gazetteer db``: the private cluster, and the schema of any database."""

import json
import subprocess
from dataclasses import asdict
from pathlib import Path

import click

from gazetteer.database.cluster import Cluster
from gazetteer.database.cluster_binaries import find_binaries
from gazetteer.database.connection_info import register_database, running_database
from gazetteer.database.requirements import ensure_database
from gazetteer.messages import message
from gazetteer.settings import get_settings
from web.commands.terminal_language import CommandFailed, echo_message


@click.group()
def db_group() -> None:
    """Start, stop, migrate, back up and restore the database."""


@db_group.command()
def start_command() -> None:
    """Start the private cluster and leave it running; prints its connection string."""
    click.echo(Cluster(get_settings().home).start(stay_up=True))


@db_group.command()
def stop_command() -> None:
    """Stop the private cluster; programs that use it lose their connections."""
    Cluster(get_settings().home).stop(force=True)


@db_group.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def status_command(as_json: bool) -> None:
    """Show whether the private cluster runs, and where its files are."""
    cluster_status = asdict(Cluster(get_settings().home).status())
    if as_json:
        click.echo(json.dumps(cluster_status, default=str))
        return
    for name, value in cluster_status.items():
        echo_message(f"cli.db.status.{name}", value=_describe_value(value))


@db_group.command()
def migrate_command() -> None:
    """Bring the schema to the version of this program; does nothing if it is up to date."""
    with register_database(get_settings()):
        echo_message("cli.db.schema_current")


@db_group.command()
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
def backup_command(target: Path) -> None:
    """Write the whole register to TARGET (a pg_dump archive)."""
    with running_database(get_settings()) as conninfo:
        _run_program("pg_dump", "--format=custom", f"--file={target}", conninfo)
    echo_message("cli.db.backed_up", path=target, n=target.stat().st_size)


@db_group.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Replace the present content of the database.")
def restore_command(source: Path, replace: bool) -> None:
    """Read the whole register from SOURCE in one transaction: all of it or nothing."""
    clean = ["--clean", "--if-exists"] if replace else []
    with running_database(get_settings()) as conninfo:
        if not get_settings().database_url:
            ensure_database(conninfo)
        _run_program(
            "pg_restore", "--single-transaction", "--no-owner", *clean, "-d", conninfo, str(source)
        )


def _run_program(program: str, *arguments: str) -> None:
    finished = subprocess.run(
        [find_binaries().program_path(program), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode:
        raise CommandFailed(f"{program}: {finished.stderr.strip()}")


def _describe_value(value: object) -> object:
    """A value of the status: yes, no, or none for what has no words of its own."""
    if value is None:
        return message("cli.none")
    if isinstance(value, bool):
        return message("cli.yes" if value else "cli.no")
    return value

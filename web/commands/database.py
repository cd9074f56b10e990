"""``gazetteer db``: the private cluster, and the schema of any database."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from gazetteer.database.cluster import Cluster
from gazetteer.database.connection_info import register_database, running_database
from gazetteer.database.requirements import ensure_database
from gazetteer.files.file_store import open_store
from gazetteer.files.register_backup import restore_backup, write_backup
from gazetteer.messages import message
from gazetteer.settings import get_settings
from web.commands.terminal_language import echo_message


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
@click.option("--allow-missing", is_flag=True, help="Leave out files that are missing or altered.")
def backup_command(target: Path, allow_missing: bool) -> None:
    """Write the whole register, database and files, to TARGET.

    A backup that fails leaves an earlier one under this name as it was.
    """
    ours = get_settings()
    with running_database(ours) as conninfo:
        summary = write_backup(conninfo, open_store(ours), target, allow_missing=allow_missing)
    echo_message("cli.db.backed_up", path=target, n=summary.size, files=summary.file_count)
    if summary.missing:
        echo_message("cli.db.files_left_out", err=True, n=len(summary.missing))


@db_group.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Replace the present content of the database.")
def restore_command(source: Path, replace: bool) -> None:
    """Read the whole register from SOURCE: its database in one transaction, all of it or nothing.

    Files that are stored already stay.
    """
    ours = get_settings()
    with running_database(ours) as conninfo:
        if not ours.database_url:
            ensure_database(conninfo)
        file_count = restore_backup(conninfo, open_store(ours), source, replace=replace)
    echo_message("cli.db.restored", n=file_count)


def _describe_value(value: object) -> object:
    """A value of the status: yes, no, or none for what has no words of its own."""
    if value is None:
        return message("cli.none")
    if isinstance(value, bool):
        return message("cli.yes" if value else "cli.no")
    return value

"""``gazetteer db``: the private cluster, and the schema of any database."""

import json
import subprocess
from dataclasses import asdict
from pathlib import Path

import click

from gazetteer.database.cluster import Cluster
from gazetteer.database.cluster_binaries import find_binaries
from gazetteer.database.connection_info import register_database, running_database
from gazetteer.settings import get_settings


@click.group()
def db_group() -> None:
    """Start, stop, migrate, back up and restore the database."""


@db_group.command()
def start_command() -> None:
    """Start the private cluster and leave it running."""
    click.echo(Cluster(get_settings().home).start(stay_up=True))


@db_group.command()
def stop_command() -> None:
    """Stop the private cluster; programs that use it lose their connections."""
    Cluster(get_settings().home).stop(force=True)


@db_group.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def status_command(as_json: bool) -> None:
    """Say whether the private cluster runs, and where its files are."""
    cluster_status = asdict(Cluster(get_settings().home).status())
    if as_json:
        click.echo(json.dumps(cluster_status, default=str))
        return
    for name, value in cluster_status.items():
        click.echo(f"{name:10} {value}")


@db_group.command()
def migrate_command() -> None:
    """Bring the schema to this program's; nothing happens if it is there."""
    with register_database(get_settings()):
        click.echo("The schema is up to date.")


@db_group.command()
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
def backup_command(target: Path) -> None:
    """Write the whole register to TARGET (a pg_dump archive)."""
    with running_database(get_settings()) as conninfo:
        _run_program("pg_dump", "--format=custom", f"--file={target}", conninfo)
    click.echo(f"{target}: {target.stat().st_size:,} bytes")


@db_group.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Replace what is in the database now.")
def restore_command(source: Path, replace: bool) -> None:
    """Read the whole register from SOURCE in one transaction: all of it or nothing."""
    clean = ["--clean", "--if-exists"] if replace else []
    with running_database(get_settings()) as conninfo:
        if not get_settings().database_url:
            from gazetteer.database.requirements import ensure_database

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
        raise click.ClickException(f"{program}: {finished.stderr.strip()}")

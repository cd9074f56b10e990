"""``gazetteer follow``: keep a copy of a register in step, and prove it."""

import logging
import sqlite3
import time
from pathlib import Path
from urllib.error import HTTPError

import click

from gazetteer.ledger.follower import Follower, OutOfStep
from web.commands.progress import show_progress


@click.command()
@click.argument("url")
@click.option(
    "--into",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The SQLite file of the copy; it is made if it does not exist.",
)
@click.option("--once", is_flag=True, help="Catch up, prove it, and end.")
@click.option(
    "--every",
    default=10.0,
    show_default=True,
    type=click.FloatRange(min=0.1),
    help="Seconds between two looks for changes.",
)
def follow_command(url: str, into: Path, once: bool, every: float) -> None:
    """Copy the register at URL, then follow its changes; may be killed at any moment.

    Exit code 1 with --once: the register could not be reached, or gave a checksum that its own
    snapshot does not have.
    """
    if not url.startswith(("http://", "https://")):
        raise click.BadParameter("must begin with http:// or https://", param_hint="URL")
    logging.basicConfig(format="%(message)s")
    try:
        with show_progress() as report_progress:
            follower = Follower(url, into, report_progress)
            while not _catch_up(follower, once) or not once:
                time.sleep(every)
    except (OutOfStep, sqlite3.Error, OSError) as error:
        raise click.ClickException(str(error)) from error


def _catch_up(follower: Follower, once: bool) -> bool:
    """Catch up and say so if there was anything; a register that is away may come back."""
    before = follower.seq
    try:
        follower.catch_up()
    except OSError as error:
        if once:
            raise
        wait = error.headers.get("Retry-After", "") if isinstance(error, HTTPError) else ""
        click.echo(f"{error}; trying again", err=True)
        time.sleep(int(wait) if wait.isdigit() else 0)
        return False
    if once or follower.seq != before:
        click.echo(f"In step at {follower.seq}: checksum {follower.compute_checksum()}")
    return True

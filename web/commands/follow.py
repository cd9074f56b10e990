"""``gazetteer follow``: keep a copy of a register up to date, and verify it by checksum."""

import logging
import sqlite3
import time
from pathlib import Path
from urllib.error import HTTPError

import click

from gazetteer.ledger.follower import Follower, OutOfStep
from web.commands.progress_display import show_progress
from web.commands.terminal_language import (
    CommandFailed,
    echo_message,
    terminal_text,
)


@click.command()
@click.argument("url")
@click.option(
    "--into",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The SQLite file of the copy; created if it does not exist.",
)
@click.option("--once", is_flag=True, help="Catch up, verify the checksum, and end.")
@click.option(
    "--every",
    default=10.0,
    show_default=True,
    type=click.FloatRange(min=0.1),
    help="Seconds between two requests for changes.",
)
def follow_command(url: str, into: Path, once: bool, every: float) -> None:
    """Copy the register at URL, then follow its changes; may be killed at any moment.

    Exit code 1 with --once: the register could not be reached, or its checksum is not that of its
    own snapshot.
    """
    if not url.startswith(("http://", "https://")):
        raise click.BadParameter(terminal_text("cli.follow.not_a_url"), param_hint="URL")
    logging.basicConfig(format="%(message)s")
    try:
        with show_progress() as report_progress:
            follower = Follower(url, into, report_progress)
            while not _catch_up(follower, once) or not once:
                time.sleep(every)
    except (OutOfStep, sqlite3.Error, OSError) as error:
        raise CommandFailed(_describe_error(error)) from error


def _describe_error(error: OutOfStep | sqlite3.Error | OSError) -> str:
    match error:
        case OutOfStep():
            id_ = "cli.follow.out_of_step"
        case sqlite3.Error():
            id_ = "cli.follow.copy_failed"
        case _:
            id_ = "cli.follow.unreachable"
    reason = error if isinstance(error, HTTPError) else getattr(error, "reason", error)
    return terminal_text(id_, error=str(reason))


def _catch_up(follower: Follower, once: bool) -> bool:
    """Catch up, and report it if there were changes; False if the register did not answer."""
    before = follower.seq
    try:
        follower.catch_up()
    except OSError as error:
        if once:
            raise
        wait = error.headers.get("Retry-After", "") if isinstance(error, HTTPError) else ""
        echo_message("cli.follow.retry", error=_describe_error(error), err=True)
        time.sleep(int(wait) if wait.isdigit() else 0)
        return False
    if once or follower.seq != before:
        echo_message("cli.follow.in_step", seq=follower.seq, checksum=follower.compute_checksum())
    return True

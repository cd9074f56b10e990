"""``python -m benchmarks``: measure, print one table, judge nothing by its exit code."""

import sys
from datetime import date
from pathlib import Path

import click

from benchmarks.batch import batch_rows
from benchmarks.files import file_rows
from benchmarks.measure import machine, rows
from benchmarks.network import network_rows
from benchmarks.stage import cluster, loaded
from benchmarks.table import as_json, as_text


@click.command()
@click.option("--json", "for_programs", is_flag=True, help="For programs.")
@click.option("--rounds", default=7, show_default=True, help="How often each side is asked.")
@click.option("--seconds", default=1.0, show_default=True, help="How long each time.")
@click.option(
    "--china",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A divisions file of all China, to measure with the whole country loaded.",
)
def main(for_programs: bool, rounds: int, seconds: float, china: Path | None) -> None:
    """Measure the service as ratios to its peers."""
    where = machine()
    with cluster() as own:
        click.echo("Preparing the database (loaded at the first run only) …", err=True)
        conninfo, loading = loaded(own, china)
        measured = list(rows(conninfo, loading, rounds, seconds))
        measured += batch_rows(conninfo, rounds)
        measured += file_rows(conninfo, rounds)
        measured += network_rows(own, rounds)
    if not for_programs:
        click.echo(f"{date.today()}, Python {sys.version.split()[0]}, {where}\n")
    click.echo(as_json(measured) if for_programs else as_text(measured))


if __name__ == "__main__":
    main()

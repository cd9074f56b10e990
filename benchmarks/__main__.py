"""``python -m benchmarks``: measure and print one table; the exit code says nothing about it."""

import sys
from datetime import date
from pathlib import Path

import click

from benchmarks.batch_rows import measure_batch
from benchmarks.file_rows import measure_csv_file
from benchmarks.naming_rows import measure_naming
from benchmarks.network_rows import measure_network
from benchmarks.results_table import format_json, format_markdown
from benchmarks.servers import ensure_loaded, run_cluster
from benchmarks.service_rows import describe_machine, measure_service


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
    where = describe_machine()
    with run_cluster() as own:
        click.echo("Preparing the database (loaded at the first run only) …", err=True)
        conninfo, loading = ensure_loaded(own, china)
        measured = list(measure_service(conninfo, loading, rounds, seconds))
        measured += measure_batch(conninfo, rounds)
        measured += measure_csv_file(conninfo, rounds)
        measured += measure_network(own, conninfo, rounds)
        measured += measure_naming(own, conninfo)
    if not for_programs:
        click.echo(f"{date.today()}, Python {sys.version.split()[0]}, {where}\n")
    click.echo(format_json(measured) if for_programs else format_markdown(measured))


if __name__ == "__main__":
    main()

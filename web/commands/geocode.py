"""``gazetteer geocode``: a file of addresses on all cores, or on a Dask cluster."""

import json
import sys
import time
from contextlib import ExitStack, nullcontext
from dataclasses import asdict, dataclass
from datetime import date, datetime
from os import cpu_count
from pathlib import Path
from typing import BinaryIO

import click

from boundaries.batch.address_rows import AddressColumns
from boundaries.batch.csv_files import sniff_csv
from boundaries.batch.dask_executor import open_dask_executor
from boundaries.batch.process_executor import open_process_executor
from boundaries.batch.row_processing import Executor
from boundaries.batch.row_tasks import FilePlan, GeocodeTask, GeocodeWorkerSpec, load_newest_index
from gazetteer.database.connection_info import register_database
from gazetteer.ledger.as_of import today
from gazetteer.problems import InvalidValue
from gazetteer.search.index.day_index import DayIndex
from gazetteer.settings import get_settings
from web.commands.progress import show_progress

_LEVELS = ("province", "prefecture", "county", "township", "village")


@dataclass(frozen=True, slots=True)
class GeocodeSummary:
    """What became of a file; ``known_at`` is the state of the register that answered."""

    rows: int
    seconds: float
    rows_per_second: float
    encoding: str
    delimiter: str
    at: str
    known_at: str | None
    output: str


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--columns", multiple=True, help="The columns of the address; or a,b,c.")
@click.option(
    "--part",
    "parts",
    type=(click.Choice(_LEVELS), str),
    multiple=True,
    metavar="LEVEL COLUMN",
    help="The column that holds the part of one level.",
)
@click.option("--result-columns", default="", help="The columns to add, a,b,c; default: all.")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Default: to stdout."
)
@click.option("--at", type=click.DateTime(["%Y-%m-%d"]), help="In force on this day; else today.")
@click.option("--encoding", help="utf-8, utf-8-sig or gb18030; default: found out.")
@click.option("--delimiter", help="comma, semicolon or tab; default: found out.")
@click.option("--jobs", type=click.IntRange(1), help="Processes; default: one for each core.")
@click.option("--dask", metavar="ADDRESS", help="A Dask scheduler whose cluster shall do it.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="en", help="Of what is told.")
@click.option("--json", "as_json", is_flag=True, help="Tell a summary for programs; needs -o.")
def geocode_command(
    file: Path,
    columns: tuple[str, ...],
    parts: tuple[tuple[str, str], ...],
    result_columns: str,
    output: Path | None,
    at: datetime | None,
    encoding: str | None,
    delimiter: str | None,
    jobs: int | None,
    dask: str | None,
    lang: str,
    as_json: bool,
) -> None:
    """Add to every row of the CSV FILE what its address names.

    Rows stay as they are, in the encoding of the file, and keep their order; result_ columns are
    added, the same as of /v1/geocode/csv. Without --columns the only column is taken.
    """
    if as_json and output is None:
        raise click.UsageError("--json needs -o: the rows go to stdout otherwise")
    if output is not None and output.exists() and output.samefile(file):
        raise click.UsageError("the output would overwrite the file while it is read")
    result_names = tuple(name.strip() for name in result_columns.split(",") if name.strip())
    day = at.date() if at else today()
    with ExitStack() as stack:
        data = stack.enter_context(file.open("rb"))
        address = (columns, dict(parts))
        plan, task = _plan_task(data, (encoding, delimiter), address, (result_names, day, lang))
        conninfo = stack.enter_context(register_database(get_settings()))
        index = load_newest_index(conninfo)
        if dask:
            recipe = GeocodeWorkerSpec(task, plan.columns, index.seq)
            ask = stack.enter_context(open_dask_executor(dask, recipe))
        else:
            answering = task.build_processor(DayIndex(index, day), plan.columns)
            ask = stack.enter_context(open_process_executor(answering, jobs or cpu_count() or 1))
        started = time.monotonic()
        _write_result(plan, data, ask, output)
        elapsed = time.monotonic() - started
    if as_json:
        known_at = index.recorded_at.isoformat() if index.recorded_at else None
        rate = round(plan.csv_file.rows / elapsed, 1) if elapsed else 0.0
        summary = GeocodeSummary(plan.csv_file.rows, round(elapsed, 3), rate, plan.csv_file.encoding,
                       plan.csv_file.delimiter, day.isoformat(), known_at, str(output))  # fmt: skip
        click.echo(json.dumps(asdict(summary), ensure_ascii=False))


def _plan_task(
    data: BinaryIO,
    file_format: tuple[str | None, str | None],
    address: tuple[tuple[str, ...], dict[str, str]],
    task_options: tuple[tuple[str, ...], date, str],
) -> tuple[FilePlan, GeocodeTask]:
    """The task held against the file; what is wrong with an option is wrong usage."""
    try:
        sheet = sniff_csv(data, *file_format)
        columns, parts = address
        if not columns and not parts and len(sheet.header) == 1:
            columns = sheet.header
        planned_task = GeocodeTask(AddressColumns.from_names(columns, parts), *task_options)
        return planned_task.build_plan(sheet), planned_task
    except InvalidValue as problem:
        if problem.field == "data":
            raise
        raise click.UsageError(str(problem)) from None


def _write_result(plan: FilePlan, data: BinaryIO, ask: Executor[str], output: Path | None) -> None:
    """Write the result; a file gets its name when it is whole."""
    next_encoding = "utf-8" if plan.csv_file.encoding == "utf-8-sig" else plan.csv_file.encoding
    part = output.with_name(f"{output.name}.part") if output else None
    encoding, done = plan.csv_file.encoding, 0
    with (
        show_progress() as report_progress,
        part.open("wb") if part else nullcontext(sys.stdout.buffer) as out,
    ):
        for piece in plan.iter_result_chunks(data, ask):
            out.write(piece.text.encode(encoding))
            encoding, done = next_encoding, done + piece.rows
            report_progress(done, plan.csv_file.rows, "geocode")
    if part and output:
        part.replace(output)

"""``gazetteer geocode``: geocoding a file of addresses on all cores, or on a Dask cluster."""

import json
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import asdict, dataclass
from datetime import date, datetime
from os import cpu_count
from pathlib import Path
from typing import Any, BinaryIO

import click

from boundaries.batch.address_rows import AddressColumns
from boundaries.batch.csv_files import sniff_csv
from boundaries.batch.dask_executor import open_dask_executor
from boundaries.batch.encodings import MARKED_UTF8, get_body_encoding
from boundaries.batch.process_executor import open_process_executor
from boundaries.batch.result_columns import ResultLayout
from boundaries.batch.result_spreadsheet import write_result_spreadsheet
from boundaries.batch.row_decisions import parse_decisions
from boundaries.batch.row_processing import Executor
from boundaries.batch.row_tasks import FilePlan, GeocodeTask, GeocodeWorkerSpec, load_newest_index
from boundaries.batch.table_conversion import convert_table
from boundaries.layers.whole_files import replace_when_complete
from gazetteer.database.connection_info import register_database
from gazetteer.ledger.as_of import today
from gazetteer.problems import InvalidValue
from gazetteer.progress import Progress
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.index.name_index import NameIndex
from gazetteer.settings import get_settings
from web.commands.input_files import input_file_argument
from web.commands.output_files import check_outputs
from web.commands.progress_display import show_progress
from web.commands.result_options import add_result_options, build_layout
from web.commands.terminal_language import command_language, language_option, terminal_text

_LEVELS = ("province", "prefecture", "county", "township", "village")
_SPREADSHEET_SUFFIX = ".xlsx"


@dataclass(frozen=True, slots=True)
class GeocodeSummary:
    """The outcome for a file; ``known_at`` is the state of the register that was searched."""

    rows: int
    seconds: float
    rows_per_second: float
    encoding: str
    delimiter: str
    at: str
    known_at: str | None
    output: str


@click.command()
@input_file_argument()
@click.option("--columns", multiple=True, help="The columns of the address; or a,b,c.")
@click.option(
    "--part",
    "parts",
    type=(click.Choice(_LEVELS), str),
    multiple=True,
    metavar="LEVEL COLUMN",
    help="The column that holds the part of one level.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Default: to stdout; .xlsx for a spreadsheet.",
)
@click.option("--at", type=click.DateTime(["%Y-%m-%d"]), help="In force on this day; else today.")
@click.option("--encoding", help="utf-8, gb18030, utf-16 or big5; default: detected.")
@click.option("--delimiter", help="comma, semicolon or tab; default: detected.")
@click.option("--jobs", type=click.IntRange(1), help="Processes; default: one for each core.")
@click.option("--dask", metavar="ADDRESS", help="Scheduler of a Dask cluster to run on.")
@click.option("--json", "as_json", is_flag=True, help="Print a summary for programs; needs -o.")
@add_result_options
@language_option
def geocode_command(
    file: Path,
    columns: tuple[str, ...],
    parts: tuple[tuple[str, str], ...],
    output: Path | None,
    at: datetime | None,
    encoding: str | None,
    delimiter: str | None,
    jobs: int | None,
    dask: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Geocode the address in every row of the CSV or XLSX FILE.

    Rows remain as they are, in the encoding of the file, and keep their order; result_ columns are
    added, as by /v1/geocode/csv. Without --columns the column with the heading of an address is
    taken, or the only one. XLSX, UTF-16 and Big5 are answered in UTF-8.
    """
    _check_output(file, output, as_json)
    task_options = (build_layout(options), at.date() if at else today(), options["decisions"])
    with ExitStack() as stack:
        data: BinaryIO = stack.enter_context(file.open("rb"))
        if converted := convert_table(data, encoding):
            data, encoding, delimiter = stack.enter_context(converted), None, None
        plan, task = _plan_task(data, (encoding, delimiter), (columns, dict(parts)), task_options)
        index = load_newest_index(stack.enter_context(register_database(get_settings())))
        executor = stack.enter_context(_open_executor(plan, task, index, dask, jobs))
        started = time.monotonic()
        _write_result(plan, data, executor, output, bom=options["bom"])
        elapsed = time.monotonic() - started
    if as_json:
        summary = _summarize(plan, task, index, elapsed, str(output))
        click.echo(json.dumps(asdict(summary), ensure_ascii=False))


def _check_output(file: Path, output: Path | None, as_json: bool) -> None:
    if as_json and output is None:
        raise click.UsageError(terminal_text("cli.geocode.json_needs_output"))
    check_outputs([file], [output])


def _open_executor(
    plan: FilePlan, task: GeocodeTask, index: NameIndex, dask: str | None, jobs: int | None
) -> AbstractContextManager[Executor[str]]:
    """The executor: a Dask cluster at the address ``dask``, else ``jobs`` processes."""
    if dask:
        return open_dask_executor(dask, GeocodeWorkerSpec(task, plan.columns, index.seq))
    processor = task.build_processor(DayIndex(index, task.at), plan.columns)
    return open_process_executor(processor, jobs or cpu_count() or 1)


def _summarize(
    plan: FilePlan, task: GeocodeTask, index: NameIndex, elapsed: float, output: str
) -> GeocodeSummary:
    csv_file = plan.csv_file
    return GeocodeSummary(
        rows=csv_file.rows,
        seconds=round(elapsed, 3),
        rows_per_second=round(csv_file.rows / elapsed, 1) if elapsed else 0.0,
        encoding=csv_file.encoding,
        delimiter=csv_file.delimiter,
        at=task.at.isoformat(),
        known_at=index.recorded_at.isoformat() if index.recorded_at else None,
        output=output,
    )


def _plan_task(
    data: BinaryIO,
    file_format: tuple[str | None, str | None],
    address: tuple[tuple[str, ...], dict[str, str]],
    task_options: tuple[ResultLayout, date, tuple[str, ...]],
) -> tuple[FilePlan, GeocodeTask]:
    """The task and its plan for the file.

    Raises:
        UsageError: an option does not fit the file.
        InvalidValue: the file cannot be read.
    """
    try:
        sheet = sniff_csv(data, *file_format)
        columns, parts = address
        layout, day, decisions = task_options
        planned_task = GeocodeTask(
            AddressColumns.from_names(columns, parts),
            layout,
            day,
            command_language(),
            parse_decisions(decisions),
        )
        return planned_task.build_plan(sheet), planned_task
    except InvalidValue as problem:
        if problem.field == "data":
            raise
        raise click.UsageError(problem.text(command_language())) from None


def _write_result(
    plan: FilePlan, data: BinaryIO, executor: Executor[str], output: Path | None, *, bom: bool
) -> None:
    """Write the result; a file gets its name when it is complete."""
    encoding = MARKED_UTF8 if bom else plan.csv_file.encoding
    with show_progress() as report_progress:
        pieces = _iter_pieces(plan, data, executor, report_progress)
        if output is None:
            _write_csv(sys.stdout.buffer, pieces, encoding)
            return
        with replace_when_complete(output, output.name) as part, part.open("wb") as out:
            if output.suffix.lower() == _SPREADSHEET_SUFFIX:
                write_result_spreadsheet(out, plan.csv_file, plan.columns, pieces)
            else:
                _write_csv(out, pieces, encoding)


def _iter_pieces(
    plan: FilePlan, data: BinaryIO, executor: Executor[str], report_progress: Progress
) -> Iterator[str]:
    done = 0
    for piece in plan.iter_result_chunks(data, executor):
        yield piece.text
        done += piece.rows
        report_progress(done, plan.csv_file.rows, "geocode")


def _write_csv(out: BinaryIO, pieces: Iterable[str], encoding: str) -> None:
    """Only the first piece begins with a byte order mark."""
    for piece in pieces:
        out.write(piece.encode(encoding))
        encoding = get_body_encoding(encoding)

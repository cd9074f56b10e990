"""The kinds of job, and what the clock starts: each capability adds its own to these tuples.

Jobs on a file do the same work as the endpoints for small files.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from os import cpu_count
from typing import BinaryIO

from boundaries.batch.csv_files import CsvFile, sniff_csv
from boundaries.batch.dask_executor import open_dask_executor
from boundaries.batch.encodings import MARKED_UTF8, get_body_encoding
from boundaries.batch.facility_counts import Facility, FacilityStatus
from boundaries.batch.facility_coverage import CoveragePlan, CoverageTask, iter_result_lines
from boundaries.batch.position_rows import PositionProcessor
from boundaries.batch.process_executor import open_process_executor
from boundaries.batch.result_columns import ResultColumns
from boundaries.batch.result_geopackage import write_geopackage
from boundaries.batch.result_spreadsheet import (
    SPREADSHEET_MEDIA,
    TableFormat,
    write_result_spreadsheet,
)
from boundaries.batch.row_processing import Executor
from boundaries.batch.row_tasks import FilePlan, GeocodeTask, GeocodeWorkerSpec, ReverseTask
from boundaries.consistency.background_checks import CHECK_AFTER_CHANGES, CHECKS
from boundaries.drafts.due_publications import PUBLISH_DUE_DRAFTS
from boundaries.findings.background_runs import FINDINGS, NIGHTLY_RUN
from gazetteer.files.store_maintenance import TIDY_FILES
from gazetteer.jobs.clock import PeriodicTask
from gazetteer.jobs.job_kind import JobKind, JobQueue
from gazetteer.jobs.maintenance import PURGE_JOBS
from gazetteer.jobs.result_chunk import ResultChunk
from gazetteer.jobs.result_rows import write_result_rows
from gazetteer.jobs.running_job import RunningJob
from gazetteer.ledger.as_of import resolve_known_at
from gazetteer.naming.defect_runs import NAMING_DEFECTS, NIGHTLY_SEARCH
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.index.index_loading import load_ledger_seq
from gazetteer.settings import Settings
from web.services.warm_indexes import get_warm_indexes
from web.uploads.batch_forms import CoverageForm, FileForm, GeocodeForm, ResultForm, ReverseForm

FORM_OF_KIND: dict[str, type[GeocodeForm] | type[ReverseForm] | type[CoverageForm]] = {
    "geocode_csv": GeocodeForm,
    "reverse_csv": ReverseForm,
    "coverage": CoverageForm,
}
RowTask = GeocodeTask | ReverseTask | CoverageTask

CSV_RESULT, GEOPACKAGE_RESULT, XLSX_RESULT = "result.csv", "result.gpkg", "result.xlsx"
GEOPACKAGE = "application/geopackage+sqlite3"


def build_row_task(form: FileForm, lang: str, settings: Settings) -> RowTask:
    """The task that the form of a kind describes."""
    assert isinstance(form, GeocodeForm | ReverseForm | CoverageForm)
    return form.build_task(lang, settings.near_boundary_m)


@dataclass(frozen=True, slots=True)
class PreparedFile:
    """A file ready for its rows; see :class:`gazetteer.jobs.result_rows.PreparedRows`.

    ``point_columns`` are the headings of the position; ``spreadsheet_columns`` are those that were
    added, if the result is asked for as a spreadsheet too.
    """

    ledger_seq: int
    known_at: datetime | None
    is_resumable: bool
    chunks_after: Callable[[int], Iterator[ResultChunk]]
    sheet: CsvFile
    output_encoding: str
    point_columns: tuple[str, str]
    spreadsheet_columns: ResultColumns | None = None

    def iter_chunks(self, skip: int) -> Iterator[ResultChunk]:
        """The result after so many lines of the file."""
        return self.chunks_after(skip)


PrepareFile = Callable[[RunningJob, BinaryIO], AbstractContextManager[PreparedFile]]
_POINT_COLUMNS = ("result_lon", "result_lat")


def _run_file_job(prepare: PrepareFile, running: RunningJob) -> None:
    """Write the result of a job on a file as CSV, and then as the other formats."""
    files = running.files
    with files.input_file.open("rb") as data, prepare(running, data) as prepared:
        table = write_result_rows(running, prepared, CSV_RESULT)
        encoding, delimiter = prepared.output_encoding, prepared.sheet.delimiter
        target = files.build_result_path(GEOPACKAGE_RESULT)
        write_geopackage(table, target, encoding, delimiter, prepared.point_columns)
        if prepared.spreadsheet_columns is not None:
            with (
                table.open(encoding=encoding, newline="") as lines,
                running.write_result(XLSX_RESULT, SPREADSHEET_MEDIA) as file,
            ):
                write_result_spreadsheet(file, prepared.sheet, prepared.spreadsheet_columns, lines)
    charset = get_body_encoding(encoding)
    running.add_result(CSV_RESULT, f"text/csv; charset={charset}")
    running.add_result(GEOPACKAGE_RESULT, GEOPACKAGE)


def _prepare_rows(
    form: ResultForm,
    plan: FilePlan,
    state: tuple[int, datetime | None],
    chunks_after: Callable[[int], Iterator[ResultChunk]],
) -> PreparedFile:
    """The rows of a plan at a state, in the formats of the form."""
    columns = plan.columns
    heading_of = dict(zip(columns.names, columns.header_cells, strict=True))
    lon, lat = (heading_of.get(name, name) for name in _POINT_COLUMNS)
    return PreparedFile(
        *state,
        is_resumable=True,
        chunks_after=chunks_after,
        sheet=plan.csv_file,
        output_encoding=MARKED_UTF8 if form.bom else plan.csv_file.encoding,
        point_columns=(lon, lat),
        spreadsheet_columns=columns if form.format is TableFormat.XLSX else None,
    )


@contextmanager
def _prepare_geocode(running: RunningJob, data: BinaryIO) -> Iterator[PreparedFile]:
    sheet, form, task = _parse_job(running, data)
    assert isinstance(form, ResultForm)
    assert isinstance(task, GeocodeTask)
    plan, index = task.build_plan(sheet), get_warm_indexes(running.conninfo).refresh_name_index()
    with ExitStack() as stack:
        if running.settings.dask_scheduler:
            recipe = GeocodeWorkerSpec(task, plan.columns, index.seq)
            ask: Executor[str] = stack.enter_context(
                open_dask_executor(running.settings.dask_scheduler, recipe)
            )
        else:
            answering = task.build_processor(DayIndex(index, task.at), plan.columns)
            processes = _count_processes(running.settings)
            ask = stack.enter_context(open_process_executor(answering, processes))
        pieces = partial(_iter_result, plan, data, ask)
        yield _prepare_rows(form, plan, (index.seq, index.recorded_at), pieces)


@contextmanager
def _prepare_reverse(running: RunningJob, data: BinaryIO) -> Iterator[PreparedFile]:
    sheet, form, task = _parse_job(running, data)
    assert isinstance(form, ResultForm)
    assert isinstance(task, ReverseTask)
    plan, job, indexes = task.build_plan(sheet), running.job, get_warm_indexes(running.conninfo)
    seq = load_ledger_seq(running.conn) if job.seq is None else job.seq
    moment = job.known_at or resolve_known_at(running.conn, task.as_of)
    pinned = replace(task, as_of=replace(task.as_of, known_at=moment))
    answering = pinned.build_processor(
        indexes.connect, plan.columns, indexes.refresh_area_index(pinned.as_of)
    )
    with open_process_executor(answering, _count_processes(running.settings)) as ask:
        pieces = partial(_iter_result, plan, data, ask)
        yield _prepare_rows(form, plan, (seq, moment), pieces)


@contextmanager
def _prepare_coverage(running: RunningJob, data: BinaryIO) -> Iterator[PreparedFile]:
    sheet, _, task = _parse_job(running, data)
    assert isinstance(task, CoverageTask)
    indexes = get_warm_indexes(running.conninfo)
    index = indexes.refresh_name_index()
    day_index = DayIndex(index, task.as_of.at)
    plan = task.build_plan(sheet)
    points = plan.build_position_processor(day_index, indexes.connect, indexes.refresh_area_index)
    pieces = partial(_iter_coverage, plan, data, day_index, points)
    state, encoding = (index.seq, index.recorded_at), sheet.encoding
    yield PreparedFile(*state, False, pieces, sheet, encoding, ("lon", "lat"))


def _parse_job(running: RunningJob, data: BinaryIO) -> tuple[CsvFile, FileForm, RowTask]:
    job = running.job
    form = FORM_OF_KIND[job.kind].model_validate({**job.form, "at": job.at})
    task = build_row_task(form, job.language, running.settings)
    return sniff_csv(data, job.encoding, job.delimiter), form, task


def _count_processes(settings: Settings) -> int:
    return settings.worker_processes or cpu_count() or 1


def _iter_result(
    plan: FilePlan, data: BinaryIO, ask: Executor[str], skip: int
) -> Iterator[ResultChunk]:
    return plan.iter_result_chunks(data, ask, skip)


def _iter_coverage(
    plan: CoveragePlan,
    data: BinaryIO,
    day_index: DayIndex,
    points: PositionProcessor,
    _: int,
) -> Iterator[ResultChunk]:
    counted = plan.build_coverage(day_index)
    uncounted: list[Facility] = []
    for chunk in plan.iter_facilities(data, day_index, points, counted):
        uncounted += [f for f in chunk if f.status is not FacilityStatus.COUNTED]
        yield ResultChunk("", len(chunk), len(chunk))
    yield ResultChunk("".join(iter_result_lines(plan.csv_file, counted, uncounted)), 0, 0)


JOB_KINDS: Mapping[str, JobKind] = {
    kind.name: kind
    for kind in (
        JobKind("geocode_csv", JobQueue.FILES, partial(_run_file_job, _prepare_geocode)),
        JobKind("reverse_csv", JobQueue.FILES, partial(_run_file_job, _prepare_reverse)),
        JobKind("coverage", JobQueue.FILES, partial(_run_file_job, _prepare_coverage)),
        FINDINGS,
        NAMING_DEFECTS,
        CHECKS,
    )
}
PERIODIC_TASKS: tuple[PeriodicTask, ...] = (
    PURGE_JOBS,
    TIDY_FILES,
    NIGHTLY_RUN,
    NIGHTLY_SEARCH,
    CHECK_AFTER_CHANGES,
    PUBLISH_DUE_DRAFTS,
)

"""The work of each kind of job: the same tasks as the endpoints for single files."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from os import cpu_count
from typing import Any, BinaryIO

import psycopg
from psycopg import Connection

from boundaries.areas.point_index.area_index import AreaIndex, load_area_index
from boundaries.batch.csv_files import CsvFile, sniff_csv
from boundaries.batch.dask_executor import open_dask_executor
from boundaries.batch.facility_counts import Facility, FacilityStatus
from boundaries.batch.facility_coverage import CoveragePlan, CoverageTask, iter_result_lines
from boundaries.batch.position_rows import PositionProcessor
from boundaries.batch.process_executor import open_process_executor
from boundaries.batch.result_geopackage import write_geopackage
from boundaries.batch.row_processing import Executor
from boundaries.batch.row_tasks import (
    FilePlan,
    GeocodeTask,
    GeocodeWorkerSpec,
    ReverseTask,
    load_newest_index,
)
from boundaries.findings import background_runs
from gazetteer.jobs.job_files import JobFiles
from gazetteer.jobs.job_runner import PrepareJob
from gazetteer.jobs.job_store import Job
from gazetteer.jobs.result_chunk import ResultChunk
from gazetteer.ledger.as_of import AsOf, resolve_known_at
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.index.index_loading import load_ledger_seq
from gazetteer.search.index.name_index import NameIndex
from gazetteer.settings import Settings
from web.uploads.batch_forms import CoverageForm, FileForm, GeocodeForm, ReverseForm

FORM_OF_KIND: dict[str, type[GeocodeForm] | type[ReverseForm] | type[CoverageForm]] = {
    "geocode_csv": GeocodeForm,
    "reverse_csv": ReverseForm,
    "coverage": CoverageForm,
}
RowTask = GeocodeTask | ReverseTask | CoverageTask


def build_row_task(form: FileForm, lang: str, settings: Settings) -> RowTask:
    """The task that the form of a kind describes."""
    assert isinstance(form, GeocodeForm | ReverseForm | CoverageForm)
    return form.build_task(lang, settings.near_boundary_m)


@dataclass(frozen=True, slots=True)
class PreparedFileJob:
    """A prepared job; see :class:`gazetteer.jobs.job_runner.PreparedJob`."""

    seq: int
    known_at: datetime | None
    resumable: bool
    chunks_after: Callable[[int], Iterator[ResultChunk]]
    sheet: CsvFile
    point_columns: tuple[str, str]

    def iter_chunks(self, skip: int) -> Iterator[ResultChunk]:
        """The result after so many lines of the file."""
        return self.chunks_after(skip)

    def write_extras(self, files: JobFiles) -> None:
        """Write the GeoPackage of the whole result."""
        encoding, delimiter = self.sheet.encoding, self.sheet.delimiter
        write_geopackage(
            files.result_file, files.geopackage_file, encoding, delimiter, self.point_columns
        )


_POINT_COLUMNS = ("result_lon", "result_lat")


class JobPreparer:
    """Prepares jobs over one database; caches the indexes of the newest state between jobs."""

    def __init__(self, conninfo: str, settings: Settings) -> None:
        self._settings = settings
        self._connect: Callable[[], AbstractContextManager[Connection[Any]]] = partial(
            psycopg.connect, conninfo, autocommit=True
        )
        self._conninfo = conninfo
        self._name_index: NameIndex | None = None
        self._area_index: AreaIndex | None = None

    def build_openers(self) -> dict[str, PrepareJob]:
        """The functions that prepare each kind."""
        return {
            "geocode_csv": self._prepare_geocode,
            "reverse_csv": self._prepare_reverse,
            "coverage": self._prepare_coverage,
            background_runs.KIND: partial(background_runs.prepare_run, self._connect),
        }

    @contextmanager
    def _prepare_geocode(self, job: Job, data: BinaryIO) -> Iterator[PreparedFileJob]:
        sheet, task = self._parse_job(job, data)
        assert isinstance(task, GeocodeTask)
        plan, index = task.build_plan(sheet), self._refresh_name_index()
        with ExitStack() as stack:
            if self._settings.dask_scheduler:
                recipe = GeocodeWorkerSpec(task, plan.columns, index.seq)
                ask: Executor[str] = stack.enter_context(
                    open_dask_executor(self._settings.dask_scheduler, recipe)
                )
            else:
                answering = task.build_processor(DayIndex(index, task.at), plan.columns)
                ask = stack.enter_context(open_process_executor(answering, self._process_count))
            pieces = partial(_iter_result, plan, data, ask)
            yield PreparedFileJob(index.seq, index.recorded_at, True, pieces, sheet, _POINT_COLUMNS)

    @contextmanager
    def _prepare_reverse(self, job: Job, data: BinaryIO) -> Iterator[PreparedFileJob]:
        sheet, task = self._parse_job(job, data)
        assert isinstance(task, ReverseTask)
        plan = task.build_plan(sheet)
        with self._connect() as conn:
            seq = load_ledger_seq(conn) if job.seq is None else job.seq
            moment = resolve_known_at(conn, task.as_of) if job.known_at is None else job.known_at
        pinned = replace(task, as_of=replace(task.as_of, known_at=moment))
        answering = pinned.build_processor(
            self._connect, plan.columns, self._refresh_area_index(pinned.as_of)
        )
        with open_process_executor(answering, self._process_count) as ask:
            pieces = partial(_iter_result, plan, data, ask)
            yield PreparedFileJob(seq, moment, True, pieces, sheet, _POINT_COLUMNS)

    @contextmanager
    def _prepare_coverage(self, job: Job, data: BinaryIO) -> Iterator[PreparedFileJob]:
        sheet, task = self._parse_job(job, data)
        assert isinstance(task, CoverageTask)
        index = self._refresh_name_index()
        day_index = DayIndex(index, task.as_of.at)
        plan = task.build_plan(sheet)
        points = plan.build_position_processor(day_index, self._connect, self._refresh_area_index)
        pieces = partial(_iter_coverage, plan, data, day_index, points)
        yield PreparedFileJob(index.seq, index.recorded_at, False, pieces, sheet, ("lon", "lat"))

    def _refresh_area_index(self, as_of: AsOf) -> AreaIndex | None:
        with self._connect() as conn:
            self._area_index = load_area_index(conn, self._area_index)
        return self._area_index if self._area_index.can_answer(as_of) else None

    @property
    def _process_count(self) -> int:
        return self._settings.worker_processes or cpu_count() or 1

    def _parse_job(self, job: Job, data: BinaryIO) -> tuple[CsvFile, RowTask]:
        form = FORM_OF_KIND[job.kind].model_validate({**job.form, "at": job.at})
        return sniff_csv(data, job.encoding, job.delimiter), build_row_task(
            form, job.language, self._settings
        )

    def _refresh_name_index(self) -> NameIndex:
        with self._connect() as conn:
            seq = load_ledger_seq(conn)
        if self._name_index is None or self._name_index.seq != seq:
            self._name_index = None  # two at once may not fit into memory
            self._name_index = load_newest_index(self._conninfo)
        return self._name_index


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

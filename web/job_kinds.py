"""What a job of each kind does: the same tasks as the endpoints of single files."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from os import cpu_count
from typing import Any, BinaryIO

import psycopg
from psycopg import Connection

from boundaries.areas.memory.ground import AreaIndex, load_area_index
from boundaries.bulk.coverage import CoveragePlan, CoverageTask, iter_result_lines
from boundaries.bulk.geopackage import write_geopackage
from boundaries.bulk.positions import PositionProcessor
from boundaries.bulk.tasks import (
    FilePlan,
    GeocodeTask,
    GeocodeWorkerSpec,
    ReverseTask,
    load_newest_index,
)
from boundaries.findings import background
from gazetteer.jobs.files import JobFiles
from gazetteer.jobs.run import PrepareJob
from gazetteer.jobs.store import Job
from gazetteer.ledger.asof import AsOf, resolve_known_at
from gazetteer.search.bulk.coverage import Facility, FacilityStatus
from gazetteer.search.bulk.dask import open_dask_executor
from gazetteer.search.bulk.processes import open_process_executor
from gazetteer.search.bulk.rows import Executor, ResultChunk
from gazetteer.search.bulk.sheets import CsvFile, sniff_csv
from gazetteer.search.index import NameIndex
from gazetteer.search.loading import load_ledger_seq
from gazetteer.search.view import DayIndex
from gazetteer.settings import Settings
from web.bulk_forms import CoverageForm, FileForm, GeocodeForm, ReverseForm

FORMS: dict[str, type[GeocodeForm] | type[ReverseForm] | type[CoverageForm]] = {
    "geocode_csv": GeocodeForm,
    "reverse_csv": ReverseForm,
    "coverage": CoverageForm,
}
Task = GeocodeTask | ReverseTask | CoverageTask


def task_of(form: FileForm, lang: str, settings: Settings) -> Task:
    """What the form of a kind asks for."""
    assert isinstance(form, GeocodeForm | ReverseForm | CoverageForm)
    return form.task(lang, settings.near_boundary_m)


@dataclass(frozen=True, slots=True)
class Opened:
    """A job made ready; see :class:`gazetteer.jobs.run.PreparedJob`."""

    seq: int
    known_at: datetime | None
    resumable: bool
    answers: Callable[[int], Iterator[ResultChunk]]
    sheet: CsvFile
    point: tuple[str, str]

    def iter_chunks(self, skip: int) -> Iterator[ResultChunk]:
        """The result from behind so many lines of the file."""
        return self.answers(skip)

    def write_extras(self, files: JobFiles) -> None:
        """Make the GeoPackage of the whole result."""
        encoding, delimiter = self.sheet.encoding, self.sheet.delimiter
        write_geopackage(files.result_file, files.geopackage_file, encoding, delimiter, self.point)


_POINT = ("result_lon", "result_lat")


class Kinds:
    """Makes jobs ready over one database; keeps what it read of the newest state between jobs."""

    def __init__(self, conninfo: str, settings: Settings) -> None:
        self._settings = settings
        self._connect: Callable[[], AbstractContextManager[Connection[Any]]] = partial(
            psycopg.connect, conninfo, autocommit=True
        )
        self._conninfo = conninfo
        self._index: NameIndex | None = None
        self._ground: AreaIndex | None = None

    def known(self) -> dict[str, PrepareJob]:
        """How each kind is made ready."""
        return {
            "geocode_csv": self._geocode,
            "reverse_csv": self._reverse,
            "coverage": self._coverage,
            background.KIND: partial(background.prepare_run, self._connect),
        }

    @contextmanager
    def _geocode(self, job: Job, data: BinaryIO) -> Iterator[Opened]:
        sheet, task = self._asked(job, data)
        assert isinstance(task, GeocodeTask)
        plan, index = task.build_plan(sheet), self._newest()
        with ExitStack() as held:
            if self._settings.dask_scheduler:
                recipe = GeocodeWorkerSpec(task, plan.columns, index.seq)
                ask: Executor[str] = held.enter_context(
                    open_dask_executor(self._settings.dask_scheduler, recipe)
                )
            else:
                answering = task.build_processor(DayIndex(index, task.at), plan.columns)
                ask = held.enter_context(open_process_executor(answering, self._processes))
            pieces = partial(_pieces, plan, data, ask)
            yield Opened(index.seq, index.recorded_at, True, pieces, sheet, _POINT)

    @contextmanager
    def _reverse(self, job: Job, data: BinaryIO) -> Iterator[Opened]:
        sheet, task = self._asked(job, data)
        assert isinstance(task, ReverseTask)
        plan = task.build_plan(sheet)
        with self._connect() as conn:
            seq = load_ledger_seq(conn) if job.seq is None else job.seq
            moment = resolve_known_at(conn, task.as_of) if job.known_at is None else job.known_at
        pinned = replace(task, as_of=replace(task.as_of, known_at=moment))
        answering = pinned.build_processor(
            self._connect, plan.columns, self._ground_of(pinned.as_of)
        )
        with open_process_executor(answering, self._processes) as ask:
            pieces = partial(_pieces, plan, data, ask)
            yield Opened(seq, moment, True, pieces, sheet, _POINT)

    @contextmanager
    def _coverage(self, job: Job, data: BinaryIO) -> Iterator[Opened]:
        sheet, task = self._asked(job, data)
        assert isinstance(task, CoverageTask)
        index = self._newest()
        view = DayIndex(index, task.as_of.at)
        plan = task.build_plan(sheet)
        points = plan.build_position_processor(view, self._connect, self._ground_of)
        pieces = partial(_covered, plan, data, view, points)
        yield Opened(index.seq, index.recorded_at, False, pieces, sheet, ("lon", "lat"))

    def _ground_of(self, as_of: AsOf) -> AreaIndex | None:
        with self._connect() as conn:
            self._ground = load_area_index(conn, self._ground)
        return self._ground if self._ground.can_answer(as_of) else None

    @property
    def _processes(self) -> int:
        return self._settings.worker_processes or cpu_count() or 1

    def _asked(self, job: Job, data: BinaryIO) -> tuple[CsvFile, Task]:
        form = FORMS[job.kind].model_validate({**job.form, "at": job.at})
        return sniff_csv(data, job.encoding, job.delimiter), task_of(
            form, job.language, self._settings
        )

    def _newest(self) -> NameIndex:
        with self._connect() as conn:
            seq = load_ledger_seq(conn)
        if self._index is None or self._index.seq != seq:
            self._index = None  # two of them may be more than there is memory
            self._index = load_newest_index(self._conninfo)
        return self._index


def _pieces(plan: FilePlan, data: BinaryIO, ask: Executor[str], skip: int) -> Iterator[ResultChunk]:
    return plan.iter_result_chunks(data, ask, skip)


def _covered(
    plan: CoveragePlan,
    data: BinaryIO,
    view: DayIndex,
    points: PositionProcessor,
    _: int,
) -> Iterator[ResultChunk]:
    counted = plan.build_coverage(view)
    left: list[Facility] = []
    for chunk in plan.iter_facilities(data, view, points, counted):
        left += [f for f in chunk if f.status is not FacilityStatus.COUNTED]
        yield ResultChunk("", len(chunk), len(chunk))
    yield ResultChunk("".join(iter_result_lines(plan.csv_file, counted, left)), 0, 0)

"""The tasks of batch processing as values, which endpoints, commands and jobs build alike."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import islice
from typing import Any, BinaryIO, Protocol

import psycopg

from boundaries.areas.label_points import load_unit_points
from boundaries.areas.point_index.area_index import AreaIndex
from boundaries.batch import position_rows
from boundaries.batch.address_rows import ADDRESS_COLUMNS, AddressColumns, AddressProcessor
from boundaries.batch.csv_files import CsvFile, CsvRecord, iter_records
from boundaries.batch.dask_executor import StateMoved
from boundaries.batch.position_rows import POSITION_COLUMNS, PositionProcessor
from boundaries.batch.result_columns import ResultColumns, ResultLayout
from boundaries.batch.row_decisions import RowDecision, index_decisions
from boundaries.batch.row_processing import (
    Executor,
    InputColumns,
    RowInput,
    RowProcessor,
    format_header,
    process_rows,
)
from boundaries.layers.coordinates import Crs
from gazetteer.database.cluster import Cluster
from gazetteer.jobs.result_chunk import ResultChunk
from gazetteer.ledger.as_of import AsOf
from gazetteer.messages import Lang, message
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.index.index_files import IndexFiles
from gazetteer.search.index.name_index import NameIndex
from gazetteer.settings import get_settings


@dataclass(frozen=True, slots=True)
class FilePlan:
    """A task applied to a file: the cells that are processed, and the columns that are added."""

    csv_file: CsvFile
    input_columns: InputColumns
    columns: ResultColumns
    lang: Lang

    def iter_result_chunks(
        self, stream: BinaryIO, executor: Executor[str], skip: int = 0
    ) -> Iterator[ResultChunk]:
        """The result from its header on, or from where an earlier run ended.

        Args:
            stream: the file; must be able to seek.
            executor: makes the appended cells of rows, see :func:`process_rows`.
            skip: the number of records (header, rows and blank lines) that are done.
        """
        rows = iter_records(stream, self.csv_file)
        if not skip:
            yield self._build_header_chunk(rows)
        yield from process_rows(
            islice(rows, skip, None),
            self.csv_file,
            self.input_columns,
            self.columns,
            executor,
            self.lang,
        )

    def _build_header_chunk(self, rows: Iterator[CsvRecord]) -> ResultChunk:
        text = ""
        for count, record in enumerate(rows, 1):
            if record.cells:
                return ResultChunk(text + format_header(record, self.columns), 0, count)
            text += record.text + record.end
        raise ValueError("the file is not the one that was examined")


class FileTask(Protocol):
    """A task for every row of a file."""

    def build_plan(self, csv_file: CsvFile) -> FilePlan:
        """The plan of the task for a file.

        Raises:
            InvalidValue: the file does not have what the task needs; names the field.
        """


@dataclass(frozen=True, slots=True)
class GeocodeTask:
    """Find the unit of each address, on a day.

    ``decisions`` are those of a person about ambiguous rows: the number of a row, and the choice
    as :func:`boundaries.batch.address_rows.build_decided_cells` takes it.
    """

    columns: AddressColumns
    layout: ResultLayout
    at: date
    lang: Lang
    decisions: tuple[RowDecision, ...] = ()

    def build_plan(self, csv_file: CsvFile) -> FilePlan:
        """The plan of the task for a file."""
        positions = self.columns.find_positions(csv_file)
        more = ("result_decided_by",) if self.decisions else ()
        columns = self.layout.build_columns(csv_file, ADDRESS_COLUMNS, self.lang, *more)
        input_columns = InputColumns(positions, index_decisions(self.decisions, csv_file.rows))
        return FilePlan(csv_file, input_columns, columns, self.lang)

    def build_processor(self, day_index: DayIndex, columns: ResultColumns) -> RowProcessor[str]:
        """The processor of the rows, from one index: one state of the register for all."""
        address_processor = AddressProcessor(
            day_index, self.columns, self.lang, takes_decisions=bool(self.decisions)
        )
        return partial(_format_processed_rows, address_processor, columns)


@dataclass(frozen=True, slots=True)
class ReverseTask:
    """Find the units that cover each position, at a moment."""

    columns: tuple[str, ...]
    crs: Crs
    as_of: AsOf
    near_boundary_m: float
    layout: ResultLayout
    lang: Lang

    def build_plan(self, csv_file: CsvFile) -> FilePlan:
        """The plan of the task for a file."""
        input_columns = InputColumns(position_rows.find_position_columns(csv_file, self.columns))
        columns = self.layout.build_columns(csv_file, POSITION_COLUMNS, self.lang)
        return FilePlan(csv_file, input_columns, columns, self.lang)

    def build_processor(
        self, connect: position_rows.Connect, columns: ResultColumns, area_index: AreaIndex | None
    ) -> RowProcessor[str]:
        """The processor of the rows, from the database where ``area_index`` has no answer.

        ``area_index`` is the state of ``as_of`` in memory, or None if it is not there. ``as_of``
        must have a ``known_at``; without it rows may be of different states.
        """
        position_processor = PositionProcessor(
            connect, self.as_of, self.crs, self.near_boundary_m, self.lang, area_index
        )
        return partial(_format_processed_rows, position_processor, columns)


def _format_processed_rows(
    processor: AddressProcessor | PositionProcessor,
    columns: ResultColumns,
    inputs: Sequence[RowInput],
) -> list[str]:
    return [
        columns.format_values(values)
        for values in processor.iter_result_cells(inputs, columns.names)
    ]


@dataclass(frozen=True, slots=True)
class GeocodeWorkerSpec:
    """The spec of a geocoding task at one state of the register, for the workers of a cluster."""

    task: GeocodeTask
    columns: ResultColumns
    seq: int

    def build_processor(self) -> RowProcessor[Any]:
        """Build the processor over the database that this process knows.

        Raises:
            StateMoved: it is at another state.
        """
        current_settings = get_settings()
        conninfo = current_settings.database_url or Cluster(current_settings.home).get_conninfo()
        index = load_newest_index(conninfo)
        if index.seq != self.seq:
            raise StateMoved(message("batch.state_moved"))
        return self.task.build_processor(DayIndex(index, self.task.at), self.columns)


def load_newest_index(conninfo: str) -> NameIndex:
    """The index of the newest state of a register, by the file that other processes map too."""
    files = IndexFiles(get_settings().index_directory, load_unit_points)
    with psycopg.connect(conninfo, autocommit=True) as conn:
        return files.load_newest(conn)

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
from boundaries.batch import address_rows, position_rows
from boundaries.batch.address_rows import AddressColumns, AddressProcessor
from boundaries.batch.csv_files import CsvFile, CsvRecord, iter_records
from boundaries.batch.dask_executor import StateMoved
from boundaries.batch.position_rows import PositionProcessor
from boundaries.batch.row_processing import (
    Executor,
    ResultColumns,
    RowInput,
    RowProcessor,
    check_new_columns,
    format_header,
    process_rows,
    select_result_columns,
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
    cell_positions: tuple[int, ...]
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
            self.cell_positions,
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
    """Find the unit of each address, on a day."""

    columns: AddressColumns
    result_columns: tuple[str, ...]
    at: date
    lang: Lang

    def build_plan(self, csv_file: CsvFile) -> FilePlan:
        """The plan of the task for a file."""
        cell_positions = self.columns.find_positions(csv_file)
        names = select_result_columns(
            self.result_columns, address_rows.RESULT_COLUMNS, address_rows.DEFAULT_COLUMNS
        )
        check_new_columns(csv_file, names)
        return FilePlan(
            csv_file, cell_positions, ResultColumns(names, csv_file.delimiter), self.lang
        )

    def build_processor(self, day_index: DayIndex, columns: ResultColumns) -> RowProcessor[str]:
        """The processor of the rows, from one index: one state of the register for all."""
        return partial(
            _format_processed_rows, AddressProcessor(day_index, self.columns, self.lang), columns
        )


@dataclass(frozen=True, slots=True)
class ReverseTask:
    """Find the units that cover each position, at a moment."""

    columns: tuple[str, ...]
    crs: Crs
    as_of: AsOf
    near_boundary_m: float
    result_columns: tuple[str, ...]
    lang: Lang

    def build_plan(self, csv_file: CsvFile) -> FilePlan:
        """The plan of the task for a file."""
        cell_positions = position_rows.find_position_columns(csv_file, self.columns)
        names = select_result_columns(
            self.result_columns, list(position_rows.RESULT_COLUMNS), position_rows.DEFAULT_COLUMNS
        )
        check_new_columns(csv_file, names)
        return FilePlan(
            csv_file, cell_positions, ResultColumns(names, csv_file.delimiter), self.lang
        )

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
        columns.format_appended_cells(cells)
        for cells in processor.iter_result_cells(inputs, columns.names)
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

"""What is asked of the rows of a file, as values: endpoints, command and jobs all make these."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import islice
from typing import Any, BinaryIO, Protocol

import psycopg

from boundaries.areas.labels import points_of_units
from boundaries.areas.memory.ground import Ground
from boundaries.bulk import positions
from boundaries.bulk.positions import PointAnswering
from boundaries.coordinates import Crs
from gazetteer.database.cluster import Cluster
from gazetteer.ledger.asof import AsOf
from gazetteer.search.bulk import addresses
from gazetteer.search.bulk.addresses import AddressAnswering, AddressColumns
from gazetteer.search.bulk.dask import StateMoved
from gazetteer.search.bulk.rows import (
    Answered,
    Answering,
    Ask,
    Columns,
    Question,
    answered,
    chosen,
    head,
    refuse_taken,
)
from gazetteer.search.bulk.sheets import Record, Sheet, records
from gazetteer.search.index import NameIndex
from gazetteer.search.loading import load_index
from gazetteer.search.view import DayIndex
from gazetteer.settings import get_settings


@dataclass(frozen=True, slots=True)
class Plan:
    """A task held against a file: which cells are asked about, and what is added."""

    sheet: Sheet
    positions: tuple[int, ...]
    columns: Columns
    lang: str

    def pieces(self, stream: BinaryIO, ask: Ask[str], skip: int = 0) -> Iterator[Answered]:
        """The result from its header on, or from behind so many lines that were answered before.

        Args:
            stream: the file; must be able to seek.
            ask: answers by tails, as :meth:`Columns.tail` writes them.
            skip: header, rows and blank lines that need no answer any more.
        """
        rows = records(stream, self.sheet)
        if not skip:
            yield self._head(rows)
        yield from answered(
            islice(rows, skip, None),
            self.sheet,
            self.positions,
            self.columns,
            ask,
            self._told,
        )

    def _head(self, rows: Iterator[Record]) -> Answered:
        text = ""
        for count, record in enumerate(rows, 1):
            if record.cells:
                return Answered(text + head(record, self.columns), 0, count)
            text += record.text + record.end
        raise ValueError("the file is not the one that was examined")

    def _told(self, cells: int, width: int) -> str:
        if self.lang == "zh":
            return f"该行有 {cells} 列，表头有 {width} 列。"
        return f"the row has {cells} cells, the header {width}"


class Task(Protocol):
    """What is asked of every row."""

    def plan(self, sheet: Sheet) -> Plan:
        """The task held against a file.

        Raises:
            InvalidValue: the file does not have what the task needs; names the field.
        """


@dataclass(frozen=True, slots=True)
class GeocodeTask:
    """Find the unit of each address, on a day."""

    columns: AddressColumns
    result_columns: tuple[str, ...]
    at: date
    lang: str

    def plan(self, sheet: Sheet) -> Plan:
        """The task held against a file."""
        found = self.columns.positions(sheet)
        names = chosen(self.result_columns, addresses.COLUMNS, addresses.BY_DEFAULT)
        refuse_taken(sheet, names)
        return Plan(sheet, found, Columns(names, sheet.delimiter), self.lang)

    def answering(self, view: DayIndex, columns: Columns) -> Answering[str]:
        """Answers by tails, from one index."""
        return partial(_tails, AddressAnswering(view, self.columns, self.lang), columns)


@dataclass(frozen=True, slots=True)
class ReverseTask:
    """Find the units over each position, at a moment."""

    columns: tuple[str, ...]
    crs: Crs
    as_of: AsOf
    near_boundary_m: float
    result_columns: tuple[str, ...]
    lang: str

    def plan(self, sheet: Sheet) -> Plan:
        """The task held against a file."""
        found = positions.positions(sheet, self.columns)
        names = chosen(self.result_columns, list(positions.COLUMNS), positions.BY_DEFAULT)
        refuse_taken(sheet, names)
        return Plan(sheet, found, Columns(names, sheet.delimiter), self.lang)

    def answering(
        self, connect: positions.Connect, columns: Columns, ground: Ground | None
    ) -> Answering[str]:
        """Answers by tails; ``as_of`` must name a ``known_at``, else rows may differ in state.

        ``ground`` is that state in memory, or None if it is not there.
        """
        points = PointAnswering(
            connect, self.as_of, self.crs, self.near_boundary_m, self.lang, ground
        )
        return partial(_tails, points, columns)


def _tails(
    answering: AddressAnswering | PointAnswering, columns: Columns, questions: Sequence[Question]
) -> list[str]:
    return [columns.tail(cells) for cells in answering.rows(questions, columns.names)]


@dataclass(frozen=True, slots=True)
class GeocodeRecipe:
    """How a worker of a cluster comes to answer a geocoding task, for one state of the register."""

    task: GeocodeTask
    columns: Columns
    seq: int

    def made(self) -> Answering[Any]:
        """Build the index from the database that this process knows.

        Raises:
            StateMoved: it is at another state.
        """
        ours = get_settings()
        conninfo = ours.database_url or Cluster(ours.home).get_conninfo()
        index = index_of(conninfo)
        if index.seq != self.seq:
            raise StateMoved(
                "登记册已有新的发布，请重新开始。",
                f"the register is at {index.seq}, not at {self.seq}; begin anew",
            )
        return self.task.answering(DayIndex(index, self.task.at), self.columns)


def index_of(conninfo: str) -> NameIndex:
    """The index of the newest state of a register."""
    with psycopg.connect(conninfo, autocommit=True) as conn:
        return load_index(conn, points_of_units)

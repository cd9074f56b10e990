"""Facilities of a file, located one by one and counted: by address, or by their own position."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, BinaryIO

from boundaries.areas.memory.ground import Ground
from boundaries.bulk import positions
from boundaries.bulk.positions import Connect, PointAnswering, lowest
from boundaries.coordinates import Crs
from gazetteer.ledger.asof import AsOf
from gazetteer.problems import InvalidValue, TooLarge
from gazetteer.records.levels import UNIT_LEVELS
from gazetteer.search.bulk.addresses import AddressAnswering, AddressColumns
from gazetteer.search.bulk.coverage import (
    Coverage,
    Division,
    Facility,
    Place,
    Standing,
    Unit,
    coverage,
    place_of,
)
from gazetteer.search.bulk.rows import CHUNK, Columns, Question
from gazetteer.search.bulk.sheets import Record, Sheet, records
from gazetteer.search.view import DayIndex

MOST_FACILITIES = 200_000
"""All of them are kept in memory until the last one is counted."""


@dataclass(frozen=True, slots=True)
class CoverageTask:
    """Count the facilities of a list in the units of ``level`` within the unit ``within``.

    A facility is located by its address; one without an address, by its position if the list has
    the columns ``coordinates``.
    """

    level: str
    within: str
    columns: AddressColumns
    coordinates: tuple[str, ...]
    crs: Crs
    name: str | None
    as_of: AsOf
    near_boundary_m: float
    lang: str

    def plan(self, sheet: Sheet) -> "CoveragePlan":
        """The task held against a file.

        Raises:
            InvalidValue: the file does not have what the task needs; names the field.
            TooLarge: it has more rows than :data:`MOST_FACILITIES`.
        """
        if sheet.rows > MOST_FACILITIES:
            raise TooLarge(
                f"设施超过 {MOST_FACILITIES} 条。",
                f"there are over {MOST_FACILITIES} facilities",
                field="data",
            )
        by_address = bool(self.columns.columns or self.columns.levels)
        return CoveragePlan(
            self,
            sheet,
            self.columns.positions(sheet) if by_address or not self.coordinates else (),
            positions.positions(sheet, self.coordinates, "coordinates") if self.coordinates else (),
            sheet.position(self.name, "name") if self.name else None,
        )


@dataclass(frozen=True, slots=True)
class CoveragePlan:
    """A coverage task held against a file: where its columns are."""

    task: CoverageTask
    sheet: Sheet
    address: tuple[int, ...]
    point: tuple[int, ...]
    name: int | None

    def counted(self, view: DayIndex) -> Coverage:
        """The units, before anything is counted; see :func:`gazetteer.search.bulk.coverage`."""
        return coverage(view, self.task.level, self.task.within)

    def points(
        self, view: DayIndex, connect: Connect, ground_of: Callable[[AsOf], Ground | None]
    ) -> PointAnswering:
        """What locates positions, in the same state of the register as the view.

        ``ground_of`` gives that state in memory, or None if it is not there.
        """
        task = self.task
        as_of = replace(task.as_of, known_at=view.index.recorded_at)
        near, ground = task.near_boundary_m, ground_of(as_of) if self.point else None
        return PointAnswering(connect, as_of, task.crs, near, task.lang, ground)

    def facilities(
        self, stream: BinaryIO, view: DayIndex, points: PointAnswering, into: Coverage
    ) -> Iterator[list[Facility]]:
        """The facilities of the file, some hundred at a time, each counted in ``into``."""
        rows = (
            record for record in records(stream, self.sheet) if record.number > 0 and record.cells
        )
        while chunk := list(islice(rows, CHUNK)):
            places = self._places(chunk, view, points)
            yield [
                into.add(record.number, self._name(record), self._text(record), place)
                for record, place in zip(chunk, places, strict=True)
            ]

    def _places(
        self, chunk: Sequence[Record], view: DayIndex, points: PointAnswering
    ) -> list[Place]:
        width, task = len(self.sheet.header), self.task
        fitting = [record for record in chunk if len(record.cells) == width]
        by_point = [r for r in fitting if self.point and not self._address(r).strip()]
        spotted = {r.number for r in by_point}
        by_address = [record for record in fitting if record.number not in spotted]
        found: dict[int, Place] = {}
        texts = AddressAnswering(view, task.columns, task.lang)
        asked = [_cells(record, self.address) for record in by_address]
        for record, answer in zip(by_address, texts.answers(asked), strict=True):
            found[record.number] = (
                _invalid(answer, task.lang)
                if isinstance(answer, InvalidValue)
                else place_of(answer)
            )
        asked = [_cells(record, self.point) for record in by_point]
        for record, spot in zip(by_point, points.answers(asked) if asked else (), strict=True):
            found[record.number] = (
                _invalid(spot, task.lang) if isinstance(spot, InvalidValue) else _over(spot)
            )
        return [found.get(r.number) or self._unreadable(r) for r in chunk]

    def _unreadable(self, record: Record) -> Place:
        have, want = len(record.cells), len(self.sheet.header)
        zh, en = (
            f"该行有 {have} 列，表头有 {want} 列。",
            f"the row has {have} cells, the header {want}",
        )
        return Place(Standing.INVALID, detail=zh if self.task.lang == "zh" else en)

    def _address(self, record: Record) -> str:
        return " ".join(_cells(record, self.address))

    def _text(self, record: Record) -> str:
        if len(record.cells) != len(self.sheet.header):
            return record.text
        return self._address(record).strip() or ",".join(_cells(record, self.point))

    def _name(self, record: Record) -> str | None:
        held = self.name is not None and self.name < len(record.cells)
        return record.cells[self.name] if held and self.name is not None else None


def _cells(record: Record, places: Sequence[int]) -> Question:
    return tuple([record.cells[place] for place in places])


def _invalid(problem: InvalidValue, lang: str) -> Place:
    return Place(Standing.INVALID, detail=problem.text(lang))


def _over(answer: dict[str, Any]) -> Place:
    """Where a position lies, from the answer of a single look-up."""
    chain = answer["chain"]
    point = (answer["point"]["lon"], answer["point"]["lat"])
    finest = lowest(chain)
    if len(finest) > 1:
        told = ";".join(f"{unit['code'] or ''} {unit['name']}" for unit in finest)
        return Place(Standing.AMBIGUOUS, point=point, coordinate_level="point", detail=told)
    return Place(
        None if chain else Standing.OUTSIDE,
        tuple(Division(unit["level"], unit["code"], unit["name"]) for unit in chain),
        "".join(unit["name"] for unit in chain) or None,
        finest[0]["level"] if finest else None,
        point=point,
        coordinate_level="point",
    )


HEADER = (
    "record", "code", "name", "level", "province", "prefecture", "county", "township",
    "count", "rows", "status", "detail", "lon", "lat",
)  # fmt: skip
"""The columns of the result as CSV."""


def lines(sheet: Sheet, counted: Coverage, left: Iterable[Facility]) -> Iterator[str]:
    """The result as CSV, written like the list itself: every unit, then who is counted nowhere."""
    columns = Columns(HEADER, sheet.delimiter)
    yield columns.row(HEADER)
    for unit in counted.units.values():
        yield columns.row(_unit_row(unit))
    for facility in left:
        yield columns.row(_facility_row(facility))


def _unit_row(unit: Unit) -> list[str]:
    """A unit of the level with its count, which may be 0, as the cells of a row."""
    above = {parent.level: parent.name for parent in unit.parents}
    rows = ";".join(map(str, unit.rows))
    held = [above.get(level, "") for level in UNIT_LEVELS[:4]]
    lon, lat = unit.point or ("", "")
    return ["unit", unit.code or "", unit.name, unit.level, *held, str(len(unit.rows)), rows,
            "covered" if unit.rows else "without", "", str(lon), str(lat)]  # fmt: skip


def _facility_row(facility: Facility) -> list[str]:
    """A facility that is counted nowhere, and why, as the cells of a row."""
    place = facility.place
    above = {division.level: division.name for division in place.divisions}
    told = ": ".join(text for text in (facility.name, facility.address) if text)
    held = [above.get(level, "") for level in UNIT_LEVELS[:4]]
    unit, (lon, lat) = facility.unit, place.point or ("", "")
    code, level = (unit.code or "", unit.level) if unit else ("", "")
    return ["facility", code, told, level, *held, "", str(facility.row),
            facility.standing.value, place.detail or "", str(lon), str(lat)]  # fmt: skip

"""Facility coverage of a file: each facility is located, by address or by position, and counted."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, BinaryIO

from boundaries.areas.point_index.area_index import AreaIndex
from boundaries.batch import position_rows
from boundaries.batch.address_rows import AddressColumns, AddressProcessor
from boundaries.batch.column_headings import guess_address_columns, guess_position_columns
from boundaries.batch.csv_files import CsvFile, CsvRecord, iter_records
from boundaries.batch.facility_counts import (
    ContainingDivision,
    CountedUnit,
    Facility,
    FacilityCoverage,
    FacilityLocation,
    FacilityStatus,
    build_facility_coverage,
    build_location,
)
from boundaries.batch.position_rows import Connect, PositionProcessor, find_lowest_units
from boundaries.batch.result_columns import ResultColumns
from boundaries.batch.row_processing import CHUNK_ROWS, RowInput
from boundaries.layers.coordinates import Crs
from gazetteer.ledger.as_of import AsOf
from gazetteer.messages import Lang, message
from gazetteer.problems import InvalidValue, TooLarge
from gazetteer.records.levels import UNIT_LEVELS
from gazetteer.search.index.day_index import DayIndex

MAX_FACILITIES = 200_000
"""Facilities of one list; all are in memory until the last one is counted."""


@dataclass(frozen=True, slots=True)
class CoverageTask:
    """Count the facilities of a list in the units of ``level`` within the unit of code ``within``.

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
    lang: Lang

    def build_plan(self, csv_file: CsvFile) -> "CoveragePlan":
        """The plan of the task for a file.

        Raises:
            InvalidValue: the file does not have what the task needs; names the field.
            TooLarge: it has more rows than :data:`MAX_FACILITIES`.
        """
        if csv_file.rows > MAX_FACILITIES:
            raise TooLarge(
                message("coverage.too_many_facilities", limit=MAX_FACILITIES), field="data"
            )
        name_position = csv_file.find_position(self.name, "name") if self.name else None
        return CoveragePlan(self, csv_file, *self._find_positions(csv_file), name_position)

    def _find_positions(self, csv_file: CsvFile) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The columns of the address and of the position; without names, by their headings."""
        is_address_named = bool(self.columns.columns or self.columns.levels)
        if not is_address_named and not self.coordinates:
            point = guess_position_columns(csv_file.header) or ()
            if point and not guess_address_columns(csv_file.header):
                return (), point
            return self.columns.find_positions(csv_file), point
        return (
            self.columns.find_positions(csv_file) if is_address_named else (),
            position_rows.find_position_columns(csv_file, self.coordinates, "coordinates")
            if self.coordinates
            else (),
        )


@dataclass(frozen=True, slots=True)
class CoveragePlan:
    """A coverage task applied to a file, with the positions of its columns."""

    task: CoverageTask
    csv_file: CsvFile
    address_positions: tuple[int, ...]
    point_positions: tuple[int, ...]
    name_position: int | None

    def build_coverage(self, day_index: DayIndex) -> FacilityCoverage:
        """The units, before anything is counted; see :mod:`boundaries.batch.facility_counts`."""
        return build_facility_coverage(day_index, self.task.level, self.task.within)

    def build_position_processor(
        self,
        day_index: DayIndex,
        connect: Connect,
        find_area_index: Callable[[AsOf], AreaIndex | None],
    ) -> PositionProcessor:
        """The processor of positions, in the same state of the register as the day index.

        ``find_area_index`` returns that state in memory, or None if it is not there.
        """
        task = self.task
        as_of = replace(task.as_of, known_at=day_index.index.recorded_at)
        near_boundary_m, area_index = (
            task.near_boundary_m,
            find_area_index(as_of) if self.point_positions else None,
        )
        return PositionProcessor(connect, as_of, task.crs, near_boundary_m, task.lang, area_index)

    def iter_facilities(
        self,
        stream: BinaryIO,
        day_index: DayIndex,
        position_processor: PositionProcessor,
        facility_coverage: FacilityCoverage,
    ) -> Iterator[list[Facility]]:
        """The facilities of the file, some hundred at a time, each counted in the coverage."""
        rows = (
            record
            for record in iter_records(stream, self.csv_file)
            if record.number > 0 and record.cells
        )
        while chunk := list(islice(rows, CHUNK_ROWS)):
            locations = self._locate_records(chunk, day_index, position_processor)
            yield [
                facility_coverage.count_facility(
                    record.number,
                    self._get_name(record),
                    self._format_location_text(record),
                    location,
                )
                for record, location in zip(chunk, locations, strict=True)
            ]

    def _locate_records(
        self, chunk: Sequence[CsvRecord], day_index: DayIndex, position_processor: PositionProcessor
    ) -> list[FacilityLocation]:
        width, task = len(self.csv_file.header), self.task
        fitting = [record for record in chunk if len(record.cells) == width]
        by_point = [
            r for r in fitting if self.point_positions and not self._join_address(r).strip()
        ]
        point_numbers = {r.number for r in by_point}
        by_address = [record for record in fitting if record.number not in point_numbers]
        locations: dict[int, FacilityLocation] = {}
        address_processor = AddressProcessor(day_index, task.columns, task.lang)
        inputs = [_select_cells(record, self.address_positions) for record in by_address]
        for record, answer in zip(by_address, address_processor.iter_answers(inputs), strict=True):
            locations[record.number] = (
                _build_invalid_location(answer, task.lang)
                if isinstance(answer, InvalidValue)
                else build_location(answer)
            )
        inputs = [_select_cells(record, self.point_positions) for record in by_point]
        for record, position_answer in zip(
            by_point, position_processor.iter_answers(inputs) if inputs else (), strict=True
        ):
            locations[record.number] = (
                _build_invalid_location(position_answer, task.lang)
                if isinstance(position_answer, InvalidValue)
                else _build_point_location(position_answer)
            )
        return [locations.get(r.number) or self._build_unreadable_location(r) for r in chunk]

    def _build_unreadable_location(self, record: CsvRecord) -> FacilityLocation:
        width = len(self.csv_file.header)
        detail = message("batch.cell_count", n=len(record.cells), width=width)
        return FacilityLocation(FacilityStatus.INVALID, detail=detail.text(self.task.lang))

    def _join_address(self, record: CsvRecord) -> str:
        return " ".join(_select_cells(record, self.address_positions))

    def _format_location_text(self, record: CsvRecord) -> str:
        if len(record.cells) != len(self.csv_file.header):
            return record.text
        return self._join_address(record).strip() or ",".join(
            _select_cells(record, self.point_positions)
        )

    def _get_name(self, record: CsvRecord) -> str | None:
        has_name = self.name_position is not None and self.name_position < len(record.cells)
        return (
            record.cells[self.name_position]
            if has_name and self.name_position is not None
            else None
        )


def _select_cells(record: CsvRecord, cell_positions: Sequence[int]) -> RowInput:
    return tuple([record.cells[cell_position] for cell_position in cell_positions])


def _build_invalid_location(problem: InvalidValue, lang: Lang) -> FacilityLocation:
    return FacilityLocation(FacilityStatus.INVALID, detail=problem.text(lang))


def _build_point_location(answer: dict[str, Any]) -> FacilityLocation:
    """Where a position lies, from the answer of a single look-up."""
    chain = answer["chain"]
    point = (answer["point"]["lon"], answer["point"]["lat"])
    finest = find_lowest_units(chain)
    if len(finest) > 1:
        candidates = ";".join(f"{unit['code'] or ''} {unit['name']}" for unit in finest)
        return FacilityLocation(
            FacilityStatus.AMBIGUOUS, point=point, coordinate_level="point", detail=candidates
        )
    return FacilityLocation(
        None if chain else FacilityStatus.OUTSIDE,
        tuple(ContainingDivision(unit["level"], unit["code"], unit["name"]) for unit in chain),
        "".join(unit["name"] for unit in chain) or None,
        finest[0]["level"] if finest else None,
        point=point,
        coordinate_level="point",
    )


RESULT_HEADER = (
    "record", "code", "name", "level", "province", "prefecture", "county", "township",
    "count", "rows", "status", "detail", "lon", "lat",
)  # fmt: skip
"""The columns of the result as CSV."""


def iter_result_lines(
    csv_file: CsvFile, facility_coverage: FacilityCoverage, uncounted: Iterable[Facility]
) -> Iterator[str]:
    """The result as CSV, with the delimiter of the list: units, then facilities not counted."""
    columns = ResultColumns(RESULT_HEADER, csv_file.delimiter)
    yield columns.format_row(RESULT_HEADER)
    for unit in facility_coverage.units.values():
        yield columns.format_row(_build_unit_row(unit))
    for facility in uncounted:
        yield columns.format_row(_build_facility_row(facility))


def _build_unit_row(unit: CountedUnit) -> list[str]:
    """A unit of the level with its count, which may be 0, as the cells of a row."""
    names_by_level = {parent.level: parent.name for parent in unit.parents}
    rows = ";".join(map(str, unit.rows))
    status = "covered" if unit.rows else "without"
    parent_names = [names_by_level.get(level, "") for level in UNIT_LEVELS[:4]]
    lon, lat = unit.point or ("", "")
    return ["unit", unit.code or "", unit.name, unit.level, *parent_names, str(len(unit.rows)),
            rows, status, "", str(lon), str(lat)]  # fmt: skip


def _build_facility_row(facility: Facility) -> list[str]:
    """A facility that is not counted, and why, as the cells of a row."""
    location = facility.location
    names_by_level = {division.level: division.name for division in location.divisions}
    label = ": ".join(text for text in (facility.name, facility.address) if text)
    parent_names = [names_by_level.get(level, "") for level in UNIT_LEVELS[:4]]
    unit, (lon, lat) = facility.unit, location.point or ("", "")
    code, level = (unit.code or "", unit.level) if unit else ("", "")
    return ["facility", code, label, level, *parent_names, "", str(facility.row),
            facility.status.value, location.detail or "", str(lon), str(lat)]  # fmt: skip

"""Reverse geocoding the rows of a file, with the answers of a single look-up as cells."""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from boundaries.areas.point_index.area_index import AreaIndex
from boundaries.areas.point_index.indexed_lookup import look_up_points_in_index
from boundaries.areas.reverse_lookup import look_up_point
from boundaries.batch.address_rows import build_refused_cells, format_cell
from boundaries.batch.column_headings import guess_position_columns
from boundaries.batch.csv_files import CsvFile
from boundaries.batch.result_columns import ColumnSet
from boundaries.batch.row_processing import RowInput
from boundaries.layers.coordinates import Crs, GeodeticPosition, convert_position
from gazetteer.ledger.as_of import AsOf
from gazetteer.messages import Lang, message
from gazetteer.problems import InvalidValue
from gazetteer.records.levels import UNIT_LEVELS

ReverseAnswer = dict[str, Any]
Connect = Callable[[], AbstractContextManager[Connection[Any]]]


def find_position_columns(
    csv_file: CsvFile, columns: Sequence[str], field: str = "columns"
) -> tuple[int, int]:
    """The indexes of the two columns of a position in a file; without names, by their headings.

    Raises:
        InvalidValue: not two columns are named or recognized, or the file does not have one.
    """
    names = csv_file.resolve_column_names([column for column in columns if column.strip()])
    if not names:
        guessed = guess_position_columns(csv_file.header)
        if guessed is None:
            words = message("batch.no_position_columns", columns=csv_file.header)
            raise InvalidValue(words, field=field)
        return guessed
    if len(names) != 2:
        raise InvalidValue(message("batch.two_position_columns"), field=field)
    lon, lat = names
    return csv_file.find_position(lon, field), csv_file.find_position(lat, field)


def parse_position(row_input: RowInput, crs: Crs) -> GeodeticPosition:
    """The position of a row, given in ``crs``, as longitude and latitude in degrees, CGCS2000.

    Raises:
        InvalidValue: as a single look-up would, naming ``lon`` or ``lat``.
    """
    return convert_position(
        _parse_number(row_input[0], "lon"), _parse_number(row_input[1], "lat"), crs
    )


def _parse_number(text: str, field: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in text:
        raise InvalidValue(message("request.not_a_number", name=field, value=text), field=field)
    return value


def find_lowest_units(chain: Sequence[ReverseAnswer]) -> list[ReverseAnswer]:
    """The lowest units of a chain: several where the point lies on a boundary."""
    return [unit for unit in chain if unit["level"] == chain[-1]["level"]]


class _PositionRow:
    """An answer, with what several columns of its row need."""

    def __init__(self, answer: ReverseAnswer) -> None:
        self.answer = answer
        self.lowest_units = lowest_units = find_lowest_units(answer["chain"])
        self.status = (
            "outside" if not lowest_units else "matched" if len(lowest_units) == 1 else "ambiguous"
        )
        self.unit = lowest_units[0] if len(lowest_units) == 1 else None

    def find_level_value(self, level: str, name: str) -> Any:
        """A field of the unit of a level; None if there are several units, or none."""
        values = [unit[name] for unit in self.answer["chain"] if unit["level"] == level]
        return values[0] if len(values) == 1 else None


_ColumnValue = Callable[[_PositionRow], Any]


def _build_lowest_column(name: str) -> _ColumnValue:
    return lambda row: row.unit[name] if row.unit else None


def _build_level_column(level: str, name: str) -> _ColumnValue:
    return lambda row: row.find_level_value(level, name)


def _build_answer_column(name: str) -> _ColumnValue:
    return lambda row: row.answer[name]


def _format_label(row: _PositionRow) -> str | None:
    return "".join(unit["name"] for unit in row.answer["chain"]) if row.unit else None


def _format_units(units: Sequence[ReverseAnswer]) -> str:
    return ";".join(f"{unit['code'] or ''} {unit['name']}" for unit in units)


def _format_candidates(row: _PositionRow) -> str:
    return _format_units(row.lowest_units) if row.status == "ambiguous" else ""


def _format_overrides(row: _PositionRow) -> str:
    return _format_units([override["holder"] for override in row.answer["jurisdiction_overrides"]])


def _format_known_since(row: _PositionRow) -> str:
    return ";".join(f"{level}:{day}" for level, day in row.answer["known_since"].items())


_COLUMN_VALUES: dict[str, _ColumnValue] = {
    "result_status": lambda row: row.status,
    "result_code": _build_lowest_column("code"),
    "result_name": _build_lowest_column("name"),
    "result_label": _format_label,
    "result_level": _build_lowest_column("level"),
    **{f"result_{level}": _build_level_column(level, "name") for level in UNIT_LEVELS},
    **{f"result_{level}_code": _build_level_column(level, "code") for level in UNIT_LEVELS},
    "result_unit_id": _build_lowest_column("unit_id"),
    "result_lon": lambda row: row.answer["point"]["lon"],
    "result_lat": lambda row: row.answer["point"]["lat"],
    "result_on_boundary": _build_answer_column("on_boundary"),
    "result_near_boundary": _build_answer_column("near_boundary"),
    "result_boundary_distance_m": _build_answer_column("boundary_distance_m"),
    "result_beyond_boundary": lambda row: _format_units(row.answer["beyond_boundary"]),
    "result_jurisdiction_overrides": _format_overrides,
    "result_known_since": _format_known_since,
    "result_candidates": _format_candidates,
    "result_detail": lambda _: None,
    "result_at": _build_answer_column("at"),
    "result_known_at": _build_answer_column("known_at"),
}
POSITION_COLUMNS = ColumnSet(
    available=tuple(_COLUMN_VALUES),
    short=(
        "result_status", "result_code", "result_label", "result_lon", "result_lat",
        "result_near_boundary", "result_candidates", "result_detail",
    ),
    full=tuple(n for n in _COLUMN_VALUES if n not in ("result_at", "result_known_at")),
)  # fmt: skip
"""The columns that can be added to positions."""


@dataclass(frozen=True, slots=True)
class PositionProcessor:
    """Looks up the positions of rows, all in the state of the register that ``as_of`` names.

    ``area_index`` is that state in memory, if it is there; what it cannot answer is looked up in
    the database. A point within ``near_boundary_m`` metres of a boundary counts as near it.
    """

    connect: Connect
    as_of: AsOf
    crs: Crs
    near_boundary_m: float
    lang: Lang
    area_index: AreaIndex | None = None

    def iter_answers(self, inputs: Sequence[RowInput]) -> Iterator[ReverseAnswer | InvalidValue]:
        """The answer of a single look-up without nearby place names, or the problem it raises."""
        parsed = [self._try_position(row_input) for row_input in inputs]
        points = [point for point in parsed if isinstance(point, GeodeticPosition)]
        answers = iter(
            self._locate_in_index(points) if self.area_index else self._locate_in_database(points)
        )
        for point in parsed:
            if isinstance(point, InvalidValue):
                yield point
            else:
                yield {"point": {"lon": point.lon, "lat": point.lat}, **next(answers)}

    def _try_position(self, row_input: RowInput) -> GeodeticPosition | InvalidValue:
        try:
            return parse_position(row_input, self.crs)
        except InvalidValue as problem:
            return problem

    def _locate_in_index(self, points: Sequence[GeodeticPosition]) -> list[ReverseAnswer]:
        assert self.area_index is not None
        index_answers = look_up_points_in_index(
            self.area_index, points, self.as_of.at, self.near_boundary_m, with_names=False
        )
        pairs = list(zip(points, index_answers, strict=True))
        database_answers = iter(
            self._locate_in_database([point for point, answer in pairs if answer is None])
        )
        return [next(database_answers) if answer is None else answer for _, answer in pairs]

    def _locate_in_database(self, points: Sequence[GeodeticPosition]) -> list[ReverseAnswer]:
        """All at once, so that a slow reader of the answers holds no connection."""
        if not points:
            return []
        with self.connect() as conn:
            return [
                look_up_point(conn, point, self.as_of, self.near_boundary_m) for point in points
            ]

    def iter_result_cells(
        self, inputs: Sequence[RowInput], names: Sequence[str]
    ) -> Iterator[list[str]]:
        """The answers as cells."""
        columns = [_COLUMN_VALUES[name] for name in names]
        for answer in self.iter_answers(inputs):
            if isinstance(answer, InvalidValue):
                yield build_refused_cells(answer, names, self.lang)
            else:
                row = _PositionRow(answer)
                yield [format_cell(column(row)) for column in columns]

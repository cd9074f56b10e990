"""What a row with a position asks, and the answer as cells: the same as a single look-up's."""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from boundaries.areas.memory.ground import Ground
from boundaries.areas.memory.reverse import reverse as remembered
from boundaries.areas.reverse import reverse
from boundaries.coordinates import Crs, Located, located
from gazetteer.ledger.asof import AsOf
from gazetteer.problems import InvalidValue
from gazetteer.records.levels import UNIT_LEVELS
from gazetteer.search.bulk.addresses import refused, written
from gazetteer.search.bulk.rows import Question
from gazetteer.search.bulk.sheets import Sheet

Answer = dict[str, Any]
Connect = Callable[[], AbstractContextManager[Connection[Any]]]


def positions(sheet: Sheet, columns: Sequence[str], field: str = "columns") -> tuple[int, int]:
    """Where the two columns of a position are in a file.

    Raises:
        InvalidValue: there are not two of them, or the file does not have one.
    """
    names = sheet.named(columns)
    if len(names) != 2:
        raise InvalidValue(
            "请依次给出经度（横坐标）与纬度（纵坐标）两列。",
            "name two columns: longitude (easting), then latitude (northing)",
            field=field,
        )
    lon, lat = names
    return sheet.position(lon, field), sheet.position(lat, field)


def position(question: Question, crs: Crs) -> Located:
    """The position of a row.

    Raises:
        InvalidValue: as a single look-up would, naming ``lon`` or ``lat``.
    """
    return located(_number(question[0], "lon"), _number(question[1], "lat"), crs)


def _number(text: str, field: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in text:
        raise InvalidValue(
            f"{field} 的值“{text}”不是数。", f"{field}: {text!r} is not a number", field=field
        )
    return value


def lowest(chain: Sequence[Answer]) -> list[Answer]:
    """The finest units of a chain, top first: several where the point lies on a border."""
    return [unit for unit in chain if unit["level"] == chain[-1]["level"]]


class _Row:
    """An answer, as the columns of a row tell it."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.lowest = found = lowest(answer["chain"])
        self.status = "outside" if not found else "matched" if len(found) == 1 else "ambiguous"
        self.unit = found[0] if len(found) == 1 else None

    def at_level(self, level: str, name: str) -> Any:
        """What the unit of a level is told by; None if there are several, or none."""
        found = [unit[name] for unit in self.answer["chain"] if unit["level"] == level]
        return found[0] if len(found) == 1 else None


_Column = Callable[[_Row], Any]


def _of_lowest(name: str) -> _Column:
    return lambda row: row.unit[name] if row.unit else None


def _of_level(level: str, name: str) -> _Column:
    return lambda row: row.at_level(level, name)


def _as_answered(name: str) -> _Column:
    return lambda row: row.answer[name]


def _label(row: _Row) -> str | None:
    return "".join(unit["name"] for unit in row.answer["chain"]) if row.unit else None


def _units(units: Sequence[Answer]) -> str:
    return ";".join(f"{unit['code'] or ''} {unit['name']}" for unit in units)


def _candidates(row: _Row) -> str:
    return _units(row.lowest) if row.status == "ambiguous" else ""


def _overrides(row: _Row) -> str:
    return _units([override["holder"] for override in row.answer["jurisdiction_overrides"]])


def _known_since(row: _Row) -> str:
    return ";".join(f"{level}:{day}" for level, day in row.answer["known_since"].items())


COLUMNS: dict[str, _Column] = {
    "result_status": lambda row: row.status,
    "result_code": _of_lowest("code"),
    "result_name": _of_lowest("name"),
    "result_label": _label,
    "result_level": _of_lowest("level"),
    **{f"result_{level}": _of_level(level, "name") for level in UNIT_LEVELS},
    **{f"result_{level}_code": _of_level(level, "code") for level in UNIT_LEVELS},
    "result_unit_id": _of_lowest("unit_id"),
    "result_lon": lambda row: row.answer["point"]["lon"],
    "result_lat": lambda row: row.answer["point"]["lat"],
    "result_on_boundary": _as_answered("on_boundary"),
    "result_near_boundary": _as_answered("near_boundary"),
    "result_boundary_distance_m": _as_answered("boundary_distance_m"),
    "result_beyond_boundary": lambda row: _units(row.answer["beyond_boundary"]),
    "result_jurisdiction_overrides": _overrides,
    "result_known_since": _known_since,
    "result_candidates": _candidates,
    "result_detail": lambda _: None,
    "result_at": _as_answered("at"),
    "result_known_at": _as_answered("known_at"),
}
"""The columns that can be added, and what stands in each."""

BY_DEFAULT = tuple(name for name in COLUMNS if name not in ("result_at", "result_known_at"))


@dataclass(frozen=True, slots=True)
class PointAnswering:
    """Answers the positions of rows, all of one state of the register: ``as_of`` names it.

    ``ground``: that state in memory, if it is there; what is not in it is asked of the database.
    """

    connect: Connect
    as_of: AsOf
    crs: Crs
    near_boundary_m: float
    lang: str
    ground: Ground | None = None

    def answers(self, questions: Sequence[Question]) -> Iterator[Answer | InvalidValue]:
        """What a single look-up would answer but for the names around, or why it would refuse."""
        found = [self._position(question) for question in questions]
        points = [point for point in found if isinstance(point, Located)]
        answers = iter(self._remembered(points) if self.ground else self._asked(points))
        for point in found:
            if isinstance(point, InvalidValue):
                yield point
            else:
                yield {"point": {"lon": point.lon, "lat": point.lat}, **next(answers)}

    def _position(self, question: Question) -> Located | InvalidValue:
        try:
            return position(question, self.crs)
        except InvalidValue as problem:
            return problem

    def _remembered(self, points: Sequence[Located]) -> list[Answer]:
        assert self.ground is not None
        told = remembered(self.ground, points, self.as_of.at, self.near_boundary_m, names=False)
        pairs = list(zip(points, told, strict=True))
        beyond = iter(self._asked([point for point, answer in pairs if answer is None]))
        return [next(beyond) if answer is None else answer for _, answer in pairs]

    def _asked(self, points: Sequence[Located]) -> list[Answer]:
        """All at once: whoever reads the answers slowly, or stops, holds no connection by that."""
        if not points:
            return []
        with self.connect() as conn:
            return [reverse(conn, point, self.as_of, self.near_boundary_m) for point in points]

    def rows(self, questions: Sequence[Question], names: Sequence[str]) -> Iterator[list[str]]:
        """The answers as cells."""
        columns = [COLUMNS[name] for name in names]
        for answer in self.answers(questions):
            if isinstance(answer, InvalidValue):
                yield refused(answer, names, self.lang)
            else:
                row = _Row(answer)
                yield [written(column(row)) for column in columns]

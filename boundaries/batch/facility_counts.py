"""Facilities counted by unit of a level, with the units that have none.

Pure: locations of a list of facilities in, counts of units out. A facility that is not known to lie
in one unit of the level is listed with the reason, and never counted.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from gazetteer.messages import message
from gazetteer.problems import InvalidValue, NotFound
from gazetteer.records.levels import LEVELS, UNIT_LEVELS
from gazetteer.search.geocoder.geocodejson import JsonObject
from gazetteer.search.index.day_index import DayIndex, UnitRef


class FacilityStatus(StrEnum):
    """The outcome for a facility."""

    COUNTED = "counted"
    OUTSIDE = "outside"  # it lies in no unit within the territory
    NOT_AT_LEVEL = "not_at_level"  # located, but not down to the level
    AMBIGUOUS = "ambiguous"
    NOT_FOUND = "not_found"
    INVALID = "invalid"


class ContainingDivision(NamedTuple):
    """A unit in which a facility lies."""

    level: str
    code: str | None
    name: str


@dataclass(frozen=True, slots=True)
class FacilityLocation:
    """Where a facility is, as far as that is known: the units that contain it, the highest first.

    ``point`` is lon, lat in degrees, CGCS2000; ``status`` is None where it was located.
    """

    status: FacilityStatus | None
    divisions: tuple[ContainingDivision, ...] = ()
    label: str | None = None
    match_level: str | None = None
    score: float | None = None
    point: tuple[float, float] | None = None
    coordinate_level: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Facility:
    """One row of the list, numbered from 1, with what became of it."""

    row: int
    name: str | None
    address: str
    status: FacilityStatus
    unit: ContainingDivision | None
    location: FacilityLocation


@dataclass(frozen=True, slots=True)
class CountedUnit:
    """A unit of the level with its parents, the highest first."""

    unit_id: str
    level: str
    code: str | None
    name: str
    parents: tuple[ContainingDivision, ...]
    point: tuple[float, float] | None
    rows: list[int] = field(default_factory=list)

    @property
    def label(self) -> str:
        """Its name with those of its parents."""
        return "".join(parent.name for parent in self.parents) + self.name

    @property
    def key(self) -> str:
        """What identifies it among the units of a day: its code, or without one its full label."""
        return self.code or self.label


@dataclass(frozen=True, slots=True)
class FacilityCoverage:
    """The units of a level within a territory, by key; :meth:`count_facility` counts facilities."""

    level: str
    within: CountedUnit
    units: Mapping[str, CountedUnit]

    def count_facility(
        self, row: int, name: str | None, address: str, location: FacilityLocation
    ) -> Facility:
        """Count the facility where it lies, if that is known and within the territory."""
        status, unit = self._classify_location(location)
        if status is FacilityStatus.COUNTED:
            self.units[_find_unit_key(location.divisions, self.level)].rows.append(row)
        return Facility(row, name, address, status, unit, location)

    def _classify_location(
        self, location: FacilityLocation
    ) -> tuple[FacilityStatus, ContainingDivision | None]:
        if location.status is not None:
            return location.status, None
        lowest = location.divisions[-1] if location.divisions else None
        if _find_unit_key(location.divisions, self.within.level) != self.within.key:
            # What is only known to lie in something larger may yet lie inside.
            larger = lowest is not None and lowest in self.within.parents
            return FacilityStatus.NOT_AT_LEVEL if larger else FacilityStatus.OUTSIDE, lowest
        if _find_unit_key(location.divisions, self.level) not in self.units:
            return FacilityStatus.NOT_AT_LEVEL, lowest
        return FacilityStatus.COUNTED, next(d for d in location.divisions if d.level == self.level)


def _find_unit_key(divisions: Sequence[ContainingDivision], level: str) -> str:
    """The :attr:`CountedUnit.key` of the unit of a level; empty if there is none of it."""
    for number, division in enumerate(divisions, 1):
        if division.level == level:
            return division.code or "".join(above.name for above in divisions[:number])
    return ""


def build_facility_coverage(day_index: DayIndex, level: str, within: str) -> FacilityCoverage:
    """The units of ``level`` within the unit that carries the code ``within`` on the day.

    Raises:
        InvalidValue: the level is not below that of the unit, or the unit has none of it.
        NotFound: no unit carries the code on the day.
    """
    top_node = _find_node_by_code(day_index, within)
    chain = day_index.get_chain(top_node)
    if UNIT_LEVELS.index(level) <= chain[-1].level:
        words = message(
            "coverage.level_not_below",
            level=message(f"level.{level}"),
            unit=chain[-1].name,
            unit_level=message(f"level.{LEVELS[chain[-1].level]}"),
        )
        raise InvalidValue(words, field="level")
    units = {unit.key: unit for unit in _iter_units_of_level(day_index, level, top_node)}
    if not units:
        level_name = message(f"level.{level}")
        raise InvalidValue(
            message("coverage.no_units", unit=chain[-1].name, level=level_name), field="level"
        )
    return FacilityCoverage(
        level, _build_counted_unit(day_index, chain), dict(sorted(units.items()))
    )


def _find_node_by_code(day_index: DayIndex, code: str) -> int:
    codes = day_index.index.codes
    for node, state in enumerate(day_index.states):
        if state >= 0 and codes[state] == code:
            return node
    raise NotFound(message("coverage.no_unit", code=code, day=day_index.at), field="within")


def _iter_units_of_level(day_index: DayIndex, level: str, top_node: int) -> Iterator[CountedUnit]:
    states = np.asarray(day_index.states)
    levels = np.asarray(day_index.index.levels)[states]
    for node in map(int, np.flatnonzero((states >= 0) & (levels == LEVELS.index(level)))):
        if day_index.index.is_unit(node) and any(
            ancestor.node == top_node for ancestor in day_index.get_chain(node)
        ):
            yield _build_counted_unit(day_index, day_index.get_chain(node))


def _build_counted_unit(day_index: DayIndex, chain: Sequence[UnitRef]) -> CountedUnit:
    leaf = chain[-1]
    return CountedUnit(
        day_index.index.ids[leaf.node],
        LEVELS[leaf.level],
        leaf.code,
        leaf.name,
        tuple(
            ContainingDivision(LEVELS[ancestor.level], ancestor.code, ancestor.name)
            for ancestor in chain[:-1]
        ),
        day_index.index.points.find_point(leaf.node, day_index.day),
    )


def build_location(answer: JsonObject) -> FacilityLocation:
    """Where an address lies, from the result of a single call."""
    status = answer["geocoding"]["status"]
    if status != "matched":
        labels = [f["properties"]["geocoding"]["label"] for f in answer["features"]]
        return FacilityLocation(FacilityStatus(status), detail=";".join(labels) or None)
    (feature,) = answer["features"]
    geocoding = feature["properties"]["geocoding"]
    point = feature["geometry"]["coordinates"] if feature["geometry"] else None
    return FacilityLocation(
        None,
        tuple(ContainingDivision(d["level"], d["code"], d["name"]) for d in geocoding["divisions"]),
        geocoding["label"],
        geocoding["match_level"],
        geocoding["score"],
        (point[0], point[1]) if point else None,
        geocoding["coordinate_level"],
    )


def count_totals(units: Iterable[CountedUnit], facilities: Iterable[Facility]) -> dict[str, int]:
    """How many facilities there are of each status, and how many units with and without any."""
    counts = dict.fromkeys(("facilities", *(status.value for status in FacilityStatus)), 0)
    for facility in facilities:
        counts["facilities"] += 1
        counts[facility.status] += 1
    rows = [unit.rows for unit in units]
    return {**counts, "units": len(rows), "units_without": sum(not r for r in rows)}

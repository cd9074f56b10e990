"""Which units of a level have a facility, and which have none yet.

Pure: places found for a list of facilities in, counts of units out. A facility that cannot be
told to lie in one unit of the level is listed with the reason, and never counted.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from gazetteer.problems import InvalidValue, NotFound
from gazetteer.records.levels import LEVELS, UNIT_LEVELS
from gazetteer.search.geocodejson import JsonObject
from gazetteer.search.view import DayIndex, UnitRef


class Standing(StrEnum):
    """What became of a facility."""

    COUNTED = "counted"
    OUTSIDE = "outside"  # it lies in no unit within the territory
    NOT_AT_LEVEL = "not_at_level"  # located, but not down to the level
    AMBIGUOUS = "ambiguous"
    NOT_FOUND = "not_found"
    INVALID = "invalid"


class Division(NamedTuple):
    """A unit in which a facility lies."""

    level: str
    code: str | None
    name: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a facility is, as far as that is known: the units over it, top first."""

    standing: Standing | None
    divisions: tuple[Division, ...] = ()
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
    standing: Standing
    unit: Division | None
    place: Place


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the level with its parents, top first."""

    unit_id: str
    level: str
    code: str | None
    name: str
    parents: tuple[Division, ...]
    point: tuple[float, float] | None
    rows: list[int] = field(default_factory=list)

    @property
    def label(self) -> str:
        """Its name with those of its parents."""
        return "".join(parent.name for parent in self.parents) + self.name

    @property
    def key(self) -> str:
        """What it is known by among units of a day: its code, or without one its whole name."""
        return self.code or self.label


@dataclass(frozen=True, slots=True)
class Coverage:
    """The units of a level within a territory, by key; :meth:`insert_job` counts facilities."""

    level: str
    within: Unit
    units: Mapping[str, Unit]

    def add(self, row: int, name: str | None, address: str, place: Place) -> Facility:
        """Count the facility where it lies, if that is known and within the territory."""
        standing, unit = self._judged(place)
        if standing is Standing.COUNTED:
            self.units[_key(place.divisions, self.level)].rows.append(row)
        return Facility(row, name, address, standing, unit, place)

    def _judged(self, place: Place) -> tuple[Standing, Division | None]:
        if place.standing is not None:
            return place.standing, None
        lowest = place.divisions[-1] if place.divisions else None
        if _key(place.divisions, self.within.level) != self.within.key:
            # What is only known to lie in something larger may yet lie inside.
            larger = lowest is not None and lowest in self.within.parents
            return Standing.NOT_AT_LEVEL if larger else Standing.OUTSIDE, lowest
        if _key(place.divisions, self.level) not in self.units:
            return Standing.NOT_AT_LEVEL, lowest
        return Standing.COUNTED, next(d for d in place.divisions if d.level == self.level)


def _key(divisions: Sequence[Division], level: str) -> str:
    """By what :attr:`Unit.key` the unit of a level is known; empty if there is none of it."""
    for number, division in enumerate(divisions, 1):
        if division.level == level:
            return division.code or "".join(above.name for above in divisions[:number])
    return ""


def coverage(view: DayIndex, level: str, within: str) -> Coverage:
    """The units of ``level`` within the unit that carries the code ``within`` on the view's day.

    Raises:
        InvalidValue: the level is not below that of the unit, or there is no unit of it there.
        NotFound: no unit carries the code on the day.
    """
    top = _carrying(view, within)
    chain = view.get_chain(top)
    if UNIT_LEVELS.index(level) <= chain[-1].level:
        raise InvalidValue(
            f"{level} 不低于 {chain[-1].name} 的级别。",
            f"{level} is not below {chain[-1].name} ({LEVELS[chain[-1].level]})",
            field="level",
        )
    units = {unit.key: unit for unit in _of_level(view, level, top)}
    if not units:
        raise InvalidValue(
            f"{chain[-1].name} 没有 {level} 一级的单位。",
            f"{chain[-1].name} has no unit of the level {level}",
            field="level",
        )
    return Coverage(level, _unit(view, chain), dict(sorted(units.items())))


def _carrying(view: DayIndex, code: str) -> int:
    codes = view.index.codes
    for node, state in enumerate(view.states):
        if state >= 0 and codes[state] == code:
            return node
    raise NotFound(
        f"{view.at} 没有代码为 {code} 的单位。",
        f"no unit carries {code} on {view.at}",
        field="within",
    )


def _of_level(view: DayIndex, level: str, top: int) -> Iterator[Unit]:
    states = np.asarray(view.states)
    levels = np.asarray(view.index.levels)[states]
    for node in map(int, np.flatnonzero((states >= 0) & (levels == LEVELS.index(level)))):
        if view.index.is_unit(node) and any(spot.node == top for spot in view.get_chain(node)):
            yield _unit(view, view.get_chain(node))


def _unit(view: DayIndex, chain: Sequence[UnitRef]) -> Unit:
    leaf = chain[-1]
    return Unit(
        view.index.ids[leaf.node],
        LEVELS[leaf.level],
        leaf.code,
        leaf.name,
        tuple(Division(LEVELS[spot.level], spot.code, spot.name) for spot in chain[:-1]),
        view.index.points.find_point(leaf.node, view.day),
    )


def place_of(answer: JsonObject) -> Place:
    """Where an address lies, from the answer of a single call."""
    status = answer["geocoding"]["status"]
    if status != "matched":
        told = [f["properties"]["geocoding"]["label"] for f in answer["features"]]
        return Place(Standing(status), detail=";".join(told) or None)
    (feature,) = answer["features"]
    found = feature["properties"]["geocoding"]
    point = feature["geometry"]["coordinates"] if feature["geometry"] else None
    return Place(
        None,
        tuple(Division(d["level"], d["code"], d["name"]) for d in found["divisions"]),
        found["label"],
        found["match_level"],
        found["score"],
        (point[0], point[1]) if point else None,
        found["coordinate_level"],
    )


def totals(units: Iterable[Unit], facilities: Iterable[Facility]) -> dict[str, int]:
    """How many facilities there are of each standing, and units with and without any."""
    counts = dict.fromkeys(("facilities", *(standing.value for standing in Standing)), 0)
    for facility in facilities:
        counts["facilities"] += 1
        counts[facility.standing] += 1
    rows = [unit.rows for unit in units]
    return {**counts, "units": len(rows), "units_without": sum(not r for r in rows)}

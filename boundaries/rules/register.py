"""What is published, judged as a whole: the areas in force at a moment, by every rule on layers."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from psycopg import Connection

from boundaries.layers.layer import EPSG_4490, Layer
from boundaries.network.store import Ground, Unit, read_areas, read_network
from boundaries.rules.finding import Finding, identified, order
from boundaries.rules.layer import judge
from boundaries.rules.tolerances import Tolerances, tolerances_for
from gazetteer.ledger.asof import AsOf
from gazetteer.records.levels import UNIT_LEVELS
from gazetteer.settings import Settings, settings

Progress = Callable[[int, int, str], None]

_COLUMNS = {name: name for name in ("code", "name", "level", "parent_code")}


@dataclass(frozen=True, slots=True)
class RegisterJudgement:
    """What was found in the register, the gravest first.

    ``features`` of a finding are numbers in ``units`` and ``codes``; a unit without a code is
    called by its id there.
    """

    units: tuple[UUID, ...]
    codes: tuple[str, ...]
    findings: tuple[Finding, ...]


def judge_register(
    conn: Connection[Any],
    as_of: AsOf,
    progress: Progress = lambda done, total, what: None,
) -> RegisterJudgement:
    """All findings on what is in force at a moment, as known then.

    Limits come from the settings, and from the accuracy that the areas of each level state.
    ``progress(done, total, what)`` hears each step.
    """
    units = read_network(conn, as_of).units
    areas = {unit: ground for unit, ground in read_areas(conn, as_of).items() if unit in units}
    numbered = tuple(areas)
    codes = tuple(units[unit].code or str(unit) for unit in numbered)
    found = _of_areas(units, areas, progress)
    return RegisterJudgement(
        numbered, codes, tuple(identified(sorted(found, key=order), codes, planar=False))
    )


def _of_areas(
    units: Mapping[UUID, Unit], areas: Mapping[UUID, Ground], progress: Progress
) -> Iterator[Finding]:
    """The areas as a layer, judged by every rule on layers."""
    by = settings()
    limits = {level: _limits(level, units, areas, by) for level in UNIT_LEVELS}
    layer = _layer(units, areas)
    judged = judge(layer, tolerances_for(None, None, by), progress, by_level=limits)
    yield from judged.findings


def _limits(
    level: str, units: Mapping[UUID, Unit], areas: Mapping[UUID, Ground], by: Settings
) -> Tolerances:
    """The limits of a level; its lines are as good as the worst of them is said to be."""
    stated = [ground.accuracy_m for unit, ground in areas.items() if units[unit].level == level]
    return tolerances_for(level, max((a for a in stated if a is not None), default=None), by)


def _layer(units: Mapping[UUID, Unit], areas: Mapping[UUID, Ground]) -> Layer:
    """The areas in force as a layer, in their order."""
    geometries = np.empty(len(areas), dtype=object)
    geometries[:] = [ground.shape for ground in areas.values()]
    mine = [units[unit] for unit in areas]
    return Layer(
        geometries,
        tuple(own.code or str(unit) for unit, own in zip(areas, mine, strict=True)),
        tuple(_attributes(own, units) for own in mine),
        tuple(own.code for own in mine),
        EPSG_4490,
        EPSG_4490,
        "register",
        columns=_COLUMNS,
    )


def _attributes(own: Unit, units: Mapping[UUID, Unit]) -> Mapping[str, str | None]:
    above = units.get(own.parent) if own.parent else None
    return {
        "code": own.code,
        "name": own.name,
        "level": own.level,
        "parent_code": above.code if above else None,
    }

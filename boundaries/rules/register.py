"""What is published, judged as a whole: areas, lines, nodes, history and names of a moment."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import numpy as np
from psycopg import Connection

from boundaries.layers.layer import EPSG_4490, Layer
from boundaries.network.lines import Borders
from boundaries.network.store import (
    Ground,
    KnownNetwork,
    Unit,
    read_areas,
    read_history,
    read_network,
)
from boundaries.rules.finding import Finding, identified, order
from boundaries.rules.layer import judge
from boundaries.rules.published import bounds, lines, nodes
from boundaries.rules.published.picture import Picture
from boundaries.rules.tolerances import Tolerances, tolerances_for
from gazetteer.ledger.asof import AsOf
from gazetteer.records.levels import UNIT_LEVELS
from gazetteer.settings import Settings, settings

Progress = Callable[[int, int, str], None]

ON_THE_NETWORK = (
    bounds.made_of_edges,
    bounds.made_of_lower_edges,
    bounds.neighbours,
    bounds.sides,
    lines.crossing_itself,
    lines.broken,
    lines.backwards,
    lines.without_level,
    lines.overlapping,
    lines.pseudo_nodes,
    nodes.tripoints,
    nodes.other_ends,
)
"""The rules on the lines and nodes of a moment."""

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


class _Roll:
    """The units that findings name, numbered as they come."""

    def __init__(self) -> None:
        self.number: dict[UUID, int] = {}
        self.codes: list[str] = []

    def add(self, unit: UUID, code: str | None) -> int:
        if unit not in self.number:
            self.number[unit] = len(self.codes)
            self.codes.append(code or str(unit))
        return self.number[unit]

    def told(
        self, findings: Iterable[Finding], units: tuple[UUID, ...], codes: tuple[str, ...]
    ) -> Iterator[Finding]:
        """The findings of a rule, whose features are numbers in ``units``, with ours."""
        for finding in findings:
            numbers = {self.add(units[n], codes[n]) for n in finding.features}
            yield replace(finding, features=tuple(sorted(numbers)))


def judge_register(
    conn: Connection[Any],
    as_of: AsOf,
    progress: Progress = lambda done, total, what: None,
) -> RegisterJudgement:
    """All findings on what is in force at a moment, as known then.

    Limits come from the settings, and from the accuracy that the areas of each level state.
    ``progress(done, total, what)`` hears each step.
    """
    known = read_network(conn, as_of)
    areas = {u: ground for u, ground in read_areas(conn, as_of).items() if u in known.units}
    roll = _Roll()
    found = [*_of_areas(known.units, areas, roll, progress)]
    found += _of_network(known, areas, ways(conn, as_of), roll, progress)
    named = identified(sorted(found, key=order), tuple(roll.codes), planar=False)
    return RegisterJudgement(tuple(roll.number), tuple(roll.codes), tuple(named))


def ways(conn: Connection[Any], as_of: AsOf) -> Mapping[UUID, int]:
    """How many edges ever met at each node, as known at a moment."""
    past = read_history(conn, as_of)
    ends = {
        (edge, past.nodes[node])
        for edge, both in zip(
            past.edges, zip(past.net.start, past.net.end, strict=True), strict=True
        )
        for node in both
    }
    met: dict[UUID, int] = {}
    for _, node in ends:
        met[node] = met.get(node, 0) + 1
    return met


def _of_areas(
    units: Mapping[UUID, Unit], areas: Mapping[UUID, Ground], roll: _Roll, progress: Progress
) -> Iterator[Finding]:
    """The areas as a layer, judged by every rule on layers."""
    by = settings()
    limits = {level: _limits(level, units, areas, by) for level in UNIT_LEVELS}
    layer = _layer(units, areas)
    judged = judge(layer, tolerances_for(None, None, by), progress, by_level=limits)
    yield from roll.told(judged.findings, tuple(areas), layer.names)


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


def _of_network(
    known: KnownNetwork,
    areas: Mapping[UUID, Ground],
    ways: Mapping[UUID, int],
    roll: _Roll,
    progress: Progress,
) -> Iterator[Finding]:
    borders = Borders(known)
    shapes = {unit: ground.shape for unit, ground in areas.items()}
    picture = Picture(borders, tolerances_for(None, None, settings()), shapes, ways)
    for done, rule in enumerate(ON_THE_NETWORK):
        progress(done, len(ON_THE_NETWORK), rule.__name__)
        yield from roll.told(rule(picture), borders.units, borders.names)

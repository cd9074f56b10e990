"""What is published, judged as a whole: areas, lines, nodes, history and names of a moment."""

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from psycopg import Connection
from shapely import STRtree

from boundaries.layers.layer import EPSG_4490, Layer
from boundaries.network.lines import Borders
from boundaries.network.store import (
    Ground,
    KnownNetwork,
    Unit,
    read_areas,
    read_network,
    read_seats,
)
from boundaries.rules.finding import Finding, identified, order
from boundaries.rules.layer import judge
from boundaries.rules.published import bounds, codes, lines, nodes, versions
from boundaries.rules.published.conservation import conserved, events
from boundaries.rules.published.past import Past, read_past, read_shapes
from boundaries.rules.published.picture import Picture
from boundaries.rules.published.places import placed, read_spots
from boundaries.rules.tolerances import Tolerances, tolerances_for
from gazetteer.ledger.asof import AsOf
from gazetteer.records.levels import UNIT_LEVELS
from gazetteer.settings import Settings, get_settings

Progress = Callable[[int, int, str], None]

ON_THE_NETWORK = (
    bounds.made_of_edges,
    bounds.made_of_lower_edges,
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

ON_THE_PAST = (
    versions.lives_of_areas,
    versions.acts_behind_changes,
    versions.whole_every_day,
    codes.codes_again,
    codes.codes_with_changes,
)
"""The rules on the history up to a moment."""

_OF_EDGES = ("TOP-COV-05", "TOP-LIN-02", "TOP-NOD-02")
"""Rules that tell why the borders of a unit do not close today."""

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
    by, roll = get_settings(), _Roll()
    known = read_network(conn, as_of)
    areas = {u: ground for u, ground in read_areas(conn, as_of).items() if u in known.units}
    published = list(_published(conn, as_of, known, areas, tolerances_for(None, None, by)))
    done, total = 0, len(published)

    def hear(step: int, steps: int, what: str) -> None:
        nonlocal done, total
        done, total = steps, steps + len(published)
        progress(step, total, what)

    layer = _layer(known.units, areas, read_seats(conn, as_of))
    found = [*_of_areas(layer, known.units, areas, by, roll, hear)]
    for more, (what, rule, units, called) in enumerate(published, start=1):
        found += roll.told(rule(), units, called)
        progress(done + more, total, what)
    found = _once(found)
    named = identified(sorted(found, key=order), tuple(roll.codes), planar=False)
    return RegisterJudgement(tuple(roll.number), tuple(roll.codes), tuple(named))


_Judging = tuple[str, Callable[[], Iterable[Finding]], tuple[UUID, ...], tuple[str, ...]]
"""A rule by name, ready to judge, and the units with their codes that its findings number."""


def _published(
    conn: Connection[Any],
    as_of: AsOf,
    known: KnownNetwork,
    areas: Mapping[UUID, Ground],
    limits: Tolerances,
) -> Iterator[_Judging]:
    """The rules on what is published at a moment: on its network, its history and its names.

    ``areas`` are those in force, ``limits`` what counts where no level is concerned.
    """
    borders, past = Borders(known), read_past(conn, as_of)
    shapes = {unit: ground.shape for unit, ground in areas.items()}
    picture = Picture(borders, limits, shapes, _ways(past))
    for on_network in ON_THE_NETWORK:
        yield on_network.__name__, partial(on_network, picture), picture.units, picture.names
    for on_past in ON_THE_PAST:
        yield on_past.__name__, partial(on_past, past), past.units, past.names
    happened = tuple(events(past))
    kept = read_shapes(conn, {a.version for e in happened for a in (*e.before, *e.after)})
    yield "conserved", partial(conserved, past, happened, kept, limits), past.units, past.names
    spots = read_spots(conn, as_of)
    called = tuple(known.units[unit].code or str(unit) for unit in areas)
    yield "placed", partial(placed, spots, known.units, areas, limits), tuple(areas), called


def _ways(past: Past) -> Mapping[UUID, int]:
    """How many edges ever met at each node."""
    network = past.network
    net = network.net
    ends = zip(network.edges * 2, [*net.start.tolist(), *net.end.tolist()], strict=True)
    return Counter(network.nodes[node] for _, node in set(ends))


def _once(findings: list[Finding]) -> list[Finding]:
    """The findings without those of a day gone by that are there still, and told as of today."""
    past = [f for f in findings if f.rule == "TOP-VER-03" and f.kind != "open"]
    now = [f.geometry for f in findings if f.rule in ("TOP-COV-01", "TOP-COV-02")]
    places = np.array([None, *now], dtype=object)[1:]
    inside = shapely.point_on_surface(np.array([None, *(f.geometry for f in past)], object)[1:])
    told = STRtree(places).query(inside, predicate="intersects")[0]
    still = {id(past[k]) for k in told.tolist()}
    flawed = {n for f in findings if f.rule in _OF_EDGES for n in f.features}
    still |= {id(f) for f in findings if f.kind == "open" and flawed.issuperset(f.features)}
    return [finding for finding in findings if id(finding) not in still]


def _of_areas(
    layer: Layer,
    units: Mapping[UUID, Unit],
    areas: Mapping[UUID, Ground],
    by: Settings,
    roll: _Roll,
    progress: Progress,
) -> Iterator[Finding]:
    """The areas as a layer, judged by every rule on layers."""
    limits = {level: _limits(level, units, areas, by) for level in UNIT_LEVELS}
    judged = judge(layer, tolerances_for(None, None, by), progress, by_level=limits)
    partly = {own.parent for unit, own in units.items() if unit not in areas}
    told = (f for f in judged.findings if not _against_unknown(f, tuple(areas), units, partly))
    yield from roll.told(told, tuple(areas), layer.names)


def _against_unknown(
    finding: Finding,
    numbered: tuple[UUID, ...],
    units: Mapping[UUID, Unit],
    partly: Container[UUID | None],
) -> bool:
    """Whether the ground of a parent was missed that belongs to units without a known area."""
    if (finding.rule, finding.kind) != ("TOP-COV-02", "parent") and finding.rule != "TOP-HIE-03":
        return False
    met = [numbered[n] for n in finding.features]
    return min(met, key=lambda unit: UNIT_LEVELS.index(units[unit].level)) in partly


def _limits(
    level: str, units: Mapping[UUID, Unit], areas: Mapping[UUID, Ground], by: Settings
) -> Tolerances:
    """The limits of a level; its lines are as good as the worst of them is said to be."""
    stated = [ground.accuracy_m for unit, ground in areas.items() if units[unit].level == level]
    return tolerances_for(level, max((a for a in stated if a is not None), default=None), by)


def _layer(
    units: Mapping[UUID, Unit],
    areas: Mapping[UUID, Ground],
    seats: Mapping[UUID, tuple[float, float]],
) -> Layer:
    """The areas in force as a layer, in their order."""
    geometries = np.empty(len(areas), dtype=object)
    geometries[:] = [ground.shape for ground in areas.values()]
    mine = [units[unit] for unit in areas]
    return Layer(
        geometries,
        tuple(own.code or str(unit) for unit, own in zip(areas, mine, strict=True)),
        tuple(
            _attributes(own, units, seats.get(unit)) for unit, own in zip(areas, mine, strict=True)
        ),
        tuple(own.code for own in mine),
        EPSG_4490,
        EPSG_4490,
        "register",
        columns=_COLUMNS,
    )


def _attributes(
    own: Unit, units: Mapping[UUID, Unit], seat: tuple[float, float] | None
) -> Mapping[str, str | float | None]:
    above = units.get(own.parent) if own.parent else None
    lon, lat = seat or (None, None)
    return {
        "code": own.code,
        "name": own.name,
        "level": own.level,
        "parent_code": above.code if above else None,
        "seat_lon": lon,
        "seat_lat": lat,
    }

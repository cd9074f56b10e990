"""A polygon layer judged: each polygon, each level as a coverage, and the levels by each other."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from boundaries.layers.examine import examine_crs
from boundaries.layers.layer import Layer
from boundaries.rules import geometry
from boundaries.rules.aside import disputed, left_out
from boundaries.rules.coverage import COVERAGE
from boundaries.rules.coverage.evidence import Evidence
from boundaries.rules.coverage.gaps import Hole, open_holes
from boundaries.rules.finding import Finding, identified, order
from boundaries.rules.geometry import OF_ONE
from boundaries.rules.hierarchy import exclaves, family, parents, statements
from boundaries.rules.hierarchy.standing import Standing, standing
from boundaries.rules.metric import Metric
from boundaries.rules.remarks import remarked
from boundaries.rules.tolerances import Tolerances
from gazetteer.problems import InvalidValue

GEOMETRY = (*OF_ONE, geometry.tiny_holes, geometry.coarse)
"""The rules on the geometry of the units of one level."""

Progress = Callable[[int, int, str], None]
Ints = NDArray[np.int64]
_EXCLAVE_COLUMNS = ("exclave", "飞地")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was found in a layer.

    ``holes`` are left open, being wider than the asked width; ``levels`` are those that were
    judged, the highest first, None for units whose level is not known.
    """

    layer: Layer
    findings: tuple[Finding, ...]
    holes: tuple[Hole, ...]
    levels: tuple[str | None, ...] = (None,)

    @property
    def blocking(self) -> bool:
        """Whether legal data may not be like this."""
        return any(finding.severity == "error" for finding in self.findings)


def judge(
    layer: Layer,
    tolerances: Tolerances,
    progress: Progress = lambda done, total, what: None,
    *,
    level: str | None = None,
    by_level: Mapping[str, Tolerances] = MappingProxyType({}),
    reference: Layer | None = None,
) -> Judgement:
    """All findings on a layer, the gravest first, and its open holes, the largest first.

    Each level is judged by itself, and against the level above where the layer has it; ``level``
    asks for one level only. ``by_level`` are the tolerances of levels that have their own.
    ``reference`` shows the same units at the right place and lets a shift be seen.

    Raises:
        InvalidValue: the layer has no units of the asked level.
    """
    place = standing(layer)
    levels = _asked(place, level)
    steps = len(levels) * (len(COVERAGE) + 1) + 1
    done = 0

    def step(what: str) -> None:
        nonlocal done
        progress(done, steps, what)
        done += 1

    def limits(own: str | None) -> Tolerances:
        return by_level.get(own or "", tolerances)

    found = list(remarked([*layer.remarks, *examine_crs(layer, reference)], layer.names))
    found += left_out(layer, place)
    holes: list[Hole] = []
    apart: list[list[Finding]] = []
    for own in levels:
        judged = _Level(layer, place, own, limits(own))
        found += judged.findings(step)
        holes += judged.holes()
        apart.append(judged.exclaves())
    declared = {i for i, said in enumerate(layer.attributes) if _says_exclave(said)}
    found += exclaves.undeclared(apart, declared)
    step("hierarchy")
    if level is None:
        found = _with_parents(layer, place, limits, found)
    found += _alone(layer, place, tolerances, whole=level is None)
    step("")
    named = identified(sorted(disputed(found, layer, place), key=order), layer.names, layer.planar)
    return Judgement(layer, tuple(named), _largest_first(holes), tuple(levels))


def _asked(place: Standing, level: str | None) -> list[str | None]:
    if level is None:
        return place.levels
    if level in place.levels or place.levels == [None]:
        return [own for own in place.levels if own in (level, None)][:1]
    there = [own for own in place.levels if own]
    raise InvalidValue(
        f"图层中没有 {level} 级的单位；有：{'、'.join(there)}。",
        f"the layer has no units of the level {level!r}; it has {', '.join(there)}",
        field="level",
    )


def _largest_first(holes: list[Hole]) -> tuple[Hole, ...]:
    return tuple(sorted(holes, key=lambda hole: -hole.area_m2))


class _Level:
    """One level of a layer: its evidence, with features numbered as in the layer."""

    def __init__(
        self, layer: Layer, place: Standing, level: str | None, tolerances: Tolerances
    ) -> None:
        self.layer, self.place, self.level = layer, place, level
        which = self.which = np.array(place.of_level(level), dtype=np.int64)
        names = tuple(layer.names[i] for i in which.tolist())
        shapes = layer.geometries[which]
        self.evidence = Evidence(shapes, names, Metric(layer.planar), tolerances)

    def findings(self, step: Callable[[str], None]) -> Iterator[Finding]:
        """What each polygon and the coverage of this level tell."""
        step("geometry")
        stand_ins = self.place.stand_ins if self.level == "county" else frozenset()
        for rule in GEOMETRY:  # what only stands in for this level is judged at its own
            told = map(self._numbered, rule(self.evidence))
            yield from (f for f in told if not f.features or not stand_ins.issuperset(f.features))
        for rule in COVERAGE:
            step(rule.__name__)
            yield from map(self._numbered, rule(self.evidence))

    def exclaves(self) -> list[Finding]:
        """The exclaves of its units, declared or not."""
        return [self._numbered(finding) for finding in exclaves.exclaves(self.evidence)]

    def holes(self) -> Iterator[Hole]:
        """The holes that are left open."""
        for hole in open_holes(self.evidence):
            yield replace(hole, features=self._numbers(hole.features))

    def _numbered(self, finding: Finding) -> Finding:
        return replace(finding, features=self._numbers(finding.features))

    def _numbers(self, features: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(int(self.which[feature]) for feature in features)


def _says_exclave(attributes: Mapping[str, object]) -> bool:
    return any(attributes.get(column) for column in _EXCLAVE_COLUMNS)


def _with_parents(
    layer: Layer, place: Standing, limits: Callable[[str | None], Tolerances], found: list[Finding]
) -> list[Finding]:
    """The findings with those of units against their parents; none is told twice.

    A parent's units may be of several levels: counties directly under a province lie between its
    prefectures.
    """
    metric, names = Metric(layer.planar), layer.names
    shaped = {i for i in range(len(layer)) if layer.geometries[i] is not None}
    new: list[Finding] = []
    for level in place.levels:
        of = {
            child: up
            for child, up in parents.parents(place).items()
            if place.level[up] == level and {child, up} <= shaped
        }
        for one in family.families(layer.geometries, of, metric, limits(level)) if of else ():
            new += family.uncovered(one, names, limits(level))
            new += family.outside(one, names, limits(level))
            new += family.untiled(one, names, metric)
    new = _not_in(new, "TOP-COV-02", [f for f in found if f.rule == "TOP-COV-02"])
    return _not_in(found, "TOP-COV-04", [f for f in new if f.rule == "TOP-COV-02"]) + new


def _not_in(findings: list[Finding], rule: str, others: list[Finding]) -> list[Finding]:
    """The findings without those of a rule whose ground is that of others."""
    if not others:
        return findings
    tree = STRtree(np.array([other.geometry for other in others], dtype=object))

    def told(finding: Finding) -> bool:
        if finding.rule != rule:
            return False
        inside = shapely.point_on_surface(finding.geometry)
        return bool(len(tree.query(inside, predicate="intersects")))

    return [finding for finding in findings if not told(finding)]


def _alone(
    layer: Layer, place: Standing, tolerances: Tolerances, *, whole: bool
) -> Iterator[Finding]:
    """What columns say, against each other and against the polygons."""
    metric = Metric(layer.planar)
    if whole:
        yield from parents.orphans(layer, place)
        yield from parents.skipped(layer, place)
        yield from parents.foreign_codes(layer, place)
    yield from statements.seats_outside(layer, metric)
    yield from statements.areas_stated(layer, metric, tolerances)

"""A polygon layer judged: each polygon, each level as a coverage, and the levels by each other."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from boundaries.layers.polygon_layer import Layer
from boundaries.layers.position_checks import validate_positions
from boundaries.rules.common.layer_finding import Finding, assign_finding_ids, build_sort_key
from boundaries.rules.common.measures import Metric
from boundaries.rules.common.tolerances import Tolerances
from boundaries.rules.coverage import COVERAGE_RULES
from boundaries.rules.coverage.coverage_context import CoverageContext
from boundaries.rules.coverage.gaps import Hole, find_open_holes
from boundaries.rules.geometry import polygon_rules
from boundaries.rules.geometry.polygon_rules import SINGLE_POLYGON_RULES
from boundaries.rules.hierarchy import exclaves, parent_coverage, stated_attributes, stated_parents
from boundaries.rules.hierarchy.excluded_features import (
    find_excluded_features,
    relabel_disputed_overlaps,
)
from boundaries.rules.hierarchy.feature_levels import FeatureLevels, derive_feature_levels
from boundaries.rules.reader_remarks import convert_remarks
from gazetteer.problems import InvalidValue

GEOMETRY_RULES = (
    *SINGLE_POLYGON_RULES,
    polygon_rules.find_tiny_holes,
    polygon_rules.find_coarse_borders,
)
"""The rules on the geometry of the units of one level."""

Progress = Callable[[int, int, str], None]
Ints = NDArray[np.int64]
_EXCLAVE_COLUMNS = ("exclave", "飞地")


@dataclass(frozen=True, slots=True)
class LayerValidationResult:
    """What was found in a layer.

    ``holes`` are left open, being wider than the asked width; ``levels`` are those that were
    judged, the highest first, None for units whose level is not known.
    """

    layer: Layer
    findings: tuple[Finding, ...]
    holes: tuple[Hole, ...]
    levels: tuple[str | None, ...] = (None,)

    @property
    def is_blocking(self) -> bool:
        """Whether legal data may not be like this."""
        return any(finding.severity == "error" for finding in self.findings)


def validate_layer(
    layer: Layer,
    tolerances: Tolerances,
    progress: Progress = lambda done, total, what: None,
    *,
    level: str | None = None,
    by_level: Mapping[str, Tolerances] = MappingProxyType({}),
    reference: Layer | None = None,
) -> LayerValidationResult:
    """All findings on a layer, the gravest first, and its open holes, the largest first.

    Each level is judged by itself, and against the level above where the layer has it; ``level``
    asks for one level only. ``by_level`` are the tolerances of levels that have their own.
    ``reference`` shows the same units at the right place and lets a shift be seen.

    Raises:
        InvalidValue: the layer has no units of the asked level.
    """
    feature_levels = derive_feature_levels(layer)
    levels = _select_levels(feature_levels, level)
    steps = len(levels) * (len(COVERAGE_RULES) + 1) + 1
    done = 0

    def report_step(what: str) -> None:
        nonlocal done
        progress(done, steps, what)
        done += 1

    def tolerances_of(own: str | None) -> Tolerances:
        return by_level.get(own or "", tolerances)

    findings = list(
        convert_remarks([*layer.remarks, *validate_positions(layer, reference)], layer.names)
    )
    findings += find_excluded_features(layer, feature_levels)
    holes: list[Hole] = []
    exclaves_by_level: list[list[Finding]] = []
    for own in levels:
        level_validation = _LevelValidation(layer, feature_levels, own, tolerances_of(own))
        findings += level_validation.iter_findings(report_step)
        holes += level_validation.iter_open_holes()
        exclaves_by_level.append(level_validation.list_exclaves())
    declared = {i for i, attributes in enumerate(layer.attributes) if _declares_exclave(attributes)}
    findings += exclaves.select_undeclared(exclaves_by_level, declared)
    report_step("hierarchy")
    if level is None:
        findings = _add_parent_findings(layer, feature_levels, tolerances_of, findings)
    findings += _find_attribute_flaws(layer, feature_levels, tolerances, all_levels=level is None)
    report_step("")
    identified_findings = assign_finding_ids(
        sorted(relabel_disputed_overlaps(findings, layer, feature_levels), key=build_sort_key),
        layer.names,
        layer.planar,
    )
    return LayerValidationResult(
        layer, tuple(identified_findings), _sort_by_area(holes), tuple(levels)
    )


def _select_levels(feature_levels: FeatureLevels, level: str | None) -> list[str | None]:
    if level is None:
        return feature_levels.levels
    if level in feature_levels.levels or feature_levels.levels == [None]:
        return [own for own in feature_levels.levels if own in (level, None)][:1]
    present = [own for own in feature_levels.levels if own]
    raise InvalidValue(
        f"图层中没有 {level} 级的单位；有：{'、'.join(present)}。",
        f"the layer has no units of the level {level!r}; it has {', '.join(present)}",
        field="level",
    )


def _sort_by_area(holes: list[Hole]) -> tuple[Hole, ...]:
    return tuple(sorted(holes, key=lambda hole: -hole.area_m2))


class _LevelValidation:
    """One level of a layer: its evidence, with features numbered as in the layer."""

    def __init__(
        self, layer: Layer, feature_levels: FeatureLevels, level: str | None, tolerances: Tolerances
    ) -> None:
        self.layer, self.feature_levels, self.level = layer, feature_levels, level
        which = self.which = np.array(feature_levels.list_units_of_level(level), dtype=np.int64)
        names = tuple(layer.names[i] for i in which.tolist())
        shapes = layer.geometries[which]
        self.context = CoverageContext(shapes, names, Metric(layer.planar), tolerances)

    def iter_findings(self, step: Callable[[str], None]) -> Iterator[Finding]:
        """What each polygon and the coverage of this level tell."""
        step("geometry")
        stand_ins = self.feature_levels.stand_ins if self.level == "county" else frozenset()
        for rule in GEOMETRY_RULES:  # what only stands in for this level is judged at its own
            numbered = map(self._renumber_finding, rule(self.context))
            yield from (
                f for f in numbered if not f.features or not stand_ins.issuperset(f.features)
            )
        for rule in COVERAGE_RULES:
            step(rule.__name__)
            yield from map(self._renumber_finding, rule(self.context))

    def list_exclaves(self) -> list[Finding]:
        """The exclaves of its units, declared or not."""
        return [self._renumber_finding(finding) for finding in exclaves.find_exclaves(self.context)]

    def iter_open_holes(self) -> Iterator[Hole]:
        """The holes that are left open."""
        for hole in find_open_holes(self.context):
            yield replace(hole, features=self._renumber_features(hole.features))

    def _renumber_finding(self, finding: Finding) -> Finding:
        return replace(finding, features=self._renumber_features(finding.features))

    def _renumber_features(self, features: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(int(self.which[feature]) for feature in features)


def _declares_exclave(attributes: Mapping[str, object]) -> bool:
    return any(attributes.get(column) for column in _EXCLAVE_COLUMNS)


def _add_parent_findings(
    layer: Layer,
    feature_levels: FeatureLevels,
    limits: Callable[[str | None], Tolerances],
    findings: list[Finding],
) -> list[Finding]:
    """The findings with those of units against their parents; none is told twice.

    A parent's units may be of several levels: counties directly under a province lie between its
    prefectures.
    """
    metric, names = Metric(layer.planar), layer.names
    shaped = {i for i in range(len(layer)) if layer.geometries[i] is not None}
    new: list[Finding] = []
    for level in feature_levels.levels:
        parent_of = {
            child: up
            for child, up in stated_parents.find_parents(feature_levels).items()
            if feature_levels.level[up] == level and {child, up} <= shaped
        }
        for one in (
            parent_coverage.compare_with_parents(layer.geometries, parent_of, metric, limits(level))
            if parent_of
            else ()
        ):
            new += parent_coverage.find_uncovered_parent(one, names, limits(level))
            new += parent_coverage.find_outside_parent(one, names, limits(level))
            new += parent_coverage.find_border_differences(one, names, metric)
    new = _drop_covered(new, "TOP-COV-02", [f for f in findings if f.rule == "TOP-COV-02"])
    return _drop_covered(findings, "TOP-COV-04", [f for f in new if f.rule == "TOP-COV-02"]) + new


def _drop_covered(findings: list[Finding], rule: str, others: list[Finding]) -> list[Finding]:
    """The findings without those of a rule whose ground is that of others."""
    if not others:
        return findings
    tree = STRtree(np.array([other.geometry for other in others], dtype=object))

    def is_covered(finding: Finding) -> bool:
        if finding.rule != rule:
            return False
        inside = shapely.point_on_surface(finding.geometry)
        return bool(len(tree.query(inside, predicate="intersects")))

    return [finding for finding in findings if not is_covered(finding)]


def _find_attribute_flaws(
    layer: Layer, feature_levels: FeatureLevels, tolerances: Tolerances, *, all_levels: bool
) -> Iterator[Finding]:
    """What columns say, against each other and against the polygons."""
    metric = Metric(layer.planar)
    if all_levels:
        yield from stated_parents.find_orphans(layer, feature_levels)
        yield from stated_parents.find_skipped_levels(layer, feature_levels)
        yield from stated_parents.find_foreign_codes(layer, feature_levels)
    yield from stated_attributes.find_seats_outside(layer, metric)
    yield from stated_attributes.find_stated_area_mismatches(layer, metric, tolerances)

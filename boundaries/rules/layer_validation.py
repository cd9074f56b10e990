"""Validation of a polygon layer: each polygon, each level as a coverage, and the hierarchy."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from types import MappingProxyType

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from boundaries.layers.polygon_layer import Layer
from boundaries.layers.position_checks import validate_positions
from boundaries.rules.common.measures import Metric
from boundaries.rules.common.spatial_finding import (
    SpatialFinding,
    assign_finding_ids,
    build_sort_key,
)
from boundaries.rules.common.tolerances import Tolerances
from boundaries.rules.comparable_units import select_comparable
from boundaries.rules.coverage import COVERAGE_RULES
from boundaries.rules.coverage.coverage_context import CoverageContext
from boundaries.rules.coverage.gaps import Hole, find_open_holes
from boundaries.rules.geometry import polygon_rules
from boundaries.rules.geometry.polygon_rules import SINGLE_POLYGON_RULES
from boundaries.rules.hierarchy import exclaves, parent_coverage, stated_attributes, stated_parents
from boundaries.rules.hierarchy.duplicate_codes import find_duplicate_codes
from boundaries.rules.hierarchy.excluded_features import (
    find_excluded_features,
    relabel_disputed_overlaps,
)
from boundaries.rules.hierarchy.feature_levels import FeatureLevels, derive_feature_levels
from boundaries.rules.hierarchy.level_remarks import find_level_flaws
from boundaries.rules.reader_remarks import convert_remarks
from gazetteer.messages import message
from gazetteer.problems import InvalidValue
from gazetteer.progress import Progress, ignore_progress

GEOMETRY_RULES = (
    *SINGLE_POLYGON_RULES,
    polygon_rules.find_tiny_holes,
    polygon_rules.find_coarse_borders,
)
"""The rules on the geometry of the units of one level."""

Ints = NDArray[np.int64]
Limits = Mapping[str | None, Tolerances]
"""The tolerances of each level of a layer."""
_EXCLAVE_COLUMNS = ("exclave", "飞地")


@dataclass(frozen=True, slots=True)
class LayerValidationResult:
    """What was found in a layer.

    ``holes`` are wider than the maximum gap width and not treated as gaps; ``levels`` are those
    that were validated, the highest first, None for units whose level is not known.
    """

    layer: Layer
    findings: tuple[SpatialFinding, ...]
    holes: tuple[Hole, ...]
    levels: tuple[str | None, ...] = (None,)

    @property
    def is_blocking(self) -> bool:
        """Whether the layer has errors, which legal data must not have."""
        return any(finding.severity == "error" for finding in self.findings)


def validate_layer(
    layer: Layer,
    tolerances: Tolerances,
    progress: Progress = ignore_progress,
    *,
    level: str | None = None,
    by_level: Mapping[str, Tolerances] = MappingProxyType({}),
    reference: Layer | None = None,
) -> LayerValidationResult:
    """All findings on a layer, the gravest first, and its open holes, the largest first.

    Each level is validated by itself, and against the level above where the layer has it.

    Args:
        layer: the polygons with their attributes.
        tolerances: the limits of levels that have none of their own.
        progress: called with each step as ``(done, total, what)``.
        level: the only level to validate; None for all.
        by_level: the limits of levels that have their own.
        reference: the same units in the right place, to detect a shift of the whole layer.

    Raises:
        InvalidValue: The layer has no units of the level.
    """
    feature_levels = derive_feature_levels(layer)
    levels = _select_levels(feature_levels, level)
    report_step = _count_steps(progress, len(levels) * (len(COVERAGE_RULES) + 1) + 1)
    limits = {own: by_level.get(own or "", tolerances) for own in feature_levels.levels}
    findings, holes = _validate_levels(layer, feature_levels, levels, limits, report_step)
    remarks = [*layer.remarks, *validate_positions(layer, reference)]
    findings += convert_remarks(remarks, layer.names)
    for find_flaws in (find_duplicate_codes, find_level_flaws, find_excluded_features):
        findings += find_flaws(layer, feature_levels)
    report_step("hierarchy")
    if level is None:
        findings = _add_parent_findings(layer, feature_levels, limits, findings)
    findings += _find_attribute_flaws(layer, feature_levels, tolerances, all_levels=level is None)
    report_step("")
    ordered = _order_findings(relabel_disputed_overlaps(findings, layer, feature_levels), layer)
    return LayerValidationResult(layer, ordered, holes, tuple(levels))


def _count_steps(progress: Progress, total: int) -> Callable[[str], None]:
    """A function that reports the next step each time it is called."""
    numbers = count()
    return lambda what: progress(next(numbers), total, what)


def _order_findings(findings: Iterable[SpatialFinding], layer: Layer) -> tuple[SpatialFinding, ...]:
    """The findings sorted, with their ids."""
    ordered = sorted(findings, key=build_sort_key)
    return tuple(assign_finding_ids(ordered, layer.names, layer.planar))


def _select_levels(feature_levels: FeatureLevels, level: str | None) -> list[str | None]:
    if level is None:
        return feature_levels.levels
    if level in feature_levels.levels or feature_levels.levels == [None]:
        return [own for own in feature_levels.levels if own in (level, None)][:1]
    present = [own for own in feature_levels.levels if own]
    raise InvalidValue(
        message(
            "validation.no_units_of_level",
            level=message(f"level.{level}"),
            present=[message(f"level.{own}") for own in present],
        ),
        field="level",
    )


class _LevelValidation:
    """The validation of one level of a layer; its results number features as in the layer."""

    def __init__(
        self,
        layer: Layer,
        feature_levels: FeatureLevels,
        level: str | None,
        units: Sequence[int],
        tolerances: Tolerances,
    ) -> None:
        self.layer, self.feature_levels, self.level = layer, feature_levels, level
        which = self.which = np.array(units, dtype=np.int64)
        names = tuple(layer.names[i] for i in which.tolist())
        shapes = layer.geometries[which]
        self.whole = CoverageContext(shapes, names, Metric(layer.planar), tolerances)
        self.context, self.left_out = select_comparable(self.whole)

    def iter_findings(self, step: Callable[[str], None]) -> Iterator[SpatialFinding]:
        """The findings on each polygon and on the coverage of this level."""
        step("geometry")
        stand_ins = self.feature_levels.stand_ins if self.level == "county" else frozenset()
        for rule in GEOMETRY_RULES:
            context = self.whole if rule in SINGLE_POLYGON_RULES else self.context
            for finding in map(self._renumber_finding, rule(context)):
                # Polygons that only stand in for this level are checked at their own.
                if not finding.features or not stand_ins.issuperset(finding.features):
                    yield finding
        yield from map(self._renumber_finding, self.left_out)
        for rule in COVERAGE_RULES:
            step(rule.__name__)
            yield from map(self._renumber_finding, rule(self.context))

    def list_exclaves(self) -> list[SpatialFinding]:
        """The exclaves of its units, declared or not."""
        return [self._renumber_finding(finding) for finding in exclaves.find_exclaves(self.context)]

    def iter_open_holes(self) -> Iterator[Hole]:
        """The holes that are not treated as gaps."""
        for hole in find_open_holes(self.context):
            yield replace(hole, features=self._renumber_features(hole.features))

    def _renumber_finding(self, finding: SpatialFinding) -> SpatialFinding:
        return replace(finding, features=self._renumber_features(finding.features))

    def _renumber_features(self, features: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(int(self.which[feature]) for feature in features)


def _validate_levels(
    layer: Layer,
    feature_levels: FeatureLevels,
    levels: Sequence[str | None],
    limits: Limits,
    step: Callable[[str], None],
) -> tuple[list[SpatialFinding], tuple[Hole, ...]]:
    """The findings on each level by itself, and the open holes, the largest first."""
    findings: list[SpatialFinding] = []
    holes: list[Hole] = []
    exclaves_by_level: list[list[SpatialFinding]] = []
    groups = [(one, units) for one in levels for units in feature_levels.list_tiers_of_level(one)]
    for level, units in groups:  # one after the other: the context of a level takes much memory
        validation = _LevelValidation(layer, feature_levels, level, units, limits[level])
        findings += validation.iter_findings(step)
        holes += validation.iter_open_holes()
        exclaves_by_level.append(validation.list_exclaves())
    declared = {i for i, attributes in enumerate(layer.attributes) if _declares_exclave(attributes)}
    findings += exclaves.select_undeclared(exclaves_by_level, declared)
    return findings, tuple(sorted(holes, key=lambda hole: -hole.area_m2))


def _declares_exclave(attributes: Mapping[str, object]) -> bool:
    return any(attributes.get(column) for column in _EXCLAVE_COLUMNS)


def _add_parent_findings(
    layer: Layer,
    feature_levels: FeatureLevels,
    limits: Limits,
    findings: list[SpatialFinding],
) -> list[SpatialFinding]:
    """The findings with those of units against their parents, each reported once.

    The units of a parent may be of several levels: counties directly under a province lie between
    its prefectures.
    """
    metric, names = Metric(layer.planar), layer.names
    shaped = {i for i in range(len(layer)) if layer.geometries[i] is not None}
    new: list[SpatialFinding] = []
    for level in feature_levels.levels:
        parent_of = {
            child: up
            for child, up in stated_parents.find_parents(feature_levels).items()
            if feature_levels.level[up] == level and {child, up} <= shaped
        }
        for one in (
            parent_coverage.compare_with_parents(layer.geometries, parent_of, metric, limits[level])
            if parent_of
            else ()
        ):
            new += parent_coverage.find_uncovered_parent(one, names, limits[level])
            new += parent_coverage.find_outside_parent(one, names, limits[level])
            new += parent_coverage.find_border_differences(one, names, metric)
    new = _drop_covered(new, "TOP-COV-02", [f for f in findings if f.rule == "TOP-COV-02"])
    return _drop_covered(findings, "TOP-COV-04", [f for f in new if f.rule == "TOP-COV-02"]) + new


def _drop_covered(
    findings: list[SpatialFinding], rule: str, others: list[SpatialFinding]
) -> list[SpatialFinding]:
    """The findings without those of a rule whose area is already that of others."""
    if not others:
        return findings
    tree = STRtree(np.array([other.geometry for other in others], dtype=object))

    def is_covered(finding: SpatialFinding) -> bool:
        if finding.rule != rule:
            return False
        inside = shapely.point_on_surface(finding.geometry)
        return bool(len(tree.query(inside, predicate="intersects")))

    return [finding for finding in findings if not is_covered(finding)]


def _find_attribute_flaws(
    layer: Layer, feature_levels: FeatureLevels, tolerances: Tolerances, *, all_levels: bool
) -> Iterator[SpatialFinding]:
    """Attributes compared with each other and with the polygons."""
    metric = Metric(layer.planar)
    if all_levels:
        yield from stated_parents.find_orphans(layer, feature_levels)
        yield from stated_parents.find_skipped_levels(layer, feature_levels)
        yield from stated_parents.find_foreign_codes(layer, feature_levels)
    yield from stated_attributes.find_seats_outside(layer, metric)
    yield from stated_attributes.find_stated_area_mismatches(layer, metric, tolerances)

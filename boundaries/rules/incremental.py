"""Validation of an edit at interactive speed: only what it can have changed is checked again.

The findings of a validated level are retained. When some polygons change, only the segments near
the changed ones are collected; findings there are replaced, all others stay. A finding away from
the change cannot depend on it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from boundaries.rules.common.measures import Metric
from boundaries.rules.common.spatial_finding import SpatialFinding
from boundaries.rules.common.tolerances import Tolerances
from boundaries.rules.coverage import COVERAGE_RULES
from boundaries.rules.coverage.coverage_context import CoverageContext, Shapes
from boundaries.rules.coverage.gaps import Hole, find_open_holes
from boundaries.rules.edit_extent import (
    Box,
    WindowedCoverageContext,
    find_changed_box,
    is_inside,
    union_boxes,
    widen_box,
)
from boundaries.rules.geometry.polygon_rules import SINGLE_POLYGON_RULES, find_tiny_holes
from gazetteer.rules.rule_catalogue import read_catalogue

_LOCAL_RULES = (*COVERAGE_RULES, find_tiny_holes)
_REBUILD_INDEX_AFTER = 1000
"""After this many edited features, the spatial index is rebuilt."""


@dataclass(frozen=True)
class ValidatedLevel:
    """The polygons of one level with all findings that concern places.

    Findings have no ids yet (see ``assign_finding_ids``); those on the layer as a whole, on its
    columns and on its levels are not included. ``tree`` indexes the shapes, except those of the
    ``edited`` features.
    """

    shapes: Shapes
    names: tuple[str, ...]
    metric: Metric
    tolerances: Tolerances
    findings: tuple[SpatialFinding, ...]
    holes: tuple[Hole, ...]
    tree: STRtree
    edited: frozenset[int]
    invalid: frozenset[int]

    @cached_property
    def _boxes(self) -> NDArray[np.float64]:
        places = [*(f.geometry for f in self.findings), *(h.shape for h in self.holes)]
        return np.asarray(shapely.bounds(np.array([None, *places], dtype=object)[1:]))

    def find_touching(self, box: Box) -> tuple[list[int], list[int]]:
        """The numbers of the findings and of the open holes whose bounding boxes meet a box."""
        low, high = self._boxes[:, :2], self._boxes[:, 2:]
        meets = np.flatnonzero((high >= box[:2]).all(axis=1) & (low <= box[2:]).all(axis=1))
        count = len(self.findings)
        return meets[meets < count].tolist(), (meets[meets >= count] - count).tolist()

    def list_boxes(self, findings: list[int], holes: list[int]) -> list[Box]:
        """The bounding boxes of findings and open holes, by number."""
        count = len(self.findings)
        return [tuple(self._boxes[k].tolist()) for k in (*findings, *(h + count for h in holes))]

    def find_features_near(self, box: Box) -> list[int]:
        """The features whose bounding boxes meet a box, ascending."""
        features = set(self.tree.query(shapely.box(*box)).tolist()) - self.edited
        for feature in self.edited:
            shape = self.shapes[feature]
            if shape is not None and _has_common_point(shape.bounds, box):
                features.add(feature)
        return sorted(features)


@dataclass(frozen=True, slots=True)
class RevalidationResult:
    """The effect of an edit: the level as validated now, and the findings removed and added."""

    level: ValidatedLevel
    removed: tuple[SpatialFinding, ...]
    added: tuple[SpatialFinding, ...]


def validate_level(
    shapes: Shapes, names: tuple[str, ...], metric: Metric, tolerances: Tolerances
) -> ValidatedLevel:
    """Validate all polygons of a level from scratch."""
    context = CoverageContext(shapes, names, metric, tolerances)
    findings = tuple(f for rule in (*_LOCAL_RULES, *SINGLE_POLYGON_RULES) for f in rule(context))
    return ValidatedLevel(
        shapes,
        names,
        metric,
        tolerances,
        findings,
        tuple(find_open_holes(context)),
        STRtree(shapes),
        frozenset(),
        frozenset(context.invalid_features.tolist()),
    )


def revalidate_edit(
    before: ValidatedLevel, new: Mapping[int, BaseGeometry | None]
) -> RevalidationResult:
    """Validate a level with new shapes of some features, near the change only.

    A hole that an edit closes off from the outside is found when it lies within the change and
    a margin of ``gore_depth`` times the maximum gap width, or was an open gap before.

    Args:
        before: the validated level.
        new: the new shapes by feature; None where a feature has no shape any more.
    """
    boxes = [box for f, shape in new.items() if (box := find_changed_box(before.shapes[f], shape))]
    if not boxes:
        return RevalidationResult(before, (), ())
    after = _apply_shapes(before, new)
    limits = before.tolerances
    margin = limits.gap_width_m * (1 + limits.gore_depth) + 2 * limits.overlap_m
    core = widen_box(union_boxes(boxes), margin, before.metric)
    old, old_holes = before.find_touching(core)
    old = [k for k in old if _is_local(before.findings[k])]
    around = union_boxes([core, *before.list_boxes(old, old_holes)])
    while True:
        window = widen_box(around, margin, before.metric)
        findings, holes = _find_in_window(after, core, window)
        reach = union_boxes(
            [around, *(f.geometry.bounds for f in findings if f.geometry is not None)]
        )
        reach = union_boxes([reach, *(h.shape.bounds for h in holes)])
        if is_inside(reach, around):
            break
        around = reach
    own = [k for k, f in enumerate(before.findings) if not _is_local(f)]
    old += [k for k in own if before.findings[k].features[0] in new]
    findings += _find_single_polygon_flaws(after, sorted(new))
    other_holes = [h for k, h in enumerate(before.holes) if k not in set(old_holes)]
    return _compare_findings(before, after, old, findings, (*other_holes, *holes))


def _apply_shapes(before: ValidatedLevel, new: Mapping[int, BaseGeometry | None]) -> ValidatedLevel:
    shapes = before.shapes.copy()
    for feature, shape in new.items():
        shapes[feature] = shape
    invalid = before.invalid - set(new)
    invalid |= {f for f, s in new.items() if s is not None and not shapely.is_valid(s)}
    edited, tree = before.edited | set(new), before.tree
    if len(edited) > _REBUILD_INDEX_AFTER:
        edited, tree = frozenset(), STRtree(shapes)
    return replace(before, shapes=shapes, edited=edited, tree=tree, invalid=invalid)


def _find_in_window(
    after: ValidatedLevel, core: Box, window: Box
) -> tuple[list[SpatialFinding], list[Hole]]:
    """The findings and open holes that meet the core, from the segments in the window."""
    near = after.find_features_near(window)
    bad = tuple(k for k, feature in enumerate(near) if feature in after.invalid)
    names = tuple(after.names[feature] for feature in near)
    context = WindowedCoverageContext(
        after.shapes[near], names, after.metric, after.tolerances, window, bad
    )

    def renumber_features(features: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(near[k] for k in features)

    findings = [
        replace(f, features=renumber_features(f.features))
        for rule in _LOCAL_RULES
        for f in rule(context)
        if f.geometry is not None and _has_common_point(f.geometry.bounds, core)
    ]
    holes = [
        replace(h, features=renumber_features(h.features))
        for h in find_open_holes(context)
        if _has_common_point(h.shape.bounds, core)
    ]
    return findings, holes


def _find_single_polygon_flaws(after: ValidatedLevel, features: list[int]) -> list[SpatialFinding]:
    """The findings on the edited polygons by themselves."""
    names = tuple(after.names[f] for f in features)
    context = CoverageContext(after.shapes[features], names, after.metric, after.tolerances)
    return [
        replace(f, features=tuple(features[k] for k in f.features))
        for rule in SINGLE_POLYGON_RULES
        for f in rule(context)
    ]


def _is_local(finding: SpatialFinding) -> bool:
    """Whether a finding depends on the neighbours, and not on one polygon by itself."""
    part = finding.rule == "TOP-GEO-07" and finding.kind == "part"
    return not read_catalogue()[finding.rule].single_polygon and not part


def _compare_findings(
    before: ValidatedLevel,
    after: ValidatedLevel,
    old: list[int],
    new_findings: list[SpatialFinding],
    holes: tuple[Hole, ...],
) -> RevalidationResult:
    """Compare new findings with those before; the same finding is neither removed nor added."""
    previous = {_build_comparison_key(before.findings[k]): k for k in old}
    now = {_build_comparison_key(finding): finding for finding in new_findings}
    gone = {k for key, k in previous.items() if key not in now}
    added = tuple(finding for key, finding in now.items() if key not in previous)
    unchanged = tuple(f for k, f in enumerate(before.findings) if k not in gone)
    return RevalidationResult(
        replace(after, findings=(*unchanged, *added), holes=holes),
        tuple(before.findings[k] for k in sorted(gone)),
        added,
    )


def _build_comparison_key(finding: SpatialFinding) -> tuple[object, ...]:
    place = finding.geometry.bounds if finding.geometry is not None else ()
    return finding.rule, finding.kind, finding.features, *(round(at, 9) for at in place)


def _has_common_point(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]

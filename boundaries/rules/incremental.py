"""An edit judged in the time of an edit: only what it can have changed is looked at again.

The findings of a level whose polygons were judged are kept. When some polygons get other shapes,
only pieces near the changed pieces are gathered; the findings there are told anew, all others
stand. What is not near the change in place cannot depend on it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from boundaries.rules.common.layer_finding import Finding
from boundaries.rules.common.measures import Metric
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

_LOCAL_RULES = (*COVERAGE_RULES, find_tiny_holes)
_SINGLE_POLYGON_RULE_IDS = frozenset({"TOP-GEO-01", "TOP-GEO-04", "TOP-GEO-05", "TOP-GEO-06"})
_REBUILD_INDEX_AFTER = 1000
"""After so many edited features the index is made anew."""


@dataclass(frozen=True)
class ValidatedLevel:
    """The polygons of one level with all findings on them, as far as they concern places.

    Findings are without ids (see :func:`~boundaries.rules.common.layer_finding.assign_finding_ids`), and without those
    on a layer as a whole, its columns and its levels. ``tree`` finds the shapes by place, but for
    those of the ``edited`` features.
    """

    shapes: Shapes
    names: tuple[str, ...]
    metric: Metric
    tolerances: Tolerances
    findings: tuple[Finding, ...]
    holes: tuple[Hole, ...]
    tree: STRtree
    edited: frozenset[int]
    invalid: frozenset[int]

    @cached_property
    def _boxes(self) -> NDArray[np.float64]:
        places = [*(f.geometry for f in self.findings), *(h.shape for h in self.holes)]
        return np.asarray(shapely.bounds(np.array([None, *places], dtype=object)[1:]))

    def find_touching(self, box: Box) -> tuple[list[int], list[int]]:
        """The numbers of the findings and of the open holes whose boxes meet a box."""
        low, high = self._boxes[:, :2], self._boxes[:, 2:]
        meets = np.flatnonzero((high >= box[:2]).all(axis=1) & (low <= box[2:]).all(axis=1))
        count = len(self.findings)
        return meets[meets < count].tolist(), (meets[meets >= count] - count).tolist()

    def list_boxes(self, findings: list[int], holes: list[int]) -> list[Box]:
        """The boxes round findings and open holes."""
        count = len(self.findings)
        return [tuple(self._boxes[k].tolist()) for k in (*findings, *(h + count for h in holes))]

    def find_features_near(self, box: Box) -> list[int]:
        """The features whose boxes meet a box, ascending."""
        features = set(self.tree.query(shapely.box(*box)).tolist()) - self.edited
        for feature in self.edited:
            shape = self.shapes[feature]
            if shape is not None and _has_common_point(shape.bounds, box):
                features.add(feature)
        return sorted(features)


@dataclass(frozen=True, slots=True)
class RevalidationResult:
    """What an edit did: the layer as it is judged now, and the findings that went and came."""

    level: ValidatedLevel
    removed: tuple[Finding, ...]
    added: tuple[Finding, ...]


def validate_level(
    shapes: Shapes, names: tuple[str, ...], metric: Metric, tolerances: Tolerances
) -> ValidatedLevel:
    """All polygons judged from scratch."""
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
    """The layer with other shapes of some features, judged near the change only.

    A hole that an edit closes off from the outside is noticed when it lies within the change and
    a margin of ``gore_depth`` times the asked width round it, or was an open gap before.
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
) -> tuple[list[Finding], list[Hole]]:
    """The findings and open holes that meet the core, from the pieces in the window."""
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


def _find_single_polygon_flaws(after: ValidatedLevel, features: list[int]) -> list[Finding]:
    """What the edited polygons tell by themselves."""
    names = tuple(after.names[f] for f in features)
    context = CoverageContext(after.shapes[features], names, after.metric, after.tolerances)
    return [
        replace(f, features=tuple(features[k] for k in f.features))
        for rule in SINGLE_POLYGON_RULES
        for f in rule(context)
    ]


def _is_local(finding: Finding) -> bool:
    part = finding.rule == "TOP-GEO-07" and finding.kind == "part"
    return finding.rule not in _SINGLE_POLYGON_RULE_IDS and not part


def _compare_findings(
    before: ValidatedLevel,
    after: ValidatedLevel,
    old: list[int],
    new_findings: list[Finding],
    holes: tuple[Hole, ...],
) -> RevalidationResult:
    """What was found anew against what stood there; the same finding neither goes nor comes."""
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


def _build_comparison_key(finding: Finding) -> tuple[object, ...]:
    place = finding.geometry.bounds if finding.geometry is not None else ()
    return finding.rule, finding.kind, finding.features, *(round(at, 9) for at in place)


def _has_common_point(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]

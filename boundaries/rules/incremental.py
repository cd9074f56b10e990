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

from boundaries.rules.coverage import COVERAGE
from boundaries.rules.coverage.evidence import Evidence, Shapes
from boundaries.rules.coverage.gaps import Hole, open_holes
from boundaries.rules.finding import Finding
from boundaries.rules.geometry import OF_ONE, tiny_holes
from boundaries.rules.metric import Metric
from boundaries.rules.tolerances import Tolerances
from boundaries.rules.window import Box, Window, changed, inside, union, widened

_OF_PLACES = (*COVERAGE, tiny_holes)
_OF_ONE_RULES = frozenset({"TOP-GEO-01", "TOP-GEO-04", "TOP-GEO-05", "TOP-GEO-06"})
_MANY = 1000
"""After so many edited features the index is made anew."""


@dataclass(frozen=True)
class Judged:
    """The polygons of one level with all findings on them, as far as they concern places.

    Findings are without ids (see :func:`~boundaries.rules.finding.identified`), and without those
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

    def touching(self, box: Box) -> tuple[list[int], list[int]]:
        """The numbers of the findings and of the open holes whose boxes meet a box."""
        low, high = self._boxes[:, :2], self._boxes[:, 2:]
        meets = np.flatnonzero((high >= box[:2]).all(axis=1) & (low <= box[2:]).all(axis=1))
        count = len(self.findings)
        return meets[meets < count].tolist(), (meets[meets >= count] - count).tolist()

    def box_of(self, findings: list[int], holes: list[int]) -> list[Box]:
        """The boxes round findings and open holes."""
        count = len(self.findings)
        return [tuple(self._boxes[k].tolist()) for k in (*findings, *(h + count for h in holes))]

    def near(self, box: Box) -> list[int]:
        """The features whose boxes meet a box, ascending."""
        found = set(self.tree.query(shapely.box(*box)).tolist()) - self.edited
        for feature in self.edited:
            shape = self.shapes[feature]
            if shape is not None and _meet(shape.bounds, box):
                found.add(feature)
        return sorted(found)


@dataclass(frozen=True, slots=True)
class Change:
    """What an edit did: the layer as it is judged now, and the findings that went and came."""

    judged: Judged
    removed: tuple[Finding, ...]
    added: tuple[Finding, ...]


def judged(
    shapes: Shapes, names: tuple[str, ...], metric: Metric, tolerances: Tolerances
) -> Judged:
    """All polygons judged from scratch."""
    evidence = Evidence(shapes, names, metric, tolerances)
    findings = tuple(f for rule in (*_OF_PLACES, *OF_ONE) for f in rule(evidence))
    return Judged(
        shapes,
        names,
        metric,
        tolerances,
        findings,
        tuple(open_holes(evidence)),
        STRtree(shapes),
        frozenset(),
        frozenset(evidence.invalid.tolist()),
    )


def edit(before: Judged, new: Mapping[int, BaseGeometry | None]) -> Change:
    """The layer with other shapes of some features, judged near the change only.

    A hole that an edit closes off from the outside is noticed when it lies within the change and
    a margin of ``gore_depth`` times the asked width round it, or was an open gap before.
    """
    boxes = [box for f, shape in new.items() if (box := changed(before.shapes[f], shape))]
    if not boxes:
        return Change(before, (), ())
    after = _with(before, new)
    limits = before.tolerances
    margin = limits.gap_width_m * (1 + limits.gore_depth) + 2 * limits.overlap_m
    core = widened(union(boxes), margin, before.metric)
    old, old_holes = before.touching(core)
    old = [k for k in old if _is_of_place(before.findings[k])]
    around = union([core, *before.box_of(old, old_holes)])
    while True:
        window = widened(around, margin, before.metric)
        found, holes = _found(after, core, window)
        reach = union([around, *(f.geometry.bounds for f in found if f.geometry is not None)])
        reach = union([reach, *(h.shape.bounds for h in holes)])
        if inside(reach, around):
            break
        around = reach
    own = [k for k, f in enumerate(before.findings) if not _is_of_place(f)]
    old += [k for k in own if before.findings[k].features[0] in new]
    found += _of_ones(after, sorted(new))
    kept_holes = [h for k, h in enumerate(before.holes) if k not in set(old_holes)]
    return _change(before, after, old, found, (*kept_holes, *holes))


def _with(before: Judged, new: Mapping[int, BaseGeometry | None]) -> Judged:
    shapes = before.shapes.copy()
    for feature, shape in new.items():
        shapes[feature] = shape
    invalid = before.invalid - set(new)
    invalid |= {f for f, s in new.items() if s is not None and not shapely.is_valid(s)}
    edited, tree = before.edited | set(new), before.tree
    if len(edited) > _MANY:
        edited, tree = frozenset(), STRtree(shapes)
    return replace(before, shapes=shapes, edited=edited, tree=tree, invalid=invalid)


def _found(after: Judged, core: Box, window: Box) -> tuple[list[Finding], list[Hole]]:
    """The findings and open holes that meet the core, from the pieces in the window."""
    near = after.near(window)
    bad = tuple(k for k, feature in enumerate(near) if feature in after.invalid)
    names = tuple(after.names[feature] for feature in near)
    evidence = Window(after.shapes[near], names, after.metric, after.tolerances, window, bad)

    def numbers(features: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(near[k] for k in features)

    found = [
        replace(f, features=numbers(f.features))
        for rule in _OF_PLACES
        for f in rule(evidence)
        if f.geometry is not None and _meet(f.geometry.bounds, core)
    ]
    holes = [
        replace(h, features=numbers(h.features))
        for h in open_holes(evidence)
        if _meet(h.shape.bounds, core)
    ]
    return found, holes


def _of_ones(after: Judged, features: list[int]) -> list[Finding]:
    """What the edited polygons tell by themselves."""
    names = tuple(after.names[f] for f in features)
    evidence = Evidence(after.shapes[features], names, after.metric, after.tolerances)
    return [
        replace(f, features=tuple(features[k] for k in f.features))
        for rule in OF_ONE
        for f in rule(evidence)
    ]


def _is_of_place(finding: Finding) -> bool:
    part = finding.rule == "TOP-GEO-07" and finding.kind == "part"
    return finding.rule not in _OF_ONE_RULES and not part


def _change(
    before: Judged,
    after: Judged,
    old: list[int],
    found: list[Finding],
    holes: tuple[Hole, ...],
) -> Change:
    """What was found anew against what stood there; the same finding neither goes nor comes."""
    stood = {_key(before.findings[k]): k for k in old}
    now = {_key(finding): finding for finding in found}
    gone = {k for key, k in stood.items() if key not in now}
    added = tuple(finding for key, finding in now.items() if key not in stood)
    kept = tuple(f for k, f in enumerate(before.findings) if k not in gone)
    return Change(
        replace(after, findings=(*kept, *added), holes=holes),
        tuple(before.findings[k] for k in sorted(gone)),
        added,
    )


def _key(finding: Finding) -> tuple[object, ...]:
    place = finding.geometry.bounds if finding.geometry is not None else ()
    return finding.rule, finding.kind, finding.features, *(round(at, 9) for at in place)


def _meet(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]

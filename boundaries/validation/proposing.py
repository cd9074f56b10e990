"""What could be done about findings, each by itself, and a layer in which some of it was done.

Nothing is changed unasked: proposals are told, a person chooses, and the layer that was judged
stays as it is. What is chosen comes as shapes by feature, with what moved, so that a file can be
written from it or a draft be filled.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from boundaries.layers.layer import Layer
from boundaries.rules.finding import Finding
from boundaries.rules.hierarchy.standing import FeatureLevels, derive_feature_levels
from boundaries.rules.incremental import ValidatedLevel, validate_level
from boundaries.rules.metric import Floats, Metric
from boundaries.rules.moves import VertexMove
from boundaries.rules.proposals import Proposal, propose_repairs
from boundaries.validation.report import Judging, Progress, Report
from gazetteer.problems import InvalidValue

_RULES = frozenset({"TOP-COV-01", "TOP-COV-02", "TOP-COV-03", "TOP-COV-04"})
"""The rules on whose findings something can be proposed."""


@dataclass(frozen=True, slots=True)
class Sought:
    """For which findings proposals are wanted: these ids, or the gravest ``most`` (None: all).

    After ``seconds`` no other finding is begun.
    """

    only: tuple[str, ...] = ()
    most: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Proposed:
    """Proposals by the ids of their findings, features numbered as in the layer.

    ``left`` is how many findings were not looked at: there were too many, or it took too long.
    """

    of: Mapping[str, Sequence[Proposal]]
    left: int


@dataclass(frozen=True, slots=True)
class Choice:
    """A proposal that a person accepts: of a finding, by its way and the name of its feature."""

    finding: str
    way: str
    feature: str | None

    def __str__(self) -> str:
        return f"{self.finding}={self.way}" + (f":{self.feature}" if self.feature else "")


@dataclass(frozen=True, slots=True)
class Correction:
    """What was chosen, done in this order: the layer as it is then, and each step."""

    layer: Layer
    steps: tuple[Proposal, ...]


def choice(text: str) -> Choice:
    """``ID=snap:440106`` or ``ID=clean`` as a choice.

    Raises:
        InvalidValue: not of that form.
    """
    finding, _, what = text.strip().partition("=")
    way, _, feature = what.partition(":")
    if not finding or not way:
        raise InvalidValue(
            f"accept 的写法是 编号=方式:单位，不是“{text[:80]}”。",
            f"accept is written as ID=WAY:UNIT, not {text[:80]!r}",
            field="accept",
        )
    return Choice(finding, way, feature or None)


class Proposing:
    """A layer that can be asked what could be done about a finding on it.

    Only the units around a finding are looked at: those whose boxes meet a unit of the finding.
    ``fixed`` (K, 2) are coordinates of vertices that must not move.
    """

    def __init__(self, layer: Layer, by: Judging, fixed: Floats | None = None) -> None:
        """Take the layer as it is; nothing is computed before something is asked."""
        self.layer, self.by, self.fixed = layer, by, fixed

    def about(self, finding: Finding) -> list[Proposal]:
        """What can be proposed, with features numbered as in the layer; mostly little or nothing.

        A change is judged among the units of its level: where a border is one of several levels,
        the units of the others have to follow it.
        """
        if finding.rule not in _RULES or finding.geometry is None:
            return []
        for level in reversed(self._place.levels):
            which = np.array(self._place.list_units_of_level(level), dtype=np.int64)
            if not np.isin(finding.features, which).all():
                continue
            near = self._around(finding, which)
            state = self._judged(near, level)
            own = _same(state, finding, near)
            if own is not None:
                return [_numbered(p, near) for p in propose_repairs(state, own, self.fixed)]
        return []

    @cached_property
    def _boxes(self) -> NDArray[np.float64]:
        return np.asarray(shapely.bounds(self.layer.geometries))

    @cached_property
    def _place(self) -> FeatureLevels:
        return derive_feature_levels(self.layer)

    def _around(self, finding: Finding, which: NDArray[np.int64]) -> NDArray[np.int64]:
        """The features of a level whose boxes meet that of one of the finding's."""
        boxes, mine = self._boxes[which], self._boxes[list(finding.features)]
        meets = [(boxes[:, :2] <= b[2:]).all(axis=1) & (boxes[:, 2:] >= b[:2]).all(axis=1)
                 for b in mine]  # fmt: skip
        near: NDArray[np.int64] = which[np.any(meets, axis=0)]
        return near

    def _judged(self, near: NDArray[np.int64], level: str | None) -> ValidatedLevel:
        names = tuple(self.layer.names[i] for i in near.tolist())
        limits = self.by.by_level.get(level or "", self.by.tolerances)
        return validate_level(self.layer.geometries[near], names, Metric(self.layer.planar), limits)


def not_yet(report: Report, sought: Sought) -> Proposed:
    """What is told while nothing was looked at."""
    return Proposed({}, len(_wanted(report, sought)))


def proposed(report: Report, sought: Sought, proposing: Proposing, progress: Progress) -> Proposed:
    """Proposals for the findings that are sought, as far as number and time allow."""
    wanted = _wanted(report, sought)
    begun, found = time.monotonic(), dict[str, Sequence[Proposal]]()
    for number, finding in enumerate(wanted[: sought.most]):
        if sought.seconds is not None and time.monotonic() - begun > sought.seconds:
            break
        progress(number, len(wanted), "propose")
        found[finding.id] = proposing.about(finding)
    return Proposed(found, len(wanted) - len(found))


def _wanted(report: Report, sought: Sought) -> list[Finding]:
    return [
        finding
        for finding in report.findings
        if finding.rule in _RULES and (not sought.only or finding.id in sought.only)
    ]


def corrected(report: Report, choices: Iterable[Choice], proposing: Proposing) -> Correction:
    """The layer with the chosen proposals done, one after the other.

    Raises:
        InvalidValue: there is no such finding, or nothing like that can be proposed for it: it
            never could, or what was chosen before has changed its place.
    """
    by_id = {finding.id: finding for finding in report.findings}
    steps: list[Proposal] = []
    for wanted in choices:
        finding = by_id.get(wanted.finding)
        if finding is None:
            raise _refused(wanted, "没有这个编号的问题", "there is no finding with this id")
        offered = proposing.about(finding)
        taken = next((p for p in offered if _is(p, wanted, report.layer.names)), None)
        if taken is None:
            zh, en = (
                "这个问题没有（或不再有）这样的建议",
                "the finding has no such proposal (any more)",
            )
            raise _refused(wanted, zh, en)
        steps.append(taken)
        geometries = proposing.layer.geometries.copy()
        for feature, shape in taken.shapes.items():
            geometries[feature] = _as_it_was(geometries[feature], shape)
        layer = replace(proposing.layer, geometries=geometries)
        proposing = Proposing(layer, proposing.by, proposing.fixed)
    return Correction(proposing.layer, tuple(steps))


def _is(proposal: Proposal, wanted: Choice, names: Sequence[str]) -> bool:
    feature = None if proposal.feature is None else names[proposal.feature]
    return (proposal.way, feature) == (wanted.way, wanted.feature)


def _as_it_was(old: BaseGeometry, new: BaseGeometry) -> BaseGeometry:
    """A shape of the type that the feature had, where it can be."""
    if old.geom_type == "MultiPolygon" and new.geom_type == "Polygon":
        return shapely.MultiPolygon(shapely.get_parts(new).tolist())
    return new


def _refused(wanted: Choice, zh: str, en: str) -> InvalidValue:
    return InvalidValue(f"{wanted}：{zh}。", f"{wanted}: {en}", field="accept")


def _same(state: ValidatedLevel, finding: Finding, near: NDArray[np.int64]) -> Finding | None:
    """The finding among those of the units around it."""
    numbers = {int(feature): k for k, feature in enumerate(near)}
    features = tuple(numbers[feature] for feature in finding.features)
    for other in state.findings:
        alike = (other.rule, other.kind, other.features) == (finding.rule, finding.kind, features)
        if alike and _at(other) == _at(finding):
            return other
    return None


def _at(finding: Finding) -> tuple[float, ...]:
    assert finding.geometry is not None
    return tuple(round(at, 9) for at in finding.geometry.bounds)


def _numbered(proposal: Proposal, near: NDArray[np.int64]) -> Proposal:
    """A proposal with features numbered as in the layer."""
    own = near.tolist()
    return replace(
        proposal,
        feature=None if proposal.feature is None else own[proposal.feature],
        shapes={own[f]: shape for f, shape in proposal.shapes.items()},
        moves=tuple(VertexMove(own[m.feature], m.old, m.new, m.distance_m) for m in proposal.moves),
        gain_m2={own[f]: gain for f, gain in proposal.gain_m2.items()},
    )

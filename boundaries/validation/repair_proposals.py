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

from boundaries.layers.polygon_layer import Layer
from boundaries.rules.common.layer_finding import Finding
from boundaries.rules.common.measures import Floats, Metric
from boundaries.rules.hierarchy.feature_levels import FeatureLevels, derive_feature_levels
from boundaries.rules.incremental import ValidatedLevel, validate_level
from boundaries.rules.proposals import Proposal, propose_repairs
from boundaries.rules.vertex_displacements import VertexMove
from boundaries.validation.validation_report import Progress, ValidationOptions, ValidationReport
from gazetteer.problems import InvalidValue

_REPAIRABLE_RULES = frozenset({"TOP-COV-01", "TOP-COV-02", "TOP-COV-03", "TOP-COV-04"})
"""The rules on whose findings something can be proposed."""


@dataclass(frozen=True, slots=True)
class ProposalRequest:
    """For which findings proposals are wanted: these ids, or the gravest ``most`` (None: all).

    After ``seconds`` no other finding is begun.
    """

    finding_ids: tuple[str, ...] = ()
    max_findings: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class ProposalSet:
    """Proposals by the ids of their findings, features numbered as in the layer.

    ``left`` is how many findings were not looked at: there were too many, or it took too long.
    """

    by_finding: Mapping[str, Sequence[Proposal]]
    skipped_count: int


@dataclass(frozen=True, slots=True)
class ProposalChoice:
    """A proposal that a person accepts: of a finding, by its way and the name of its feature."""

    finding_id: str
    way: str
    feature: str | None

    def __str__(self) -> str:
        return f"{self.finding_id}={self.way}" + (f":{self.feature}" if self.feature else "")


@dataclass(frozen=True, slots=True)
class LayerCorrection:
    """What was chosen, done in this order: the layer as it is then, and each step."""

    layer: Layer
    steps: tuple[Proposal, ...]


def parse_choice(text: str) -> ProposalChoice:
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
    return ProposalChoice(finding, way, feature or None)


class ProposalEngine:
    """A layer that can be asked what could be done about a finding on it.

    Only the units around a finding are looked at: those whose boxes meet a unit of the finding.
    ``fixed`` (K, 2) are coordinates of vertices that must not move.
    """

    def __init__(
        self, layer: Layer, options: ValidationOptions, fixed: Floats | None = None
    ) -> None:
        """Take the layer as it is; nothing is computed before something is asked."""
        self.layer, self.options, self.fixed = layer, options, fixed

    def find_proposals(self, finding: Finding) -> list[Proposal]:
        """What can be proposed, with features numbered as in the layer; mostly little or nothing.

        A change is judged among the units of its level: where a border is one of several levels,
        the units of the others have to follow it.
        """
        if finding.rule not in _REPAIRABLE_RULES or finding.geometry is None:
            return []
        for level in reversed(self._feature_levels.levels):
            level_features = np.array(
                self._feature_levels.list_units_of_level(level), dtype=np.int64
            )
            if not np.isin(finding.features, level_features).all():
                continue
            near = self._find_nearby(finding, level_features)
            state = self._validate_nearby(near, level)
            own = _find_same_finding(state, finding, near)
            if own is not None:
                return [
                    _renumber_features(p, near) for p in propose_repairs(state, own, self.fixed)
                ]
        return []

    @cached_property
    def _boxes(self) -> NDArray[np.float64]:
        return np.asarray(shapely.bounds(self.layer.geometries))

    @cached_property
    def _feature_levels(self) -> FeatureLevels:
        return derive_feature_levels(self.layer)

    def _find_nearby(
        self, finding: Finding, level_features: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """The features of a level whose boxes meet that of one of the finding's."""
        boxes, mine = self._boxes[level_features], self._boxes[list(finding.features)]
        meets = [(boxes[:, :2] <= b[2:]).all(axis=1) & (boxes[:, 2:] >= b[:2]).all(axis=1)
                 for b in mine]  # fmt: skip
        near: NDArray[np.int64] = level_features[np.any(meets, axis=0)]
        return near

    def _validate_nearby(self, near: NDArray[np.int64], level: str | None) -> ValidatedLevel:
        names = tuple(self.layer.names[i] for i in near.tolist())
        limits = self.options.by_level.get(level or "", self.options.tolerances)
        return validate_level(self.layer.geometries[near], names, Metric(self.layer.planar), limits)


def build_empty_proposal_set(report: ValidationReport, request: ProposalRequest) -> ProposalSet:
    """What is told while nothing was looked at."""
    return ProposalSet({}, len(_select_findings(report, request)))


def propose_for_findings(
    report: ValidationReport, request: ProposalRequest, engine: ProposalEngine, progress: Progress
) -> ProposalSet:
    """Proposals for the findings that are sought, as far as number and time allow."""
    selected = _select_findings(report, request)
    started, by_finding = time.monotonic(), dict[str, Sequence[Proposal]]()
    for number, finding in enumerate(selected[: request.max_findings]):
        if request.seconds is not None and time.monotonic() - started > request.seconds:
            break
        progress(number, len(selected), "propose")
        by_finding[finding.id] = engine.find_proposals(finding)
    return ProposalSet(by_finding, len(selected) - len(by_finding))


def _select_findings(report: ValidationReport, request: ProposalRequest) -> list[Finding]:
    return [
        finding
        for finding in report.findings
        if finding.rule in _REPAIRABLE_RULES
        and (not request.finding_ids or finding.id in request.finding_ids)
    ]


def apply_choices(
    report: ValidationReport, choices: Iterable[ProposalChoice], engine: ProposalEngine
) -> LayerCorrection:
    """The layer with the chosen proposals done, one after the other.

    Raises:
        InvalidValue: there is no such finding, or nothing like that can be proposed for it: it
            never could, or what was chosen before has changed its place.
    """
    by_id = {finding.id: finding for finding in report.findings}
    steps: list[Proposal] = []
    for choice in choices:
        finding = by_id.get(choice.finding_id)
        if finding is None:
            raise _choice_error(choice, "没有这个编号的问题", "there is no finding with this id")
        offered = engine.find_proposals(finding)
        chosen = next((p for p in offered if _is_chosen(p, choice, report.layer.names)), None)
        if chosen is None:
            zh, en = (
                "这个问题没有（或不再有）这样的建议",
                "the finding has no such proposal (any more)",
            )
            raise _choice_error(choice, zh, en)
        steps.append(chosen)
        geometries = engine.layer.geometries.copy()
        for feature, shape in chosen.shapes.items():
            geometries[feature] = _restore_type(geometries[feature], shape)
        layer = replace(engine.layer, geometries=geometries)
        engine = ProposalEngine(layer, engine.options, engine.fixed)
    return LayerCorrection(engine.layer, tuple(steps))


def _is_chosen(proposal: Proposal, choice: ProposalChoice, names: Sequence[str]) -> bool:
    feature = None if proposal.feature is None else names[proposal.feature]
    return (proposal.way, feature) == (choice.way, choice.feature)


def _restore_type(old: BaseGeometry, new: BaseGeometry) -> BaseGeometry:
    """A shape of the type that the feature had, where it can be."""
    if old.geom_type == "MultiPolygon" and new.geom_type == "Polygon":
        return shapely.MultiPolygon(shapely.get_parts(new).tolist())
    return new


def _choice_error(choice: ProposalChoice, zh: str, en: str) -> InvalidValue:
    return InvalidValue(f"{choice}：{zh}。", f"{choice}: {en}", field="accept")


def _find_same_finding(
    state: ValidatedLevel, finding: Finding, near: NDArray[np.int64]
) -> Finding | None:
    """The finding among those of the units around it."""
    numbers = {int(feature): k for k, feature in enumerate(near)}
    features = tuple(numbers[feature] for feature in finding.features)
    for other in state.findings:
        is_same = (other.rule, other.kind, other.features) == (finding.rule, finding.kind, features)
        if is_same and _round_bounds(other) == _round_bounds(finding):
            return other
    return None


def _round_bounds(finding: Finding) -> tuple[float, ...]:
    assert finding.geometry is not None
    return tuple(round(at, 9) for at in finding.geometry.bounds)


def _renumber_features(proposal: Proposal, near: NDArray[np.int64]) -> Proposal:
    """A proposal with features numbered as in the layer."""
    own = near.tolist()
    return replace(
        proposal,
        feature=None if proposal.feature is None else own[proposal.feature],
        shapes={own[f]: shape for f, shape in proposal.shapes.items()},
        moves=tuple(VertexMove(own[m.feature], m.old, m.new, m.distance_m) for m in proposal.moves),
        gain_m2={own[f]: gain for f, gain in proposal.gain_m2.items()},
    )

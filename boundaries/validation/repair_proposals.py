"""Repair proposals for the findings of a report, and a copy of its layer with those chosen.

Nothing is changed unasked: a person chooses among the proposals, and the validated layer stays as
it is. A choice gives new shapes by feature and moved vertices, for a corrected file or a draft.
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
from boundaries.rules.common.measures import Floats, Metric
from boundaries.rules.common.spatial_finding import SpatialFinding
from boundaries.rules.hierarchy.feature_levels import FeatureLevels, derive_feature_levels
from boundaries.rules.incremental import ValidatedLevel, validate_level
from boundaries.rules.proposals import Proposal, propose_repairs
from boundaries.rules.vertex_displacements import VertexMove
from boundaries.validation.validation_report import ValidationOptions, ValidationReport
from gazetteer.messages import message
from gazetteer.problems import InvalidValue
from gazetteer.progress import Progress
from gazetteer.rules.rule_catalogue import read_catalogue


@dataclass(frozen=True, slots=True)
class ProposalRequest:
    """The findings to make proposals for: those of ``finding_ids``, or all if it is empty.

    At most ``max_findings`` are processed, the most severe first (None: no limit); after
    ``seconds`` no other finding is started.
    """

    finding_ids: tuple[str, ...] = ()
    max_findings: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class ProposalSet:
    """Proposals by the ids of their findings, with the feature indexes of the layer.

    ``skipped_count`` is the number of requested findings beyond the limits of number and time.
    """

    by_finding: Mapping[str, Sequence[Proposal]]
    skipped_count: int


@dataclass(frozen=True, slots=True)
class ProposalChoice:
    """A proposal that a person accepts: its finding, its way and the name of its feature."""

    finding_id: str
    way: str
    feature: str | None

    def __str__(self) -> str:
        return f"{self.finding_id}={self.way}" + (f":{self.feature}" if self.feature else "")


@dataclass(frozen=True, slots=True)
class LayerCorrection:
    """The layer with the chosen proposals applied, and the proposals in that order."""

    layer: Layer
    steps: tuple[Proposal, ...]


def parse_choice(text: str) -> ProposalChoice:
    """Parse ``ID=snap:440106`` or ``ID=clean``.

    Raises:
        InvalidValue: Another form.
    """
    finding, _, what = text.strip().partition("=")
    way, _, feature = what.partition(":")
    if not finding or not way:
        raise InvalidValue(message("proposal.choice_syntax", text=text[:80]), field="accept")
    return ProposalChoice(finding, way, feature or None)


class ProposalEngine:
    """Makes proposals for the findings of a layer.

    Only the units around a finding are validated: those whose boxes meet a unit of the finding.
    ``fixed`` (K, 2) are coordinates of vertices that must not move, in those of the layer.
    """

    def __init__(
        self, layer: Layer, options: ValidationOptions, fixed: Floats | None = None
    ) -> None:
        """Nothing is computed before the first request."""
        self.layer, self.options, self.fixed = layer, options, fixed

    def find_proposals(self, finding: SpatialFinding) -> list[Proposal]:
        """The proposals for a finding, with the feature indexes of the layer; often none.

        A change is validated among the units of one level: where a border belongs to several
        levels, the units of the others have to follow.
        """
        if not _is_repairable(finding) or finding.geometry is None:
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
        self, finding: SpatialFinding, level_features: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """The features of a level whose boxes meet the box of a feature of the finding."""
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
    """The proposals before any finding is processed."""
    return ProposalSet({}, len(_select_findings(report, request)))


def propose_for_findings(
    report: ValidationReport, request: ProposalRequest, engine: ProposalEngine, progress: Progress
) -> ProposalSet:
    """Proposals for the requested findings, as far as number and time allow."""
    selected = _select_findings(report, request)
    started, by_finding = time.monotonic(), dict[str, Sequence[Proposal]]()
    for number, finding in enumerate(selected[: request.max_findings]):
        if request.seconds is not None and time.monotonic() - started > request.seconds:
            break
        progress(number, len(selected), "propose")
        by_finding[finding.id] = engine.find_proposals(finding)
    return ProposalSet(by_finding, len(selected) - len(by_finding))


def _select_findings(report: ValidationReport, request: ProposalRequest) -> list[SpatialFinding]:
    return [
        finding
        for finding in report.findings
        if _is_repairable(finding)
        and (not request.finding_ids or finding.id in request.finding_ids)
    ]


def _is_repairable(finding: SpatialFinding) -> bool:
    return bool(read_catalogue()[finding.rule].proposals)


def apply_choices(
    report: ValidationReport, choices: Iterable[ProposalChoice], engine: ProposalEngine
) -> LayerCorrection:
    """The layer with the chosen proposals applied, one after the other.

    Raises:
        InvalidValue: There is no such finding, or no such proposal for it, possibly because an
            earlier choice changed its surroundings.
    """
    by_id = {finding.id: finding for finding in report.findings}
    steps: list[Proposal] = []
    for choice in choices:
        finding = by_id.get(choice.finding_id)
        if finding is None:
            raise _choice_error("proposal.no_such_finding", choice)
        offered = engine.find_proposals(finding)
        chosen = next((p for p in offered if _is_chosen(p, choice, report.layer.names)), None)
        if chosen is None:
            raise _choice_error("proposal.not_offered", choice)
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
    """``new`` as the type of ``old``, where a polygon can be one."""
    if old.geom_type == "MultiPolygon" and new.geom_type == "Polygon":
        return shapely.MultiPolygon(shapely.get_parts(new).tolist())
    return new


def _choice_error(kind: str, choice: ProposalChoice) -> InvalidValue:
    return InvalidValue(message(kind, choice=str(choice)), field="accept")


def _find_same_finding(
    state: ValidatedLevel, finding: SpatialFinding, near: NDArray[np.int64]
) -> SpatialFinding | None:
    """The finding as it is found again when only the features ``near`` are validated."""
    numbers = {int(feature): k for k, feature in enumerate(near)}
    features = tuple(numbers[feature] for feature in finding.features)
    for other in state.findings:
        is_same = (other.rule, other.kind, other.features) == (finding.rule, finding.kind, features)
        if is_same and _round_bounds(other) == _round_bounds(finding):
            return other
    return None


def _round_bounds(finding: SpatialFinding) -> tuple[float, ...]:
    assert finding.geometry is not None
    return tuple(round(at, 9) for at in finding.geometry.bounds)


def _renumber_features(proposal: Proposal, near: NDArray[np.int64]) -> Proposal:
    """A proposal with the feature indexes of the layer instead of those of ``near``."""
    own = near.tolist()
    return replace(
        proposal,
        feature=None if proposal.feature is None else own[proposal.feature],
        shapes={own[f]: shape for f, shape in proposal.shapes.items()},
        moves=tuple(VertexMove(own[m.feature], m.old, m.new, m.distance_m) for m in proposal.moves),
        gain_m2={own[f]: gain for f, gain in proposal.gain_m2.items()},
    )

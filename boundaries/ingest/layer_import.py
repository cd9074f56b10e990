"""Validating a layer before its import, together with the ground around it in the register.

An error of the layer would be an error of the network that is built from it: overlapping units, a
border that differs between its two sides. It is reported before anything is built. What the layer
shows as the register knows it is not judged again: only what it brings can refuse it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely

from boundaries.ingest.area_import import LayerRegions, build_area_batch
from boundaries.ingest.known_territory import KnownTerritory, Neighbour
from boundaries.layers.polygon_layer import Layer
from boundaries.rules.common.spatial_finding import SpatialFinding
from boundaries.rules.layer_validation import validate_layer
from boundaries.validation.reference_layer import read_reference_layer
from boundaries.validation.validation_report import ValidationOptions
from gazetteer.ingest.staged_batch import LoadFinding, LoadSeverity, StagedBatch
from gazetteer.messages import message
from gazetteer.problems import Conflict
from gazetteer.progress import Progress
from gazetteer.rules.rule_catalogue import read_catalogue

_PARENT_GAPS = ("TOP-COV-02", "parent")
"""Rule and kind of the gaps that remain in a parent whose units are not all in the layer."""

_SHIFT_RULE = "TOP-CRS-03"
"""Found by comparison with a reference, hence not among the remarks of the reader."""


class BlockingFindings(Conflict):
    """The layer has errors that would break the network; ``findings`` counts them by rule."""

    code = "findings_block"


@dataclass(frozen=True, slots=True)
class ValidatedLayer:
    """A layer with the findings on its features, alone and with the known areas around them.

    ``names`` are those of the layer's features, then of the known areas.
    """

    layer: Layer
    findings: tuple[SpatialFinding, ...]
    names: tuple[str, ...]

    @property
    def blocking_findings(self) -> tuple[SpatialFinding, ...]:
        """The errors that would break the network."""
        return tuple(finding for finding in self.findings if _is_blocking(finding))

    @property
    def blocking_counts(self) -> Mapping[str, int]:
        """How many of the blocking findings there are, by rule."""
        return dict(sorted(Counter(finding.rule for finding in self.blocking_findings).items()))

    def build_problem(self) -> BlockingFindings:
        """The problem of the blocking findings, with the gravest one in words."""
        first = self.blocking_findings[0]
        return BlockingFindings(
            message(
                "ingest.blocking_findings",
                n=len(self.blocking_findings),
                file=self.layer.source,
                rule=first.rule,
                finding=first.message,
            ),
            field="file",
            findings=self.blocking_counts,
        )

    def format_acceptance(self, why: str) -> str:
        """The errors that are imported anyway, and why: for the reason of the changeset."""
        summary = ", ".join(f"{rule} ×{count}" for rule, count in self.blocking_counts.items())
        return f"{why} (accepted findings: {summary})"

    def iter_rejections(self, *, accepted: bool) -> Iterator[LoadFinding]:
        """The findings as lines of the report; the blocking ones reject, unless accepted."""
        for finding in self.findings:
            severity = LoadSeverity.INFO if finding.severity == "info" else LoadSeverity.WARNING
            if _is_blocking(finding) and not accepted:
                severity = LoadSeverity.REJECT
            own_feature = next((f for f in finding.features if f < len(self.layer)), -1)
            subject = " ".join(self.names[feature] for feature in finding.features)
            yield LoadFinding(
                self.layer.source, own_feature + 1, "geometry", subject, finding.rule, severity,
                finding.message,
            )  # fmt: skip


def validate_import_layer(
    layer: Layer, known_territory: KnownTerritory, options: ValidationOptions, progress: Progress
) -> ValidatedLayer:
    """Validate a layer together with the known ground of other units around it.

    Findings are left out that concern only what the register knows already, or that it has in the
    same words without the layer; and so are the remarks of the reader.

    Args:
        layer: Polygons in lon, lat degrees of CGCS2000.
        known_territory: What the register knows of the units of the layer, and around them.
        options: The tolerances, for all levels and for single ones.
        progress: Called with the steps done, their total and what is done.
    """
    changed = known_territory.find_changed_features()
    if not changed:
        return ValidatedLayer(layer, (), layer.names)
    own, neighbours = _list_validated(layer, changed), known_territory.list_neighbours()
    shapes = [layer.geometries[n] for n in own]
    combined = _combine_layer(layer, own, shapes, neighbours)
    findings = _validate_combined(combined, options, progress)
    own_findings = [f for f in findings if _is_about_changed(f, changed, own) and not _is_read(f)]
    if any(map(_is_blocking, own_findings)) and known_territory.knows_any(changed):
        before = _combine_layer(layer, own, known_territory.list_known_shapes(own), neighbours)
        known = {
            _describe_finding(f, combined.names)
            for f in _validate_combined(before, options, progress)
        }
        own_findings = [
            f for f in own_findings if _describe_finding(f, combined.names) not in known
        ]
    places = [*own, *range(len(layer), len(layer) + len(neighbours))]
    moved = [replace(f, features=tuple(places[n] for n in f.features)) for f in own_findings]
    names = (*layer.names, *(neighbour.code for neighbour in neighbours))
    return ValidatedLayer(layer, tuple(moved), names)


def _list_validated(layer: Layer, changed: frozenset[int]) -> list[int]:
    """The changed features, and those of the same layer that may touch them."""
    boxes = shapely.bounds(layer.geometries)
    near = set(changed)
    for west, south, east, north in boxes[sorted(changed)].tolist():
        meets = (boxes[:, 0] <= east) & (boxes[:, 2] >= west)
        meets &= (boxes[:, 1] <= north) & (boxes[:, 3] >= south)
        near.update(np.flatnonzero(meets).tolist())
    return sorted(near)


def _validate_combined(
    layer: Layer, options: ValidationOptions, progress: Progress
) -> Sequence[SpatialFinding]:
    return validate_layer(
        layer,
        options.tolerances,
        lambda done, total, _: progress(done, total, f"validate {layer.source}"),
        by_level=options.by_level,
        reference=read_reference_layer(),
    ).findings


def _describe_finding(finding: SpatialFinding, names: Sequence[str]) -> tuple[str, ...]:
    """Two findings that read alike are the same one."""
    subjects = sorted(names[feature] for feature in finding.features)
    return (finding.rule, finding.kind, finding.message.text("en"), *subjects)


def _is_about_changed(finding: SpatialFinding, changed: frozenset[int], own: Sequence[int]) -> bool:
    """Whether a finding is about a changed feature, or about the layer as a whole."""
    features = [own[n] for n in finding.features if n < len(own)]
    return not finding.features or not changed.isdisjoint(features)


def build_import_batch(
    validated: ValidatedLayer, regions: LayerRegions, known_territory: KnownTerritory
) -> StagedBatch:
    """The edges to be published; accepted findings are among those reported.

    Raises:
        LaterChange: the drawing has to hold on a day for which something else is known.
        NotACoverage: with the accepted findings no network can be built.
    """
    batch = build_area_batch(
        regions, known_territory.units, known_territory.period, known_territory.known
    )
    rejections = tuple(validated.iter_rejections(accepted=True))
    return replace(batch, findings=(*batch.findings, *rejections))


def _is_blocking(finding: SpatialFinding) -> bool:
    """Whether an error is more than what a layer of a part of the units has by nature."""
    partial = read_catalogue()[finding.rule].expected_in_partial_layer
    return (
        finding.severity == "error" and not partial and (finding.rule, finding.kind) != _PARENT_GAPS
    )


def _is_read(finding: SpatialFinding) -> bool:
    """Whether the import reports it itself: all remarks of the reader."""
    return finding.kind == "read" and finding.rule != _SHIFT_RULE


def _combine_layer(
    layer: Layer,
    own: Sequence[int],
    shapes: Sequence[shapely.Geometry | None],
    neighbours: Sequence[Neighbour],
) -> Layer:
    """Features of the layer, with the given shapes, and the known ground around them."""
    codes = tuple(neighbour.code for neighbour in neighbours)
    geometries = np.array([None, *shapes, *(n.shape for n in neighbours)], dtype=object)[1:]
    parent = layer.columns.get("parent_code")
    attributes = tuple({parent: n.parent_code} if parent else {} for n in neighbours)
    return replace(
        layer,
        geometries=geometries,
        names=(*(layer.names[n] for n in own), *codes),
        codes=(*(layer.codes[n] for n in own), *codes),
        attributes=(*(layer.attributes[n] for n in own), *attributes),
    )

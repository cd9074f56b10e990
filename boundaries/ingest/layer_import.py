"""Validating a layer before its import, together with the areas around it in the register.

An error of the layer would be an error of the network that is built from it: overlapping units, a
border that differs between its two sides. It is reported before anything is built.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from psycopg import Connection

from boundaries.ingest.area_import import REFERENCE_DAY
from boundaries.ingest.register_files import LayerImportOptions, build_layer_batch
from boundaries.layers.polygon_layer import Layer
from boundaries.network.existing_coverage import ExistingCoverage, load_existing_coverage
from boundaries.network.leaf_faces import Region
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
    conn: Connection[Any],
    layer: Layer,
    reference_day: date | None,
    options: ValidationOptions,
    progress: Progress,
) -> ValidatedLayer:
    """Validate a layer that shows the state of a day.

    Known areas of other units on that day are validated with it, as neighbours and parents;
    findings among them alone are left out, as are the remarks of the reader.

    Args:
        conn: A connection to the register.
        layer: Polygons in lon, lat degrees of CGCS2000.
        reference_day: The day; by default that of the shipped polygons.
        options: The tolerances, for all levels and for single ones.
        progress: Called with the steps done, their total and what is done.
    """
    day = reference_day or REFERENCE_DAY
    combined = _add_known_areas(layer, load_existing_coverage(conn, day), day)
    validation = validate_layer(
        combined,
        options.tolerances,
        lambda done, total, _: progress(done, total, f"validate {layer.source}"),
        by_level=options.by_level,
        reference=read_reference_layer(),
    )
    count = len(layer)
    own_findings = [
        finding
        for finding in validation.findings
        if (not finding.features or min(finding.features) < count)
        and not _is_reported_by_import(finding)
    ]
    return ValidatedLayer(layer, tuple(own_findings), combined.names)


def build_import_batch(
    conn: Connection[Any],
    validated: ValidatedLayer,
    options: LayerImportOptions,
    reference_day: date | None,
    progress: Progress,
) -> StagedBatch:
    """The areas and borders to be published; accepted findings are among those reported.

    Raises:
        NotACoverage: with the accepted findings no network can be built.
    """
    batch = build_layer_batch(conn, validated.layer, reference_day, progress, options)
    rejections = tuple(validated.iter_rejections(accepted=True))
    return replace(batch, findings=(*batch.findings, *rejections))


def _is_blocking(finding: SpatialFinding) -> bool:
    """Whether an error is more than what a layer of a part of the units has by nature."""
    partial = read_catalogue()[finding.rule].expected_in_partial_layer
    return (
        finding.severity == "error" and not partial and (finding.rule, finding.kind) != _PARENT_GAPS
    )


def _is_reported_by_import(finding: SpatialFinding) -> bool:
    """Whether the import reports it itself: all remarks of the reader."""
    return finding.kind == "read" and finding.rule != _SHIFT_RULE


def _add_known_areas(layer: Layer, existing: ExistingCoverage, day: date) -> Layer:
    """The layer with the known areas of other units of the day behind its own features."""
    neighbours = [region for region in existing.regions if _is_neighbour(region, day, layer)]
    codes = tuple(region.code for region in neighbours)
    shapes = np.array([None, *layer.geometries, *(r.shape for r in neighbours)], dtype=object)[1:]
    parent = layer.columns.get("parent_code")
    own = tuple({parent: region.parent_code} if parent else {} for region in neighbours)
    return replace(
        layer,
        geometries=shapes,
        names=(*layer.names, *codes),
        codes=(*layer.codes, *codes),
        attributes=(*layer.attributes, *own),
    )


def _is_neighbour(region: Region, day: date, layer: Layer) -> bool:
    """Whether a region exists on the day, and the layer does not replace it."""
    known = any(span.contains_day(day) for _, span in region.tenures)
    return known and region.code.isdigit() and region.code not in layer.codes

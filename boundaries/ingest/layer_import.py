"""A layer that is to be imported, judged together with what the register has around it.

What is wrong in a layer is wrong in the network that is made of it: two units on one ground, a
border that is not the same on both sides. It is told before anything is made.
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
from boundaries.rules.common.layer_finding import Finding
from boundaries.rules.layer_validation import validate_layer
from boundaries.validation.reference_layer import read_reference_layer
from boundaries.validation.validation_report import ValidationOptions
from gazetteer.ingest.staged_batch import LoadFinding, Progress, Severity, StagedBatch
from gazetteer.problems import Conflict

_PARTIAL_LAYER_RULES = frozenset({"TOP-HIE-01", "TOP-HIE-04"})
"""Errors that a layer of a part of the units has by nature: their parents are elsewhere."""


class BlockingFindings(Conflict):
    """The layer has errors that would make the network wrong; ``findings`` counts them by rule."""

    code = "findings_block"
    title_zh, title_en = "图层有错误", "The layer has errors"


@dataclass(frozen=True, slots=True)
class ValidatedLayer:
    """A layer with the findings on its features, alone and with the known areas around them.

    ``names`` are those of the layer's features, then of the known areas.
    """

    layer: Layer
    findings: tuple[Finding, ...]
    names: tuple[str, ...]

    @property
    def blocking_findings(self) -> tuple[Finding, ...]:
        """The errors that would make the network wrong."""
        return tuple(finding for finding in self.findings if _is_blocking(finding))

    @property
    def blocking_counts(self) -> Mapping[str, int]:
        """How many of the blocking findings there are, by rule."""
        return dict(sorted(Counter(finding.rule for finding in self.blocking_findings).items()))

    def build_problem(self) -> BlockingFindings:
        """The problem that the blocking findings are, with the gravest in words."""
        first, count, source = (
            self.blocking_findings[0],
            len(self.blocking_findings),
            self.layer.source,
        )
        return BlockingFindings(
            f"{source}：有 {count} 处错误，会使界线网络出错；首先是 {first.rule} {first.zh}"
            "请以 gazetteer validate 逐处查看并更正；确需带错导入的，"
            "以 --accept-findings 说明理由。",
            f"{source}: {count} errors would make the network wrong; the first is {first.rule}:"
            f" {first.en}. Look at them with gazetteer validate and correct them; to import the"
            " layer all the same, give the reason with --accept-findings",
            field="file",
            findings=self.blocking_counts,
        )

    def format_acceptance(self, why: str) -> str:
        """The errors that are imported all the same, and why: for the reason of the changeset."""
        summary = ", ".join(f"{rule} ×{count}" for rule, count in self.blocking_counts.items())
        return f"{why} (accepted findings: {summary})"

    def iter_rejections(self, *, accepted: bool) -> Iterator[LoadFinding]:
        """The findings as lines of the report; the blocking ones reject, unless accepted."""
        for finding in self.findings:
            severity = Severity.INFO if finding.severity == "info" else Severity.WARNING
            if _is_blocking(finding) and not accepted:
                severity = Severity.REJECT
            own_feature = next((f for f in finding.features if f < len(self.layer)), -1)
            subject = " ".join(self.names[feature] for feature in finding.features)
            yield LoadFinding(
                *(self.layer.source, own_feature + 1, "geometry", subject, finding.rule, severity),
                *(finding.zh, finding.en),
            )


def validate_import_layer(
    conn: Connection[Any],
    layer: Layer,
    reference_day: date | None,
    options: ValidationOptions,
    progress: Progress,
) -> ValidatedLayer:
    """All that the rules say of a layer that shows the state of a day.

    Known areas of other units on that day are judged with it, as neighbours and parents; what is
    wrong among them alone is not told here. The layer itself was told of what its reader noticed.
    """
    day = reference_day or REFERENCE_DAY
    combined = _add_known_areas(layer, load_existing_coverage(conn, day), day)
    validation = validate_layer(
        combined,
        options.tolerances,
        lambda done, total, _: progress(done, total, f"judge {layer.source}"),
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
    """The areas and borders to be published, with the accepted findings among what is reported.

    Raises:
        NotACoverage: accepted findings that no network can be made of.
    """
    batch = build_layer_batch(conn, validated.layer, reference_day, progress, options)
    rejections = tuple(validated.iter_rejections(accepted=True))
    return replace(batch, findings=(*batch.findings, *rejections))


def _is_blocking(finding: Finding) -> bool:
    """A part of the units does not cover their parent, and that is no mistake of the part."""
    partial = finding.rule in _PARTIAL_LAYER_RULES or (finding.rule, finding.kind) == (
        "TOP-COV-02",
        "parent",
    )
    return finding.severity == "error" and not partial


def _is_reported_by_import(finding: Finding) -> bool:
    """Whether the import says it itself: all that is noticed in reading but for shifts."""
    return finding.kind == "read" and finding.rule != "TOP-CRS-03"


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
    """Whether a region is there on the day, and the layer does not bring it anew."""
    known = any(span.contains_day(day) for _, span in region.tenures)
    return known and region.code.isdigit() and region.code not in layer.codes

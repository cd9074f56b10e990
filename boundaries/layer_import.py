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

from boundaries.files import LayerForm, areas_on_top
from boundaries.intake import STATE
from boundaries.layers.layer import Layer
from boundaries.network.elsewhere import Elsewhere, known_elsewhere
from boundaries.network.faces import Region
from boundaries.rules.finding import Finding
from boundaries.rules.layer import validate_layer
from boundaries.validation.reference import read_reference_layer
from boundaries.validation.report import ValidationOptions
from gazetteer.intake.batch import LoadFinding, Progress, Severity, StagedBatch
from gazetteer.problems import Conflict

_OF_A_PART = frozenset({"TOP-HIE-01", "TOP-HIE-04"})
"""Errors that a layer of a part of the units has by nature: their parents are elsewhere."""


class FindingsBlock(Conflict):
    """The layer has errors that would make the network wrong; ``findings`` counts them by rule."""

    code = "findings_block"
    title_zh, title_en = "图层有错误", "The layer has errors"


@dataclass(frozen=True, slots=True)
class JudgedLayer:
    """A layer with the findings on its features, alone and with the known areas around them.

    ``names`` are those of the layer's features, then of the known areas.
    """

    layer: Layer
    findings: tuple[Finding, ...]
    names: tuple[str, ...]

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """The errors that would make the network wrong."""
        return tuple(finding for finding in self.findings if _blocks(finding))

    @property
    def counts(self) -> Mapping[str, int]:
        """How many of the blocking findings there are, by rule."""
        return dict(sorted(Counter(finding.rule for finding in self.blocking).items()))

    def refusal(self) -> FindingsBlock:
        """The problem that the blocking findings are, with the gravest in words."""
        first, count, source = self.blocking[0], len(self.blocking), self.layer.source
        return FindingsBlock(
            f"{source}：有 {count} 处错误，会使界线网络出错；首先是 {first.rule} {first.zh}"
            "请以 gazetteer validate 逐处查看并更正；确需带错导入的，"
            "以 --accept-findings 说明理由。",
            f"{source}: {count} errors would make the network wrong; the first is {first.rule}:"
            f" {first.en}. Look at them with gazetteer validate and correct them; to import the"
            " layer all the same, give the reason with --accept-findings",
            field="file",
            findings=self.counts,
        )

    def accepted(self, why: str) -> str:
        """The errors that are imported all the same, and why: for the reason of the changeset."""
        told = ", ".join(f"{rule} ×{count}" for rule, count in self.counts.items())
        return f"{why} (accepted findings: {told})"

    def rejections(self, *, accepted: bool) -> Iterator[LoadFinding]:
        """The findings as lines of the report; the blocking ones reject, unless accepted."""
        for finding in self.findings:
            grave = Severity.INFO if finding.severity == "info" else Severity.WARNING
            if _blocks(finding) and not accepted:
                grave = Severity.REJECT
            own = next((f for f in finding.features if f < len(self.layer)), -1)
            who = " ".join(self.names[feature] for feature in finding.features)
            yield LoadFinding(
                *(self.layer.source, own + 1, "geometry", who, finding.rule, grave),
                *(finding.zh, finding.en),
            )


def judged_layer(
    conn: Connection[Any],
    layer: Layer,
    state: date | None,
    by: ValidationOptions,
    progress: Progress,
) -> JudgedLayer:
    """All that the rules say of a layer that shows the state of a day.

    Known areas of other units on that day are judged with it, as neighbours and parents; what is
    wrong among them alone is not told here. The layer itself was told of what its reader noticed.
    """
    day = state or STATE
    whole = _with_known(layer, known_elsewhere(conn, day), day)
    judgement = validate_layer(
        whole,
        by.tolerances,
        lambda done, total, _: progress(done, total, f"judge {layer.source}"),
        by_level=by.by_level,
        reference=read_reference_layer(),
    )
    count = len(layer)
    own = [
        finding
        for finding in judgement.findings
        if (not finding.features or min(finding.features) < count) and not _said(finding)
    ]
    return JudgedLayer(layer, tuple(own), whole.names)


def batch_of(
    conn: Connection[Any],
    judged: JudgedLayer,
    form: LayerForm,
    state: date | None,
    progress: Progress,
) -> StagedBatch:
    """The areas and borders to be published, with the accepted findings among what is reported.

    Raises:
        NotACoverage: accepted findings that no network can be made of.
    """
    batch = areas_on_top(conn, judged.layer, state, progress, form)
    told = tuple(judged.rejections(accepted=True))
    return replace(batch, findings=(*batch.findings, *told))


def _blocks(finding: Finding) -> bool:
    """A part of the units does not cover their parent, and that is no mistake of the part."""
    partial = finding.rule in _OF_A_PART or (finding.rule, finding.kind) == (
        "TOP-COV-02",
        "parent",
    )
    return finding.severity == "error" and not partial


def _said(finding: Finding) -> bool:
    """Whether the import says it itself: all that is noticed in reading but for shifts."""
    return finding.kind == "read" and finding.rule != "TOP-CRS-03"


def _with_known(layer: Layer, elsewhere: Elsewhere, day: date) -> Layer:
    """The layer with the known areas of other units of the day behind its own features."""
    there = [region for region in elsewhere.regions if _lives(region, day, layer)]
    codes = tuple(region.code for region in there)
    shapes = np.array([None, *layer.geometries, *(r.shape for r in there)], dtype=object)[1:]
    parent = layer.columns.get("parent_code")
    own = tuple({parent: region.parent_code} if parent else {} for region in there)
    return replace(
        layer,
        geometries=shapes,
        names=(*layer.names, *codes),
        codes=(*layer.codes, *codes),
        attributes=(*layer.attributes, *own),
    )


def _lives(region: Region, day: date, layer: Layer) -> bool:
    """Whether a region is there on the day, and the layer does not bring it anew."""
    known = any(span.contains_day(day) for _, span in region.lives)
    return known and region.code.isdigit() and region.code not in layer.codes

"""Overlaps between areas of different sources, as far as their accuracy can tell them apart.

Two drawings of one boundary, each with its own error, overlap somewhere. That has to be settled,
yet it does not show that two units claim the same ground.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from boundaries.network.network_store import UnitArea
from boundaries.rules.common.spatial_finding import SpatialFinding
from boundaries.rules.common.tolerances import Tolerances
from gazetteer.messages import message


def grade_overlaps(
    findings: Iterable[SpatialFinding], areas: Sequence[UnitArea], limits: Tolerances
) -> Iterator[SpatialFinding]:
    """The findings; those on overlaps within the accuracy of two sources become warnings.

    Args:
        findings: their features are numbers in ``areas``.
        areas: with their sources and accuracies.
        limits: how the accuracy becomes a width.
    """
    for finding in findings:
        if (finding.rule, finding.kind) == ("TOP-COV-01", "overlap"):
            yield _grade_overlap(finding, [areas[n] for n in finding.features], limits)
        else:
            yield finding


def _grade_overlap(
    finding: SpatialFinding, areas: Sequence[UnitArea], limits: Tolerances
) -> SpatialFinding:
    sources = [set(area.source.split("; ")) for area in areas]
    stated = [area.accuracy_m for area in areas if area.accuracy_m is not None]
    if not stated or set.intersection(*sources):
        return finding
    width = replace(limits, accuracy_m=max(stated)).line_m
    if finding.measured is None or finding.measured > width:
        return finding
    return replace(
        finding,
        kind="between_sources",
        severity="warning",
        message=message(
            "finding.TOP-COV-01.between_sources", **finding.message.params, limit=width
        ),
        limit=width,
    )

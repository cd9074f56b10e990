"""A polygon layer judged: every level of units in it by the rules of a coverage."""

from collections.abc import Callable
from dataclasses import dataclass

from boundaries.layers.layer import Layer
from boundaries.rules.coverage import gaps, gores, mismatches, overlaps
from boundaries.rules.coverage.evidence import Evidence
from boundaries.rules.coverage.gaps import Hole, open_holes
from boundaries.rules.finding import Finding, identified, order
from boundaries.rules.metric import Metric
from boundaries.rules.tolerances import Tolerances

COVERAGE = (overlaps.overlaps, gaps.gaps, mismatches.mismatches, gores.gores)
"""The rules on the units of one level, in the order in which they are judged."""

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was found in a layer; ``holes`` are left open, being wider than the asked width."""

    layer: Layer
    findings: tuple[Finding, ...]
    holes: tuple[Hole, ...]

    @property
    def blocking(self) -> bool:
        """Whether legal data may not be like this."""
        return any(finding.severity == "error" for finding in self.findings)


def judge(
    layer: Layer,
    tolerances: Tolerances,
    progress: Progress = lambda done, total, what: None,
) -> Judgement:
    """All findings on a layer, the gravest first, and its open holes, the largest first."""
    evidence = Evidence(layer.geometries, layer.names, Metric(layer.planar), tolerances)
    found: list[Finding] = []
    for done, rule in enumerate(COVERAGE):
        progress(done, len(COVERAGE), rule.__name__)
        found += rule(evidence)
    progress(len(COVERAGE), len(COVERAGE), "")
    named = identified(sorted(found, key=order), layer.names, layer.planar)
    return Judgement(layer, tuple(named), tuple(open_holes(evidence)))

"""From a file to everything that can be said about it: what was read, found and left open."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import shapely

from boundaries.layers.examine import examine_crs
from boundaries.layers.layer import Layer, Remark
from boundaries.layers.read import read_layer
from boundaries.layers.unpacking import MAX_BYTES
from boundaries.rules.coverage.gaps import Hole
from boundaries.rules.finding import Finding, identified, order
from boundaries.rules.layer import judge
from boundaries.rules.tolerances import Tolerances

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Question:
    """How a file is to be read, and by which limits judged.

    ``crs``, ``encoding``, ``layer`` and ``columns`` are those of
    :func:`boundaries.layers.read.read_layer`; None: found out. ``planar`` takes coordinates as
    plain metres. ``max_bytes`` is what the file may be at most, unpacked.
    """

    tolerances: Tolerances = field(default_factory=Tolerances)
    planar: bool = False
    crs: str | None = None
    encoding: str | None = None
    layer: str | None = None
    columns: Mapping[str, str] | None = None
    max_bytes: int = MAX_BYTES


@dataclass(frozen=True, slots=True)
class Report:
    """A layer with its findings, the gravest first.

    ``holes`` are left open, being wider than the asked width; ``remarks`` were said while reading
    and call for nothing.
    """

    layer: Layer
    tolerances: Tolerances
    findings: tuple[Finding, ...]
    holes: tuple[Hole, ...]
    remarks: tuple[Remark, ...]

    @property
    def blocking(self) -> bool:
        """Whether legal data may not be like this."""
        return any(finding.severity == "error" for finding in self.findings)


def validate(path: Path, question: Question, progress: Progress) -> Report:
    """Read a file and judge it; ``progress(done, total, what)`` hears each step.

    Raises:
        Problem: the file as a whole cannot be judged; see
            :func:`boundaries.layers.read.read_layer`.
    """
    progress(0, 1, "read")
    layer = read_layer(
        path,
        layer=question.layer,
        crs=question.crs,
        encoding=question.encoding,
        planar=question.planar,
        columns=question.columns,
        max_bytes=question.max_bytes,
    )
    progress(1, 1, "read")
    layer = replace(layer, remarks=(*layer.remarks, *examine_crs(layer)))
    judgement = judge(
        layer, question.tolerances, lambda done, total, _: progress(done, total, "judge")
    )
    grave = [remark for remark in layer.remarks if remark.severity != "info"]
    told = identified((_as_finding(layer, r) for r in grave), layer.names, layer.planar)
    return Report(
        layer,
        question.tolerances,
        tuple(sorted((*told, *judgement.findings), key=order)),
        judgement.holes,
        tuple(remark for remark in layer.remarks if remark.severity == "info"),
    )


def _as_finding(layer: Layer, remark: Remark) -> Finding:
    """What was noticed while reading, as a finding: about one feature, or the layer as a whole."""
    zh, en, features = remark.zh, remark.en, tuple[int, ...]()
    if remark.feature is not None:
        features = (remark.feature,)
        name = layer.names[remark.feature]
        zh, en = f"{name}：{zh}", f"{name}: {en}"
    return Finding(
        remark.rule,
        "feature" if features else "layer",
        remark.severity,
        features,
        shapely.Point(remark.place) if remark.place else None,
        zh,
        en,
        remark.measured,
        remark.limit,
        remark.unit,
    )

"""What a rule found: which units, the exact place, how much it is, and how much may be."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from shapely.geometry.base import BaseGeometry

from boundaries.layers.polygon_layer import Severity

_ID_CELL_M = 1000.0
"""A finding that moves by less than this mostly keeps its id."""
_DEGREE_M = 111_000.0


@dataclass(frozen=True, slots=True)
class SpatialFinding:
    """One departure from a rule at one place.

    ``features`` are numbers of features in the layer, ascending; ``kind`` is the special case of
    the rule (``duplicate``). ``geometry`` is the place itself: the overlap, the gap, the stretch
    of border. ``measured`` and ``limit`` are in ``unit`` ("m", "m2"); ``area_m2`` where it has
    one. ``id`` is set by :func:`assign_finding_ids`.
    """

    rule: str
    kind: str
    severity: Severity
    features: tuple[int, ...]
    geometry: BaseGeometry | None
    zh: str
    en: str
    measured: float | None = None
    limit: float | None = None
    unit: str | None = None
    area_m2: float | None = None
    id: str = ""

    def text(self, lang: str) -> str:
        """The words in ``zh`` or ``en``."""
        return self.zh if lang == "zh" else self.en


def assign_finding_ids(
    findings: Iterable[SpatialFinding], names: tuple[str, ...], planar: bool
) -> Iterator[SpatialFinding]:
    """The findings with ids that they have again when the same layer is judged again.

    An id is made of the rule, the names of the features and the place to about a kilometre, so it
    outlives another order of the features and small moves of the place.
    """
    occurrences: Counter[str] = Counter()
    for finding in findings:
        feature_names = "|".join(sorted(names[feature] for feature in finding.features))
        stem = f"{finding.rule}|{finding.kind}|{feature_names}|{_format_grid_cell(finding.geometry, planar)}"
        occurrences[stem] += 1
        text = hashlib.blake2s(f"{stem}|{occurrences[stem]}".encode(), digest_size=8).hexdigest()
        yield replace(finding, id=text)


def _format_grid_cell(place: BaseGeometry | None, planar: bool) -> str:
    if place is None or place.is_empty:
        return "-"
    size = _ID_CELL_M if planar else _ID_CELL_M / _DEGREE_M
    x0, y0, x1, y1 = place.bounds
    return f"{round((x0 + x1) / 2 / size)},{round((y0 + y1) / 2 / size)}"


def build_sort_key(finding: SpatialFinding) -> tuple[object, ...]:
    """For sorting: the graver first, then by rule, then the larger first."""
    grade = ("error", "warning", "info").index(finding.severity)
    size = finding.area_m2 or finding.measured or 0.0
    place = finding.geometry.bounds if finding.geometry is not None else (np.inf,)
    return grade, finding.rule, -size, finding.features, place

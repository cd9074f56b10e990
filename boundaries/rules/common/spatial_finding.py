"""What a rule on boundaries found: which units, the exact place, the measure and its limit."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from shapely.geometry.base import BaseGeometry

from gazetteer.messages import message
from gazetteer.rules.finding import SEVERITIES, Finding, Severity
from gazetteer.rules.rule_catalogue import get_severity

_ID_CELL_M = 1000.0
"""A finding that moves by less than this mostly keeps its id."""
_DEGREE_M = 111_000.0
_SIGNIFICANT_DIGITS, _DECIMALS = 12, 9


@dataclass(frozen=True, slots=True, kw_only=True)
class SpatialFinding(Finding):
    """One departure from a rule at one place.

    ``features`` are numbers of features in the layer, ascending. ``geometry`` is the place itself:
    the overlap, the gap, the stretch of boundary. ``area_m2`` where it has an area. ``id`` is set
    by :func:`assign_finding_ids`.
    """

    features: tuple[int, ...] = ()
    geometry: BaseGeometry | None = None
    area_m2: float | None = None
    id: str = ""


def build_finding(
    rule: str,
    kind: str,
    params: Mapping[str, object],
    *,
    features: tuple[int, ...],
    geometry: BaseGeometry | None = None,
    severity: Severity | None = None,
    wording: str | None = None,
    measured: float | None = None,
    limit: float | None = None,
    unit: str | None = None,
    area_m2: float | None = None,
) -> SpatialFinding:
    """A finding with the message ``finding.<rule>.<kind>``, whose parameters are ``params``.

    ``severity`` is given where it is not that of the rule; ``wording`` replaces the kind in the
    message id where a kind is worded in several ways. The others are fields of
    :class:`SpatialFinding`.
    """
    values = {name: _simplify_parameter(value) for name, value in params.items()}
    return SpatialFinding(
        rule,
        kind,
        severity or get_severity(rule),
        message(f"finding.{rule}.{wording or kind}", **values),
        _as_plain_number(measured),
        _as_plain_number(limit),
        unit,
        features=features,
        geometry=geometry,
        area_m2=_as_plain_number(area_m2),
    )


def _as_plain_number(value: float | None) -> float | None:
    """A number of Python: those of NumPy are no JSON."""
    return value.item() if isinstance(value, np.generic) else value


def _simplify_parameter(value: object) -> object:
    """A parameter as it is after its message was stored and read back.

    Numbers are rounded: fingerprints may contain messages, and the last bits of computed numbers
    may differ from one processor to another.
    """
    match value:
        case np.integer():
            return int(value)
        case float():
            return round(float(f"{value:.{_SIGNIFICANT_DIGITS}g}"), _DECIMALS)
        case list() | tuple():
            return [_simplify_parameter(part) for part in value]
        case date():
            return value.isoformat()
        case _:
            return value


def assign_finding_ids(
    findings: Iterable[SpatialFinding], names: tuple[str, ...], planar: bool
) -> Iterator[SpatialFinding]:
    """The findings with ids that they have again when the same layer is validated again.

    An id is made of the rule, the names of the features and the place to about a kilometre: it
    outlives another order of the features and small moves of the place.
    """
    occurrences: Counter[str] = Counter()
    for finding in findings:
        feature_names = "|".join(sorted(names[feature] for feature in finding.features))
        cell = _format_grid_cell(finding.geometry, planar)
        stem = f"{finding.rule}|{finding.kind}|{feature_names}|{cell}"
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
    """For sorting: the gravest first, then by rule, then the largest first."""
    grade = SEVERITIES.index(finding.severity)
    size = finding.area_m2 or finding.measured or 0.0
    place = finding.geometry.bounds if finding.geometry is not None else (np.inf,)
    return grade, finding.rule, -size, finding.features, place

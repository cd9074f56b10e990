"""Borders for a map of findings: generalised to screen resolution, and exact around findings.

A browser cannot draw a layer of millions of positions, nor can anybody see them all at once.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from boundaries.layers.metres import local_scale
from boundaries.layers.polygon_layer import Layer
from boundaries.rules.common.spatial_finding import SpatialFinding
from boundaries.validation.report_formats import encode_geometry
from boundaries.validation.validation_report import ValidationReport

SCREEN_STEPS = 2000
"""The resolution of the coarse outlines: steps across the whole layer."""

MIN_MARGIN_M = 50.0
"""The least distance around a finding up to which the exact borders are included, in metres."""

MAX_PLACES, MAX_POSITIONS = 3000, 300_000
"""After so many findings, or positions around them, no more exact borders are included."""

Shapes = NDArray[np.object_]


def build_outlines(report: ValidationReport) -> dict[str, Any]:
    """``coarse`` and ``exact``, each a FeatureCollection of lines with the feature's ``name``."""
    return {
        "coarse": _serialize_lines(*_simplify_borders(report.layer)),
        "exact": _serialize_lines(*_clip_borders(report)),
    }


def _simplify_borders(layer: Layer) -> tuple[Shapes, Sequence[str]]:
    """The border of each feature, simplified to :data:`SCREEN_STEPS`, and the names of features."""
    present = np.flatnonzero(~shapely.is_missing(layer.geometries))
    shapes = layer.geometries[present]
    if not len(shapes):
        return shapes, ()
    x0, y0, x1, y1 = shapely.total_bounds(shapes)
    step = max(x1 - x0, y1 - y0) / SCREEN_STEPS
    lines = shapely.simplify(shapely.boundary(shapes), step, preserve_topology=False)
    names = [layer.names[feature] for feature in present]
    decimals = max(0, 1 - math.floor(math.log10(step))) if step else 0
    rounded = shapely.transform(lines, lambda xy: np.round(xy, decimals))
    return np.asarray(rounded, dtype=object), names


def _clip_borders(report: ValidationReport) -> tuple[Shapes, Sequence[str]]:
    """The exact borders of the features of each finding around it, and the names of features."""
    lines: list[Any] = []
    names: list[str] = []
    positions = 0
    for finding in report.findings[:MAX_PLACES]:
        if finding.geometry is None or finding.geometry.is_empty:
            continue
        box = _expand_bounds(finding, report.layer.planar)
        for feature in finding.features:
            shape = report.layer.geometries[feature]
            if shape is None:
                continue
            line = shapely.clip_by_rect(shape.boundary, *box)
            positions += shapely.get_num_coordinates(line)
            lines.append(line)
            names.append(report.layer.names[feature])
        if positions > MAX_POSITIONS:
            break
    return np.array(lines, dtype=object), names


def _expand_bounds(finding: SpatialFinding, planar: bool) -> tuple[float, float, float, float]:
    """The box of a finding, enlarged by its own size and :data:`MIN_MARGIN_M` on each side."""
    assert finding.geometry is not None
    x0, y0, x1, y1 = finding.geometry.bounds
    metre_x, metre_y = (1.0, 1.0) if planar else (1 / float(s) for s in local_scale((y0 + y1) / 2))
    dx, dy = (x1 - x0) + MIN_MARGIN_M * metre_x, (y1 - y0) + MIN_MARGIN_M * metre_y
    return x0 - dx, y0 - dy, x1 + dx, y1 + dy


def _serialize_lines(lines: Shapes, names: Sequence[str]) -> dict[str, Any]:
    present = [k for k in range(len(lines)) if not shapely.is_empty(lines[k])]
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": encode_geometry(lines[k]),
                "properties": {"name": names[k]},
            }
            for k in present
        ],
    }

"""A small map of what a draft changes: territory that changes hands, and the borders round it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.drafts.draft_reading import list_edges_in_box
from boundaries.drafts.open_draft import OpenDraft

_WIDTH, _HEIGHT = 640.0, 400.0
_MARGIN_SHARE = 0.35
_LEAST_DEGREES = 0.002


@dataclass(frozen=True)
class DraftMap:
    """Paths of SVG in a box of ``width`` by ``height``: shares of territory, old and new borders.

    ``territory`` are triples of a path, the code of the unit that loses and of the one that wins.
    """

    width: float
    height: float
    territory: tuple[tuple[str, str, str], ...]
    former: tuple[str, ...]
    borders: tuple[str, ...]


def draw_draft_map(opened: OpenDraft, difference: dict[str, Any]) -> DraftMap | None:
    """The map of a draft; None where no border changes.

    Args:
        opened: the draft.
        difference: as :func:`web.services.draft_service.load_difference_answer` has it.
    """
    features = difference["features"]
    if not features:
        return None
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in features]
    box = _widen_box(shapely.total_bounds(np.array(shapes, dtype=object)).tolist())
    day = opened.draft.first_day
    lines = [
        [shapely.LineString(edge.line) for edge in list_edges_in_box(known, box, day)]
        for known in (opened.base, opened.drafted_records)
    ]
    old, new = ({shapely.to_wkb(line): line for line in drawn} for drawn in lines)
    view = _View(box)
    return DraftMap(
        _WIDTH,
        view.picture_height,
        tuple(
            (
                view.draw_polygons(shape),
                feature["properties"]["from"] or "—",
                feature["properties"]["to"] or "—",
            )
            for shape, feature in zip(shapes, features, strict=True)
        ),
        tuple(view.draw_line(line) for key, line in old.items() if key not in new),
        tuple(view.draw_line(line) for line in new.values()),
    )


def _widen_box(bounds: Sequence[float]) -> tuple[float, float, float, float]:
    west, south, east, north = bounds
    margin = max(_MARGIN_SHARE * max(east - west, north - south), _LEAST_DEGREES)
    return west - margin, south - margin, east + margin, north + margin


@dataclass(frozen=True)
class _View:
    """From degrees to a picture whose middle is in true proportions."""

    box: tuple[float, float, float, float]

    @property
    def _pixels_per_degree(self) -> tuple[float, float]:
        west, south, east, north = self.box
        shrink = float(np.cos(np.radians((south + north) / 2)))
        per_degree = min(_WIDTH / ((east - west) * shrink), _HEIGHT / (north - south))
        return per_degree * shrink, per_degree

    @property
    def picture_height(self) -> float:
        """The height of the picture."""
        return round((self.box[3] - self.box[1]) * self._pixels_per_degree[1], 1)

    def draw_polygons(self, shape: BaseGeometry) -> str:
        """The path of polygons."""
        rings = shapely.get_rings(shapely.get_parts(shape))
        return "".join(f"{self._draw_points(ring)}Z" for ring in rings)

    def draw_line(self, line: BaseGeometry) -> str:
        """The path of a line, cut off at the frame."""
        parts = shapely.get_parts(shapely.clip_by_rect(line, *self.box))
        return "".join(self._draw_points(part) for part in parts)

    def _draw_points(self, line: BaseGeometry) -> str:
        xy = shapely.get_coordinates(line)
        x = (xy[:, 0] - self.box[0]) * self._pixels_per_degree[0]
        y = (self.box[3] - xy[:, 1]) * self._pixels_per_degree[1]
        points = (f"{a:.1f} {b:.1f}" for a, b in zip(x.tolist(), y.tolist(), strict=True))
        return "M" + "L".join(points)

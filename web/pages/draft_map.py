"""A small map of a draft: territory that changes hands, the borders round it, places of remarks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.drafts.draft_reading import list_edges_in_box
from boundaries.drafts.open_draft import OpenDraft
from web.pages.map_sketch import Box, SketchView, find_bounds, widen_box

Place = tuple[float, float]
"""Longitude and latitude in degrees of CGCS2000."""

_LEAST_DEGREES = 0.002
_LEAST_DEGREES_OF_PLACES = 0.02
_MOST_PIXELS_OFF = 0.3
"""How far drawn lines may lie from the true ones: less than can be seen."""
_FAR_AWAY = 5.0
"""How many sizes of the change a remark may be away from it before the map leaves it out: nothing
could be seen of the change otherwise."""


@dataclass(frozen=True)
class DraftMap:
    """Paths of SVG in a box of ``width`` by ``height`` pixels: territory, old and new borders.

    ``territory`` are triples of a path, the unit that loses and the one that wins in words;
    ``dots`` the pixels of the remarks that lie on the map, by the numbers of their places.
    """

    width: float
    height: float
    territory: tuple[tuple[str, str, str], ...]
    former: tuple[str, ...]
    borders: tuple[str, ...]
    dots: Mapping[int, tuple[float, float]]


def draw_draft_map(
    opened: OpenDraft, features: Sequence[Mapping[str, Any]], places: Mapping[int, Place]
) -> DraftMap | None:
    """The map of a draft; None where neither a border changes nor a remark has a place.

    Args:
        opened: the draft.
        features: territory that changes hands, as GeoJSON of
            :func:`web.services.draft_service.load_difference_answer`.
        places: where remarks point to, by number.
    """
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in features]
    box = _choose_box(shapes, list(places.values()))
    if box is None:
        return None
    day = opened.draft.first_day
    lines = [
        [shapely.LineString(edge.line) for edge in list_edges_in_box(known, box, day)]
        for known in (opened.base, opened.drafted_records)
    ]
    old, new = ({shapely.to_wkb(line): line for line in drawn} for drawn in lines)
    view = SketchView(box)
    drawn = shapely.union_all(list(new.values()))
    former = [shapely.difference(line, drawn) for key, line in old.items() if key not in new]
    tolerance = _MOST_PIXELS_OFF * (box[3] - box[1]) / view.picture_height
    placed = {number: view.place_point(*place) for number, place in places.items()}
    return DraftMap(
        view.picture_width,
        view.picture_height,
        tuple(
            (
                view.draw_polygons(shapely.simplify(shape, tolerance)),
                *name_sides(feature),
            )
            for shape, feature in zip(shapes, features, strict=True)
        ),
        tuple(view.draw_line(shapely.simplify(line, tolerance)) for line in former),
        tuple(view.draw_line(shapely.simplify(line, tolerance)) for line in new.values()),
        {number: pixel for number, pixel in placed.items() if pixel},
    )


def name_sides(feature: Mapping[str, Any]) -> tuple[str, str]:
    """The unit that loses territory and the one that wins it, by code and name; a dash: nobody."""
    stated = feature["properties"]
    loses, wins = (
        " ".join(filter(None, (stated[side], stated[f"{side}_name"]))) or "—"
        for side in ("from", "to")
    )
    return loses, wins


def _choose_box(shapes: Sequence[BaseGeometry], places: Sequence[Place]) -> Box | None:
    """The box of all that changes, and of the places that are not far from it."""
    points = [shapely.Point(place) for place in places]
    if not shapes:
        return widen_box(find_bounds(points), _LEAST_DEGREES_OF_PLACES) if points else None
    bounds = find_bounds(shapes)
    size = max(bounds[2] - bounds[0], bounds[3] - bounds[1], _LEAST_DEGREES)
    around = shapely.box(*bounds)
    near = [point for point in points if around.distance(point) <= _FAR_AWAY * size]
    return widen_box(find_bounds([*shapes, *near]), _LEAST_DEGREES)

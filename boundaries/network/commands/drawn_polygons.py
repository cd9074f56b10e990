"""Polygons and lines as GeoJSON among the arguments of a command."""

from typing import Annotated, Literal

import numpy as np
import shapely
from pydantic import Field
from shapely.validation import explain_validity

from gazetteer.messages import message
from gazetteer.problems import InvalidValue
from gazetteer.records.commands.command import CommandArguments, Position

_MOST_VERTICES = 200_000
Ring = Annotated[tuple[Position, ...], Field(min_length=4, max_length=_MOST_VERTICES)]
Rings = Annotated[tuple[Ring, ...], Field(min_length=1)]


class Polygon(CommandArguments):
    """A GeoJSON Polygon."""

    type: Literal["Polygon"]
    coordinates: Rings


class MultiPolygon(CommandArguments):
    """A GeoJSON MultiPolygon."""

    type: Literal["MultiPolygon"]
    coordinates: Annotated[tuple[Rings, ...], Field(min_length=1)]


DrawnPolygon = Annotated[Polygon | MultiPolygon, Field(discriminator="type")]


class DrawnLine(CommandArguments):
    """A GeoJSON LineString."""

    type: Literal["LineString"]
    coordinates: Annotated[tuple[Position, ...], Field(min_length=2, max_length=_MOST_VERTICES)]


def read_polygons(drawn: Polygon | MultiPolygon, field: str) -> shapely.MultiPolygon:
    """The polygons of an argument.

    Raises:
        InvalidValue: a ring is not closed, or crosses itself: says where.
    """
    parts = [drawn.coordinates] if isinstance(drawn, Polygon) else list(drawn.coordinates)
    for ring in (ring for rings in parts for ring in rings):
        if ring[0] != ring[-1]:
            raise InvalidValue(message("command.ring_open"), field=field)
    shape = shapely.MultiPolygon([shapely.Polygon(rings[0], rings[1:]) for rings in parts])
    if not shapely.is_valid(shape):
        reason = explain_validity(shape)
        raise InvalidValue(message("command.invalid_polygon", reason=reason), field=field)
    return shape


def list_rings(polygons: shapely.MultiPolygon) -> list[np.typing.NDArray[np.float64]]:
    """The vertices (n, 2) of all rings."""
    rings = shapely.get_rings(shapely.get_parts(polygons))
    return [shapely.get_coordinates(ring) for ring in rings]


def read_line(drawn: DrawnLine, field: str) -> np.typing.NDArray[np.float64]:
    """The vertices (n, 2) of a line.

    Raises:
        InvalidValue: all its positions are the same.
    """
    if len(set(drawn.coordinates)) == 1:
        raise InvalidValue(message("command.line_divides_nothing"), field=field)
    return np.asarray(drawn.coordinates, dtype=float)

"""What the reader of one format returns, before coordinate system and columns are resolved."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from boundaries.layers.geometry_faults import Geometries
from boundaries.layers.polygon_layer import Remark


@dataclass(frozen=True, slots=True)
class RawLayer:
    """The features of a file in its own coordinates, east first.

    ``crs`` is the system that the file declares: an EPSG name, a URN or WKT; None if it declares
    none. ``ids`` are the features' own ids where the format has them apart from attributes.
    """

    geometries: Geometries
    attributes: tuple[Mapping[str, Any], ...]
    crs: str | None
    remarks: tuple[Remark, ...] = ()
    ids: tuple[str | None, ...] = ()

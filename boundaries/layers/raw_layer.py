"""What a reader of one format hands over, before coordinate systems and columns are seen to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from boundaries.layers.geometry_faults import Geometries
from boundaries.layers.polygon_layer import Remark


@dataclass(frozen=True, slots=True)
class RawLayer:
    """Features as they stand in the file, in its own coordinates with east first.

    ``crs`` is what the file says: an EPSG name, a URN or WKT; None if it says nothing. ``ids`` are
    the features' own ids where the format has them apart from attributes.
    """

    geometries: Geometries
    attributes: tuple[Mapping[str, Any], ...]
    crs: str | None
    remarks: tuple[Remark, ...] = ()
    ids: tuple[str | None, ...] = ()

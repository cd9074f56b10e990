"""The content of a polygon file as a value: the same for every file format."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazetteer.messages import Lang, Message
from gazetteer.rules.finding import Severity

EPSG_4490, PLANAR = "EPSG:4490", "planar"


@dataclass(frozen=True, slots=True)
class Remark:
    """A departure from a rule that shows while a file is read, or in its coordinates as a whole.

    ``rule`` is a stable id (``TOP-CRS-03``). ``feature`` is an index from 0; None stands for the
    whole layer. ``measured`` and ``limit`` are in ``unit``. ``place`` is a position in the
    coordinates of the layer, east first.
    """

    rule: str
    severity: Severity
    message: Message
    feature: int | None = None
    measured: float | None = None
    limit: float | None = None
    unit: str | None = None
    place: tuple[float, float] | None = None

    def text(self, lang: Lang) -> str:
        """The words in a language."""
        return self.message.text(lang)


@dataclass(frozen=True, slots=True)
class Layer:
    """The polygons of one file as they were read: nothing is repaired or moved.

    ``geometries`` are shapely Polygons and MultiPolygons, two-dimensional, not empty, with finite
    coordinates and closed rings; None where a feature has no such geometry, and then a remark on
    that feature says why. They need not be valid. Coordinates are lon, lat degrees of CGCS2000
    (``crs`` is ``EPSG:4490``) or, on request, planar metres (``planar``).

    ``names`` identify the features in findings: the code, else the id, else the index from 0.
    ``codes`` are division codes without the country prefix ``156`` and without trailing zeros; all
    None if no column holds them. ``declared_crs`` is the system that the file itself declares.
    ``columns`` maps ``code``, ``name``, ``level`` and ``parent_code``, as far as known, to the
    attributes that hold them.
    """

    geometries: NDArray[np.object_]
    names: tuple[str, ...]
    attributes: tuple[Mapping[str, Any], ...]
    codes: tuple[str | None, ...]
    crs: str
    declared_crs: str | None
    source: str
    remarks: tuple[Remark, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.names)

    @property
    def planar(self) -> bool:
        """Whether coordinates are planar metres and not degrees."""
        return self.crs == PLANAR

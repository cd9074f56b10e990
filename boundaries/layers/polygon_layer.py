"""What a polygon file holds, as a value: the same for every format it came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Severity = Literal["error", "warning", "info"]
"""Error: legal data must not have it. Warning: somebody should look. Info: said for completeness"""

EPSG_4490, PLANAR = "EPSG:4490", "planar"


@dataclass(frozen=True, slots=True)
class Remark:
    """What was noticed while a file was read, or of its layer as a whole.

    ``rule`` is a stable id (``TOP-CRS-03``). ``feature`` counts from 0; None is the whole layer.
    ``measured`` and ``limit`` have the ``unit``. ``place`` is lon, lat as the layer has them.
    """

    rule: str
    severity: Severity
    zh: str
    en: str
    feature: int | None = None
    measured: float | None = None
    limit: float | None = None
    unit: str | None = None
    place: tuple[float, float] | None = None

    def text(self, lang: str) -> str:
        """The words in ``zh`` or ``en``."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Layer:
    """Polygons of one file as they were read: nothing repaired, nothing moved.

    ``geometries`` has shapely Polygons and MultiPolygons, two-dimensional, not empty, with finite
    coordinates and closed rings; None where a feature has no such geometry, and then a remark of
    that feature says why. They need not be valid. Coordinates are lon, lat degrees of CGCS2000
    (``crs`` is ``EPSG:4490``) or, asked for, plain metres (``planar``).

    ``names`` call the features in findings: code, else id, else number from 0. ``codes`` are
    division codes, without the ``156`` of China and zeros behind; all None if no column has them.
    ``declared_crs`` is what the file itself said. ``columns`` tells which attribute holds ``code``,
    ``name``, ``level`` and ``parent_code``, as far as known.
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
        """Whether coordinates are plain metres and not degrees."""
        return self.crs == PLANAR

"""A corrected copy of a layer as a file: with its attributes, in the system that it came in."""

from collections.abc import Sequence
from pathlib import Path

from boundaries.layers.layer import Layer
from boundaries.layers.systems import CGCS2000, WGS84, by_name, system
from boundaries.layers.table import Loss
from boundaries.layers.write import write_layer
from gazetteer.problems import InvalidValue


def write_copy(
    path: Path, layer: Layer, format_: str | None, crs: str | None, encoding: str = "utf-8"
) -> Sequence[Loss]:
    """Write a layer as :func:`~boundaries.layers.write.write_layer` does.

    Without ``crs`` it goes into the system that its file declared, where that is of the datum of
    CGCS2000 or WGS 84; else into CGCS2000 degrees. Vertices that were not corrected are the same
    to the last bit where the file had degrees, and within a micrometre where it was projected.

    Raises:
        InvalidValue: a format, system or encoding that is not written.
    """
    wanted = crs if crs is not None or layer.planar else _own(layer)
    return write_layer(path, layer, crs=wanted, format=format_, encoding=encoding)


def _own(layer: Layer) -> str | None:
    """The EPSG code of the system that the file of a layer declared, if it can be written."""
    if layer.declared_crs is None:
        return None
    try:
        declared = system(by_name(layer.declared_crs))
    except InvalidValue:
        return None
    number = declared.crs.to_epsg()
    return str(number) if number and declared.datum in (CGCS2000, WGS84) else None

"""A corrected copy of a layer as a file: with its attributes, in its own coordinate system."""

from collections.abc import Sequence
from pathlib import Path

from boundaries.layers.crs import CGCS2000, WGS84, recognize_crs, resolve_crs
from boundaries.layers.layer_writer import write_layer
from boundaries.layers.output_table import LossyConversion
from boundaries.layers.polygon_layer import Layer
from gazetteer.problems import InvalidValue


def write_corrected_layer(
    path: Path, layer: Layer, format_: str | None, crs: str | None, encoding: str = "utf-8"
) -> Sequence[LossyConversion]:
    """Write a layer as :func:`~boundaries.layers.layer_writer.write_layer` does.

    Without ``crs`` it is written in the system that its file declared, if that is on the datum of
    CGCS2000 or WGS 84, else in CGCS2000 degrees. Vertices that were not corrected are the same to
    the last bit where the file had degrees, and within a micrometre where it was projected.

    Raises:
        InvalidValue: A format, coordinate system or encoding that cannot be written.
    """
    target_crs = crs if crs is not None or layer.planar else _find_source_crs(layer)
    return write_layer(path, layer, crs=target_crs, format=format_, encoding=encoding)


def _find_source_crs(layer: Layer) -> str | None:
    """The EPSG code of the system that the file declared; None if it cannot be written."""
    if layer.declared_crs is None:
        return None
    try:
        declared = recognize_crs(resolve_crs(layer.declared_crs))
    except InvalidValue:
        return None
    number = declared.crs.to_epsg()
    return str(number) if number and declared.datum in (CGCS2000, WGS84) else None

"""Writing layers and tables of findings in the requested coordinate system and format."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from boundaries.layers import gdal_writers, text_writers
from boundaries.layers.output_table import (
    LossyConversion,
    OutputTable,
    build_layer_table,
    reproject_table,
)
from boundaries.layers.polygon_layer import Layer
from boundaries.layers.spreadsheet import write_spreadsheet
from boundaries.layers.whole_files import replace_when_complete
from gazetteer.messages import AnyOf, message
from gazetteer.problems import InvalidValue


class LayerFormat(StrEnum):
    """The formats that can be written. A Shapefile is a ZIP of its parts, JSON the rows alone.

    The suffix ``.json`` is that of GeoJSON, as most programs have it.
    """

    GEOPACKAGE = "gpkg"
    SHAPEFILE = "shp"
    GEOJSON = "geojson"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


MIME_TYPES = {
    LayerFormat.GEOPACKAGE: "application/geopackage+sqlite3",
    LayerFormat.SHAPEFILE: "application/zip",
    LayerFormat.GEOJSON: "application/geo+json",
    LayerFormat.JSON: "application/json",
    LayerFormat.CSV: "text/csv",
    LayerFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

_FORMATS = tuple(LayerFormat)
_FORMAT_BY_SUFFIX = {
    ".gpkg": LayerFormat.GEOPACKAGE,
    ".zip": LayerFormat.SHAPEFILE,
    ".geojson": LayerFormat.GEOJSON,
    ".json": LayerFormat.GEOJSON,
    ".csv": LayerFormat.CSV,
    ".xlsx": LayerFormat.XLSX,
}
ENCODINGS = ("utf-8", "gbk")
"""The encodings in which the attributes of a Shapefile can be written."""


def detect_layer_format(path: Path, requested: str | None = None) -> LayerFormat:
    """The requested format, else that of the file's suffix.

    Raises:
        InvalidValue: No such format, or a suffix that belongs to none.
    """
    if path.suffix.lower() == ".shp":
        raise InvalidValue(message("layer.shapefile_needs_zip"), field="format")
    if requested is not None:
        try:
            return LayerFormat(requested.lower())
        except ValueError:
            detail = message("layer.no_such_format", format=requested, formats=AnyOf(_FORMATS))
            raise InvalidValue(detail, field="format") from None
    if path.suffix.lower() not in _FORMAT_BY_SUFFIX:
        detail = message("layer.format_not_given", file=path.name, formats=AnyOf(_FORMATS))
        raise InvalidValue(detail, field="format")
    return _FORMAT_BY_SUFFIX[path.suffix.lower()]


def write_layer(
    path: Path, layer: Layer, *, crs: str | None = None, format: str | None = None,
    encoding: str = "utf-8",
) -> Sequence[LossyConversion]:  # fmt: skip
    """Write a layer with its attributes as they were read; see :func:`write_table`."""
    table = build_layer_table(layer, Path(layer.source).stem or "layer")
    return write_table(path, table, crs=crs, format=format, encoding=encoding)


def write_table(
    path: Path, table: OutputTable, *, crs: str | None = None, format: str | None = None,
    encoding: str = "utf-8",
) -> Sequence[LossyConversion]:  # fmt: skip
    """Write ``table`` to ``path``, whole or not at all; what was truncated or renamed is returned.

    ``crs`` is an EPSG code on the datum of CGCS2000 or WGS 84 (default: that of the table); x is
    east in every format. Coordinates are written with all their digits. ``encoding`` is that of a
    Shapefile's attributes.

    Raises:
        InvalidValue: A format, coordinate system or encoding that cannot be written.
    """
    kind = detect_layer_format(path, format)
    if encoding not in ENCODINGS:
        raise InvalidValue(
            message("layer.encoding_not_written", encoding=encoding, encodings=AnyOf(ENCODINGS)),
            field="encoding",
        )
    projected = reproject_table(table, crs) if crs is not None else table
    with replace_when_complete(path, f"layer.{kind}") as part:
        return _write_format(part, projected, kind, encoding)


def _write_format(
    path: Path, table: OutputTable, kind: LayerFormat, encoding: str
) -> Sequence[LossyConversion]:
    match kind:
        case LayerFormat.GEOPACKAGE:
            return gdal_writers.write_geopackage(path, table)
        case LayerFormat.SHAPEFILE:
            return gdal_writers.write_shapefile(path, table, encoding)
        case LayerFormat.GEOJSON:
            text_writers.write_geojson(path, table)
        case LayerFormat.JSON:
            text_writers.write_json_rows(path, table)
        case LayerFormat.CSV:
            text_writers.write_csv(path, table)
        case LayerFormat.XLSX:
            write_spreadsheet(path, table)
    return ()

"""Writing layers and tables of findings, in the coordinate system and format asked for."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory

from boundaries.layers import gdal_files, text_files
from boundaries.layers.layer import Layer
from boundaries.layers.spreadsheet import spreadsheet
from boundaries.layers.table import Loss, Table, in_system, table_of
from gazetteer.problems import InvalidValue


class Format(StrEnum):
    """What can be written. A Shapefile is a ZIP of its parts."""

    GEOPACKAGE = "gpkg"
    SHAPEFILE = "shp"
    GEOJSON = "geojson"
    CSV = "csv"
    XLSX = "xlsx"


MIME_TYPES = {
    Format.GEOPACKAGE: "application/geopackage+sqlite3",
    Format.SHAPEFILE: "application/zip",
    Format.GEOJSON: "application/geo+json",
    Format.CSV: "text/csv",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

_ENDINGS = {
    ".gpkg": Format.GEOPACKAGE,
    ".zip": Format.SHAPEFILE,
    ".geojson": Format.GEOJSON,
    ".json": Format.GEOJSON,
    ".csv": Format.CSV,
    ".xlsx": Format.XLSX,
}
ENCODINGS = ("utf-8", "gbk")
"""In which the attributes of a Shapefile can be written."""


def format_of(path: Path, asked: str | None = None) -> Format:
    """The format asked for, else that of the file's ending.

    Raises:
        InvalidValue: no such format, or an ending that tells none.
    """
    known = ", ".join(Format)
    if path.suffix.lower() == ".shp":
        zh = "Shapefile 由多个文件组成，请写成 .zip。"
        en = "a Shapefile is several files: write it as .zip"
        raise InvalidValue(zh, en, field="format")
    if asked is not None:
        try:
            return Format(asked.lower())
        except ValueError:
            zh, en = f"没有格式“{asked}”；可用：{known}。", f"no format {asked!r}; use {known}"
            raise InvalidValue(zh, en, field="format") from None
    if path.suffix.lower() not in _ENDINGS:
        zh = f"由文件名“{path.name}”看不出格式；请指明：{known}。"
        en = f"{path.name!r} does not tell the format; name one of {known}"
        raise InvalidValue(zh, en, field="format")
    return _ENDINGS[path.suffix.lower()]


def write_layer(
    path: Path, layer: Layer, *, crs: str | None = None, format: str | None = None,
    encoding: str = "utf-8",
) -> Sequence[Loss]:  # fmt: skip
    """Write a layer with its attributes as they were read; see :func:`write_table`."""
    table = table_of(layer, Path(layer.source).stem or "layer")
    return write_table(path, table, crs=crs, format=format, encoding=encoding)


def write_table(
    path: Path, table: Table, *, crs: str | None = None, format: str | None = None,
    encoding: str = "utf-8",
) -> Sequence[Loss]:  # fmt: skip
    """Write ``table`` to ``path``, whole or not at all; what had to be cut or renamed is told.

    ``crs`` is an EPSG code on the datum of CGCS2000 or WGS 84 (default: as the table is); x is
    east in every format. Coordinates are written with all their digits. ``encoding`` is that of a
    Shapefile's attributes.

    Raises:
        InvalidValue: a format, system or encoding that is not written.
    """
    kind = format_of(path, format)
    if encoding not in ENCODINGS:
        zh = f"不以 {encoding} 编码输出；可用：{'、'.join(ENCODINGS)}。"
        en = f"nothing is written in {encoding!r}; use {' or '.join(ENCODINGS)}"
        raise InvalidValue(zh, en, field="encoding")
    placed = in_system(table, crs) if crs is not None else table
    with TemporaryDirectory(prefix=".writing-", dir=path.parent) as folder:
        written = Path(folder) / f"layer.{kind}"
        losses = _written(written, placed, kind, encoding)
        written.replace(path)
    return losses


def _written(path: Path, table: Table, kind: Format, encoding: str) -> Sequence[Loss]:
    match kind:
        case Format.GEOPACKAGE:
            return gdal_files.geopackage(path, table)
        case Format.SHAPEFILE:
            return gdal_files.shapefile(path, table, encoding)
        case Format.GEOJSON:
            text_files.geojson(path, table)
        case Format.CSV:
            text_files.comma_separated(path, table)
        case Format.XLSX:
            spreadsheet(path, table)
    return ()

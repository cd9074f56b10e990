"""GeoPackage and Shapefile through GDAL; what their forms cannot hold is cut here, and told."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError

from boundaries.layers.faults import Geometries
from boundaries.layers.table import Column, Loss, Table, array_of, distinct
from gazetteer.problems import Unavailable

_FIELD_BYTES, _TEXT_BYTES = 10, 254  # of a DBF
_FORMS = (("points", "Point", 0), ("lines", "LineString", 1), ("polygons", "Polygon", 2))


def geopackage(path: Path, table: Table) -> list[Loss]:
    """Write one layer; the column names ``fid`` and ``geom`` belong to the format."""
    given = distinct(list(table.columns), ("fid", "geom"), lambda name: True)
    columns = {given[name]: column for name, column in table.columns.items()}
    _write(path, replace(table, columns=columns), "GPKG", "Unknown", "UTF-8")
    return _renamed(given)


def shapefile(path: Path, table: Table, encoding: str) -> list[Loss]:
    """Write a ZIP with ``.shp .shx .dbf .prj .cpg``: one set for each dimension there is.

    Names of columns are cut to 10 bytes and texts to 254, as a DBF has them; ``encoding`` is
    ``utf-8`` or ``gbk``. Rows without geometry go with those of the highest
    dimension. What was cut is told in a text beside them.
    """

    def fits(name: str) -> bool:
        return len(name.encode(encoding, "replace")) <= _FIELD_BYTES

    given = distinct(list(table.columns), (), fits)
    losses = _renamed(given)
    columns: dict[str, Column] = {}
    for name, column in table.columns.items():
        columns[given[name]], cut = _shortened(name, column, encoding)
        losses += cut
    with TemporaryDirectory(prefix="shape-") as folder:
        for part, form in _by_dimension(replace(table, columns=columns)):
            _write(Path(folder) / f"{part.name}.shp", part, "ESRI Shapefile", form, encoding)
        with ZipFile(path, "w", ZIP_DEFLATED) as archive:
            for file in sorted(Path(folder).iterdir()):
                archive.write(file, file.name)
            if losses:
                told = "\r\n".join(loss.text(lang) for loss in losses for lang in ("zh", "en"))
                archive.writestr("README.txt", f"\ufeff{told}\r\n")
    return losses


def _by_dimension(table: Table) -> list[tuple[Table, str]]:
    """The rows of each dimension; the name tells it where there are several."""
    shapes = _without_collections(table.geometries)
    missing = shapely.is_missing(shapes)
    there = shapely.get_dimensions(shapes[~missing])
    dimension = np.where(missing, max(there, default=2), shapely.get_dimensions(shapes))
    parts = []
    for word, form, number in _FORMS:
        rows = np.flatnonzero(dimension == number).tolist()
        if len(rows) or (number == 2 and not len(shapes)):
            columns = {name: [column[i] for i in rows] for name, column in table.columns.items()}
            name = table.name if len(rows) == len(shapes) else f"{table.name}_{word}"
            parts.append(
                (replace(table, name=name, geometries=shapes[rows], columns=columns), form)
            )
    return parts


def _without_collections(geometries: Geometries) -> Geometries:
    """Of a collection what has its highest dimension: a Shapefile cannot mix."""
    shapes = geometries.copy()
    for i in np.flatnonzero(shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION):
        parts = shapely.get_parts(shapes[i])
        highest = parts[shapely.get_dimensions(parts) == shapely.get_dimensions(shapes[i])]
        shapes[i] = shapely.union_all(highest) if len(highest) else None
    return shapes


def _write(path: Path, table: Table, driver: str, form: str, encoding: str) -> None:
    made: list[tuple[NDArray[Any], NDArray[np.bool_]]] = list(map(array_of, table.columns.values()))
    try:
        with warnings.catch_warnings():
            # Plain metres have no system: that is what was said of them.
            warnings.filterwarnings("ignore", message="'crs' was not provided")
            pyogrio.raw.write(
                path,
                np.asarray(shapely.to_wkb(table.geometries), dtype=object),
                [array for array, _ in made],
                list(table.columns),
                field_mask=[empty for _, empty in made],
                layer=table.name,
                driver=driver,
                geometry_type=form,
                crs=None if table.epsg is None else f"EPSG:{table.epsg}",
                encoding=encoding.upper(),
            )
    except (DataLayerError, DataSourceError) as error:  # a full disk, say
        raise Unavailable(
            f"写不出文件（{error}）。", f"the file cannot be written: {error}"
        ) from error


def _shortened(name: str, column: Column, encoding: str) -> tuple[Column, list[Loss]]:
    """Texts cut to what a DBF field holds, between two characters."""
    array, _ = array_of(column)
    if array.dtype != object:
        return column, []
    short = [None if text is None else _cut(text, encoding) for text in array]
    cut = sum(a != b for a, b in zip(short, array, strict=True))
    if not cut:
        return short, []
    zh = f"Shapefile：列“{name}”有 {cut} 个值超出 {_TEXT_BYTES} 字节或含 {encoding} 没有的字。"
    en = f"Shapefile: {cut} values of column {name!r} were cut to {_TEXT_BYTES} bytes, or lost"
    en += f" characters that {encoding} does not have"
    return short, [Loss(zh, en)]


def _cut(text: str, encoding: str) -> str:
    return text.encode(encoding, "replace")[:_TEXT_BYTES].decode(encoding, "ignore")


def _renamed(given: Mapping[str, str]) -> list[Loss]:
    changed: Sequence[str] = [f"{a} → {b}" for a, b in given.items() if a != b]
    if not changed:
        return []
    told = ", ".join(changed)
    return [Loss(f"改了列名：{told}。", f"columns renamed: {told}")]

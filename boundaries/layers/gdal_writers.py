"""GeoPackage and Shapefile through GDAL; what they cannot hold is truncated here and reported."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError

from boundaries.layers.geometry_faults import Geometries
from boundaries.layers.geopackage_description import describe_geopackage
from boundaries.layers.output_table import (
    ColumnValues,
    LossyConversion,
    OutputTable,
    assign_unique_names,
    build_column_array,
)
from gazetteer.messages import LANGS, message
from gazetteer.problems import Unavailable

_FIELD_BYTES, _TEXT_BYTES = 10, 254  # of a DBF
_FORMS = (("points", "Point", 0), ("lines", "LineString", 1), ("polygons", "Polygon", 2))


def write_geopackage(path: Path, table: OutputTable) -> list[LossyConversion]:
    """Write one layer; columns called ``fid`` or ``geom`` are renamed, which the format reserves.

    Raises:
        Unavailable: The file cannot be written.
    """
    new_names = assign_unique_names(list(table.columns), ("fid", "geom"), lambda _: True)
    _write_dataset(path, _rename_columns(table, new_names), "GPKG", "UTF-8")
    if table.presentation is not None:
        describe_geopackage(path, table.name, table.presentation)
    return _report_renamed_columns(new_names)


def write_geopackage_tables(path: Path, tables: Sequence[OutputTable]) -> None:
    """Write several layers to one file.

    Raises:
        Unavailable: The file cannot be written.
    """
    for table in tables:
        _write_dataset(path, table, "GPKG", "UTF-8")


def write_shapefile(path: Path, table: OutputTable, encoding: str) -> list[LossyConversion]:
    """Write a ZIP with ``.shp .shx .dbf .prj .cpg``: one set for each dimension of geometries.

    Column names are truncated to 10 bytes and texts to 254, the limits of a DBF; ``encoding`` is
    ``utf-8`` or ``gbk``. Rows without geometry go with those of the highest dimension. What was
    truncated is returned, and listed in a text file of the ZIP.

    Raises:
        Unavailable: The file cannot be written.
    """

    def fits_field_name(name: str) -> bool:
        return len(name.encode(encoding, "replace")) <= _FIELD_BYTES

    new_names = assign_unique_names(list(table.columns), (), fits_field_name)
    losses = _report_renamed_columns(new_names)
    columns: dict[str, ColumnValues] = {}
    for name, column in table.columns.items():
        columns[name], truncations = _truncate_column(name, column, encoding)
        losses += truncations
    shortened = _rename_columns(replace(table, columns=columns), new_names)
    with TemporaryDirectory(prefix="shape-") as folder:
        for part in _split_by_dimension(shortened):
            _write_dataset(Path(folder) / f"{part.name}.shp", part, "ESRI Shapefile", encoding)
        _pack_shapefile(path, Path(folder), table, losses)
    return losses


def _pack_shapefile(
    path: Path, folder: Path, table: OutputTable, losses: Sequence[LossyConversion]
) -> None:
    """One ZIP of the parts, the licence and the losses; its entries have no time of their own."""
    notes = [] if table.presentation is None else [table.presentation.licence]
    notes += [loss.text(lang) for loss in losses for lang in LANGS]
    parts = {file.name: file.read_bytes() for file in sorted(folder.iterdir())}
    if notes:
        parts["README.txt"] = "\ufeff{}\r\n".format("\r\n".join(notes)).encode()
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(ZipInfo(name), content, ZIP_DEFLATED)


def _rename_columns(table: OutputTable, new_names: Mapping[str, str]) -> OutputTable:
    return replace(
        table,
        columns={new_names[name]: column for name, column in table.columns.items()},
        value_types={new_names[name]: kind for name, kind in table.value_types.items()},
    )


def _split_by_dimension(table: OutputTable) -> list[OutputTable]:
    """A table of each dimension; several have suffixes in their names."""
    if table.geometry_type is None:
        return [table]
    shapes = _flatten_collections(table.geometries)
    missing = shapely.is_missing(shapes)
    dimensions = shapely.get_dimensions(shapes[~missing])
    dimension = np.where(missing, max(dimensions, default=2), shapely.get_dimensions(shapes))
    parts = []
    for suffix, form, number in _FORMS:
        rows = np.flatnonzero(dimension == number).tolist()
        if len(rows) or (number == 2 and not len(shapes)):
            columns = {name: [column[i] for i in rows] for name, column in table.columns.items()}
            name = table.name if len(rows) == len(shapes) else f"{table.name}_{suffix}"
            part = replace(table, name=name, geometries=shapes[rows], columns=columns)
            parts.append(replace(part, geometry_type=form))
    return parts


def _flatten_collections(geometries: Geometries) -> Geometries:
    """Collections reduced to their parts of the highest dimension: a Shapefile cannot mix them."""
    shapes = geometries.copy()
    for i in np.flatnonzero(shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION):
        parts = shapely.get_parts(shapes[i])
        highest = parts[shapely.get_dimensions(parts) == shapely.get_dimensions(shapes[i])]
        shapes[i] = shapely.union_all(highest) if len(highest) else None
    return shapes


def _write_dataset(path: Path, table: OutputTable, driver: str, encoding: str) -> None:
    arrays: list[tuple[NDArray[Any], NDArray[np.bool_]]] = [
        build_column_array(column, table.value_types.get(name))
        for name, column in table.columns.items()
    ]
    form = table.geometry_type
    try:
        with warnings.catch_warnings():
            # A planar table has no coordinate system by definition.
            warnings.filterwarnings("ignore", message="'crs' was not provided")
            pyogrio.raw.write(
                path,
                None if form is None else np.asarray(shapely.to_wkb(table.geometries), object),
                [array for array, _ in arrays],
                list(table.columns),
                field_mask=[empty for _, empty in arrays],
                layer=table.name,
                driver=driver,
                geometry_type=form,
                crs=None if table.epsg is None or form is None else f"EPSG:{table.epsg}",
                encoding=encoding.upper(),
                **_list_creation_options(table, driver),
            )
    except (DataLayerError, DataSourceError) as error:  # a full disk, for example
        raise Unavailable(message("layer.write_failed", reason=str(error))) from error


def _list_creation_options(table: OutputTable, driver: str) -> dict[str, Any]:
    """What formats can hold of the presentation of a table."""
    presented = table.presentation
    if presented is None:
        return {}
    if driver != "GPKG":
        return {"layer_options": {"DBF_DATE_LAST_UPDATE": f"{presented.state_of:%Y-%m-%d}"}}
    stated = {"LICENCE": presented.licence, "SOURCE": presented.source}
    return {
        "layer_options": {"IDENTIFIER": presented.title, "DESCRIPTION": presented.abstract},
        "layer_metadata": stated,
        "dataset_metadata": {"TITLE": presented.title, **stated},
    }


def _truncate_column(
    name: str, column: ColumnValues, encoding: str
) -> tuple[ColumnValues, list[LossyConversion]]:
    """The column with texts truncated to the length of a DBF field, between two characters."""
    array, _ = build_column_array(column)
    if array.dtype != object:
        return column, []
    truncated = [None if text is None else _truncate_text(text, encoding) for text in array]
    changed_count = sum(a != b for a, b in zip(truncated, array, strict=True))
    if not changed_count:
        return truncated, []
    detail = message(
        "layer.values_truncated",
        n=changed_count, column=name, bytes=_TEXT_BYTES, encoding=encoding.upper(),
    )  # fmt: skip
    return truncated, [LossyConversion(detail)]


def _truncate_text(text: str, encoding: str) -> str:
    return text.encode(encoding, "replace")[:_TEXT_BYTES].decode(encoding, "ignore")


def _report_renamed_columns(new_names: Mapping[str, str]) -> list[LossyConversion]:
    renames = [f"{old} → {new}" for old, new in new_names.items() if old != new]
    if not renames:
        return []
    return [LossyConversion(message("layer.columns_renamed", renames=renames))]

"""A result in CSV as a GeoPackage: one layer of points, with the cells as attributes."""

import csv
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray

_CHUNK_ROWS = 20_000
"""Rows that are in memory at a time."""
_NUMBER_COLUMNS = frozenset({"result_score", "result_boundary_distance_m", "count"})
_RESERVED_NAMES = frozenset({"fid", "geom"})
"""Names of columns that belong to the format."""


def write_geopackage(
    table: Path, target: Path, encoding: str, delimiter: str, point: tuple[str, str]
) -> None:
    """Write the rows of a CSV file as features, in CGCS2000 (EPSG:4490).

    Args:
        table: the CSV file, each row as long as its header.
        target: the GeoPackage; it appears under its name when it is complete.
        encoding: of the CSV file.
        delimiter: of the CSV file.
        point: the columns with longitude and latitude; a row without them has no geometry, and
            without such columns no row has one.
    """
    part = target.with_suffix(".part.gpkg")
    part.unlink(missing_ok=True)
    with table.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        header = next(row for row in reader if row)
        point_columns = [header.index(name) for name in point] if set(point) <= set(header) else []
        rows = (row for row in reader if row)
        chunk = list(islice(rows, _CHUNK_ROWS))
        _write_chunk(part, header, chunk, point_columns, append=False)
        while chunk := list(islice(rows, _CHUNK_ROWS)):
            _write_chunk(part, header, chunk, point_columns, append=True)
    part.replace(target)


def _write_chunk(
    path: Path,
    header: Sequence[str],
    rows: list[list[str]],
    point_columns: list[int],
    *,
    append: bool,
) -> None:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(header)
    data = [_build_column(name, cells) for name, cells in zip(header, columns, strict=True)]
    geometry = (
        _build_point_wkb([columns[point_column] for point_column in point_columns])
        if point_columns
        else None
    )
    pyogrio.raw.write(
        str(path),
        geometry=geometry,
        field_data=data,
        fields=np.array(_build_column_names(header), dtype=object),
        layer="result",
        driver="GPKG",
        geometry_type="Point" if point_columns else None,
        crs="EPSG:4490" if point_columns else None,
        append=append,
    )


def _build_column(name: str, cells: Sequence[str]) -> NDArray[Any]:
    if name in _NUMBER_COLUMNS:
        return np.array([float(cell) if cell else np.nan for cell in cells], dtype=float)
    return np.array(cells, dtype=object)


def _build_point_wkb(columns: Sequence[Sequence[str]]) -> NDArray[Any]:
    has_point = [bool(lon and lat) for lon, lat in zip(*columns, strict=True)]
    shapes = np.full(len(has_point), None, dtype=object)
    pairs = [(float(lon), float(lat)) for lon, lat in zip(*columns, strict=True) if lon and lat]
    shapes[np.array(has_point, dtype=bool)] = shapely.points(pairs) if pairs else []
    return np.asarray(shapely.to_wkb(shapes), dtype=object)


def _build_column_names(header: Iterable[str]) -> list[str]:
    """Names that differ without regard to case, and are none of the format's own."""
    names: list[str] = []
    used = set(_RESERVED_NAMES)
    for source_name in header:
        name = source_name or "column"
        while name.lower() in used:
            name += "_"
        used.add(name.lower())
        names.append(name)
    return names

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

_ROWS = 20_000
"""So many rows are in memory at a time."""
_NUMBERS = frozenset({"result_score", "result_boundary_distance_m", "count"})
_OWN = frozenset({"fid", "geom"})
"""Names that a GeoPackage has for itself."""


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
        places = [header.index(name) for name in point] if set(point) <= set(header) else []
        rows = (row for row in reader if row)
        chunk = list(islice(rows, _ROWS))
        _write(part, header, chunk, places, append=False)
        while chunk := list(islice(rows, _ROWS)):
            _write(part, header, chunk, places, append=True)
    part.replace(target)


def _write(
    path: Path, header: Sequence[str], rows: list[list[str]], places: list[int], *, append: bool
) -> None:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(header)
    data = [_column(name, cells) for name, cells in zip(header, columns, strict=True)]
    geometry = _points([columns[place] for place in places]) if places else None
    pyogrio.raw.write(
        str(path),
        geometry=geometry,
        field_data=data,
        fields=np.array(_names(header), dtype=object),
        layer="result",
        driver="GPKG",
        geometry_type="Point" if places else None,
        crs="EPSG:4490" if places else None,
        append=append,
    )


def _column(name: str, cells: Sequence[str]) -> NDArray[Any]:
    if name in _NUMBERS:
        return np.array([float(cell) if cell else np.nan for cell in cells], dtype=float)
    return np.array(cells, dtype=object)


def _points(columns: Sequence[Sequence[str]]) -> NDArray[Any]:
    known = [bool(lon and lat) for lon, lat in zip(*columns, strict=True)]
    shapes = np.full(len(known), None, dtype=object)
    pairs = [(float(lon), float(lat)) for lon, lat in zip(*columns, strict=True) if lon and lat]
    shapes[np.array(known, dtype=bool)] = shapely.points(pairs) if pairs else []
    return np.asarray(shapely.to_wkb(shapes), dtype=object)


def _names(header: Iterable[str]) -> list[str]:
    """Names that are told apart without regard to case, and are none of the format's own."""
    names: list[str] = []
    taken = set(_OWN)
    for given in header:
        name = given or "column"
        while name.lower() in taken:
            name += "_"
        taken.add(name.lower())
        names.append(name)
    return names

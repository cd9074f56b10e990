"""GeoJSON, JSON and CSV, row by row; every double has the digits that identify it."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import shapely
from shapely.geometry import mapping

from boundaries.layers.crs import WGS84
from boundaries.layers.output_table import OutputTable, as_plain_value, as_text


def write_geojson(path: Path, table: OutputTable) -> None:
    """Write a FeatureCollection (RFC 7946), one feature a line.

    In a system other than EPSG:4326 the ``crs`` member of GeoJSON 2008 names it; east is first.
    """
    with path.open("wb") as file:
        file.write(b'{"type":"FeatureCollection",')
        if table.epsg not in (None, WGS84):
            name = f"urn:ogc:def:crs:EPSG::{table.epsg}"
            member = {"type": "name", "properties": {"name": name}}
            file.write(b'"crs":' + orjson.dumps(member) + b",")
        file.write(b'"features":[')
        for number, feature in enumerate(iter_features(table)):
            file.write(b",\n" if number else b"\n")
            file.write(orjson.dumps(feature, default=str))
        file.write(b"\n]}\n")


def write_json_rows(path: Path, table: OutputTable) -> None:
    """Write an array of objects, one row a line, without the geometries."""
    names = list(table.columns)
    with path.open("wb") as file:
        file.write(b"[")
        for number, values in enumerate(_iter_rows(table)):
            file.write(b",\n" if number else b"\n")
            file.write(orjson.dumps(dict(zip(names, values, strict=True)), default=str))
        file.write(b"\n]\n")


def iter_features(table: OutputTable) -> Iterator[dict[str, Any]]:
    """The rows as GeoJSON features; values unknown to orjson have to be written as text."""
    names = list(table.columns)
    for geometry, values in zip(table.geometries, _iter_rows(table), strict=True):
        yield {
            "type": "Feature",
            "properties": dict(zip(names, values, strict=True)),
            "geometry": None if geometry is None else mapping(geometry),
        }


def _iter_rows(table: OutputTable) -> Iterator[tuple[Any, ...]]:
    if table.columns:
        return zip(*table.columns.values(), strict=True)
    return iter([()] * len(table.geometries))


def write_csv(path: Path, table: OutputTable) -> None:
    """Write CSV in UTF-8 with a byte order mark, which spreadsheets need.

    The geometry comes last, as ``wkt``, unless the table has none.
    """
    columns = dict(table.columns)
    if table.geometry_type is not None:
        columns["wkt"] = shapely.to_wkt(table.geometries, rounding_precision=-1).tolist()
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for values in zip(*columns.values(), strict=True):
            cells = [as_plain_value(value) for value in values]
            writer.writerow(["" if cell is None else as_text(cell) for cell in cells])

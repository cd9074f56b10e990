"""A difference as tables: layers and tables of a GeoPackage, sheets of a spreadsheet."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.differences.record_words import describe_record, word_code
from boundaries.differences.register_difference import (
    ComparedUnit,
    EdgeChange,
    RegisterDifference,
)
from boundaries.layers.gdal_writers import write_geopackage_tables
from boundaries.layers.geometry_faults import Geometries
from boundaries.layers.output_table import OutputTable
from boundaries.layers.spreadsheet import write_workbook
from boundaries.layers.whole_files import replace_when_complete
from gazetteer.messages import Lang, message

Row = dict[str, Any]

_UNKNOWN = ComparedUnit()


class DifferenceFile(StrEnum):
    """The formats of files of a difference."""

    GEOPACKAGE = "gpkg"
    XLSX = "xlsx"


_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "areas": ("code", "name", "level", "before_m2", "after_m2", "won_m2", "lost_m2"),
    "territory": ("from_code", "from_name", "to_code", "to_name", "area_m2"),
    "vertices": (
        *("edge_id", "left_code", "left_name", "right_code", "right_name", "change"),
        *("from_lon", "from_lat", "to_lon", "to_lat", "distance_m"),
    ),
    "records": ("kind", "code", "name", "before", "after", "record_id"),
}
_GEOMETRY_TYPES = {
    "areas": None,
    "territory": "MultiPolygon",
    "vertices": "Unknown",  # points, lines from the old to the new place, whole edges
    "records": None,
}
_CODED = {"level": "level", "change": "difference.change", "kind": "drafts.record"}
"""The columns with coded values, and the area of the messages that has their words."""


def build_difference_tables(difference: RegisterDifference, lang: Lang) -> list[OutputTable]:
    """The tables ``areas``, ``territory``, ``vertices`` and ``records``, in EPSG:4490.

    Names of columns and coded values are those of programs; what records say is in a language. A
    vertex that moved is a line from its old place to the new one, one that came or went a point, an
    edge that begins or ends the whole edge.
    """
    names, territory = difference.names, list(difference.territory)
    area_rows = [asdict(names.name_latter(one.unit)) | asdict(one) for one in difference.areas]
    passed_rows = [
        _name_columns("from", names.name_former(one.giver) if one.giver else _UNKNOWN)
        | _name_columns("to", names.name_latter(one.taker) if one.taker else _UNKNOWN)
        | {"area_m2": one.area_m2}
        for one in territory
    ]
    vertex_rows = [_build_vertex_row(one, difference) for one in difference.vertices]
    return [
        _build_table("areas", area_rows, [None] * len(area_rows)),
        _build_table("territory", passed_rows, [one.shape for one in territory]),
        _build_table("vertices", vertex_rows, [_draw_change(one) for one in difference.vertices]),
        _build_record_table(difference, lang),
    ]


def label_tables(tables: Sequence[OutputTable], lang: Lang) -> list[OutputTable]:
    """The tables with names, headings and coded values in a language."""
    return [
        replace(
            table,
            name=message(f"difference.{table.name}").text(lang),
            columns={
                message(f"difference.column.{name}").text(lang): [
                    word_code(_CODED[name], value, lang) for value in values
                ]
                if name in _CODED
                else values
                for name, values in table.columns.items()
            },
        )
        for table in tables
    ]


def write_difference_file(
    path: Path, difference: RegisterDifference, file_format: DifferenceFile, lang: Lang
) -> None:
    """Write a difference to a file, whole or not at all.

    Raises:
        InvalidValue: more rows than a sheet has.
        Unavailable: the file cannot be written.
    """
    tables = build_difference_tables(difference, lang)
    with replace_when_complete(path, f"difference.{file_format}") as part:
        if file_format is DifferenceFile.XLSX:
            write_workbook(part, label_tables(tables, lang))
        else:
            write_geopackage_tables(part, tables)


def _build_table(
    name: str, rows: Sequence[Row], shapes: Sequence[BaseGeometry | None]
) -> OutputTable:
    geometries: Geometries = np.empty(len(rows), dtype=object)
    geometries[:] = shapes
    columns = {column: [row[column] for row in rows] for column in _COLUMNS[name]}
    return OutputTable(name, geometries, columns, geometry_type=_GEOMETRY_TYPES[name])


def _build_record_table(difference: RegisterDifference, lang: Lang) -> OutputTable:
    rows = []
    for record in difference.records:
        before, after = describe_record(record, difference.names, lang)
        kind, record_id = record.key
        subject = difference.subjects[record.key]
        rows.append(
            {"kind": kind, "code": subject.code, "name": subject.name, "record_id": str(record_id)}
            | {"before": before or None, "after": after or None}
        )
    return _build_table("records", rows, [None] * len(rows))


def _build_vertex_row(change: EdgeChange, difference: RegisterDifference) -> Row:
    sides = [
        difference.names.name_latter(unit) if unit else _UNKNOWN
        for unit in (change.left, change.right)
    ]
    old, new = (point or (None, None) for point in change.moved_points)
    return {
        "edge_id": str(change.edge),
        **_name_columns("left", sides[0]),
        **_name_columns("right", sides[1]),
        "change": change.kind.value,
        "from_lon": old[0],
        "from_lat": old[1],
        "to_lon": new[0],
        "to_lat": new[1],
        "distance_m": change.distance_m,
    }


def _draw_change(change: EdgeChange) -> BaseGeometry | None:
    points = [point for point in change.moved_points if point is not None]
    if not points:
        return change.line
    return shapely.Point(points[0]) if len(points) == 1 else shapely.LineString(points)


def _name_columns(side: str, unit: ComparedUnit) -> Row:
    return {f"{side}_code": unit.code, f"{side}_name": unit.name}

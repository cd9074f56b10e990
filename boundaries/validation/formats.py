"""A report written for programs and for offices: GeoJSON, GeoPackage, CSV, XLSX."""

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyogrio
import shapely
import xlsxwriter
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from boundaries.validation.report import Report
from boundaries.validation.telling import FIELDS, hole_row, row, summary
from gazetteer.problems import InvalidValue

MEDIA: Mapping[str, str] = {
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""The formats by their endings, with their media types."""

_TABLE = (*FIELDS, "x", "y")
_NUMBERS = frozenset({"measured", "limit", "area_m2", "x", "y"})
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def format_of(path: Path) -> str:
    """The format that the ending of a file name asks for.

    Raises:
        InvalidValue: it is none of :data:`MEDIA`.
    """
    ending = path.suffix.lower().removeprefix(".")
    ending = {"json": "geojson"}.get(ending, ending)
    if ending not in MEDIA:
        known = ", ".join(f".{name}" for name in MEDIA)
        raise InvalidValue(
            f"不能写“{path.name}”：结果文件的扩展名须为 {known}。",
            f"cannot write {path.name!r}: findings go to {known}",
            field="output",
        )
    return ending


def written(report: Report, path: Path, format_: str, lang: str) -> None:
    """Write a report to a file.

    Raises:
        OSError: it cannot be written.
    """
    if format_ == "geojson":
        path.write_bytes(geojson(report, lang))
    else:
        _WRITERS[format_](report, path, lang)


def geojson(
    report: Report, lang: str, beside: Mapping[str, Any] | None = None, *, indent: bool = False
) -> bytes:
    """The findings as a FeatureCollection with the member ``summary``; ``beside`` adds members.

    Coordinates are those of the layer, to the last bit: lon, lat of CGCS2000, or planar metres.
    """
    holes = [
        {**hole_row(hole, report.layer), "geometry": fragment(hole.shape)} for hole in report.holes
    ]
    content = {
        "type": "FeatureCollection",
        "summary": {**summary(report, lang), "open_holes": holes},
        "features": [
            {
                "type": "Feature",
                "id": finding.id,
                "geometry": fragment(finding.geometry),
                "properties": row(finding, report.layer, lang),
            }
            for finding in report.findings
        ],
        **(beside or {}),
    }
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 if indent else None)


def fragment(shape: BaseGeometry | None) -> orjson.Fragment | None:
    """A geometry as GeoJSON, ready to be put into more JSON."""
    return None if shape is None else orjson.Fragment(shapely.to_geojson(shape))


def _csv(report: Report, path: Path, lang: str) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:  # the mark is for spreadsheets
        writer = csv.writer(file)
        writer.writerow(_TABLE)
        for cells in _rows(report, lang):
            writer.writerow([_tame(cells[name]) for name in _TABLE])


def _xlsx(report: Report, path: Path, lang: str) -> None:
    with xlsxwriter.Workbook(path, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet("findings")
        _fill(sheet, _TABLE, _rows(report, lang), bold)
        holes = book.add_worksheet("open_holes")
        _fill(holes, ("features", "width_m", "area_m2", "x", "y"), _hole_rows(report), bold)
        about = book.add_worksheet("summary")
        for number, (name, value) in enumerate(_facts(report, lang)):
            about.write_string(number, 0, name, bold)
            about.write_string(number, 1, value)
        about.set_column(0, 0, 30)


def _fill(sheet: Any, names: tuple[str, ...], rows: list[dict[str, Any]], bold: Any) -> None:
    for column, name in enumerate(names):
        sheet.write_string(0, column, name, bold)
    for number, cells in enumerate(rows, 1):
        for column, name in enumerate(names):
            value = cells[name]
            if isinstance(value, float | int):
                sheet.write_number(number, column, value)
            elif value is not None:
                sheet.write_string(number, column, value)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(rows), 1), len(names) - 1)
    sheet.autofit(400)


def _facts(report: Report, lang: str) -> list[tuple[str, str]]:
    """The summary as lines."""
    facts = []
    for name, value in summary(report, lang).items():
        if isinstance(value, dict):
            facts += [(f"{name}.{key}", str(inner)) for key, inner in value.items()]
        elif isinstance(value, list):
            facts += [(name, each["message"]) for each in value]
        else:
            facts.append((name, "" if value is None else str(value)))
    return facts


def _rows(report: Report, lang: str) -> list[dict[str, Any]]:
    """The findings as cells; ``x`` and ``y`` are a point of the place."""
    rows = []
    for finding in report.findings:
        cells = row(finding, report.layer, lang)
        rows.append({**cells, "features": ", ".join(cells["features"]), **_at(finding.geometry)})
    return rows


def _hole_rows(report: Report) -> list[dict[str, Any]]:
    rows = []
    for hole in report.holes:
        cells = hole_row(hole, report.layer)
        rows.append({**cells, "features": ", ".join(cells["features"]), **_at(hole.shape)})
    return rows


def _at(shape: BaseGeometry | None) -> dict[str, float | None]:
    if shape is None or shape.is_empty:
        return {"x": None, "y": None}
    point = shape.point_on_surface()
    return {"x": point.x, "y": point.y}


def _tame(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula, made text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _gpkg(report: Report, path: Path, lang: str) -> None:
    crs = None if report.layer.planar else report.layer.crs
    shapes = [finding.geometry for finding in report.findings]
    path.unlink(missing_ok=True)
    _table(path, "findings", shapes, _rows(report, lang), _TABLE, "Unknown", crs)
    names = ("features", "width_m", "area_m2", "x", "y")
    holes = [hole.shape for hole in report.holes]
    _table(path, "open_holes", holes, _hole_rows(report), names, "Polygon", crs)


def _table(
    path: Path,
    name: str,
    shapes: Sequence[BaseGeometry | None],
    rows: list[dict[str, Any]],
    columns: tuple[str, ...],
    kind: str,
    crs: str | None,
) -> None:
    """Add a layer to a GeoPackage."""
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.array(shapes, dtype=object)),
        [_column([cells[column] for cells in rows], column) for column in columns],
        columns,
        layer=name,
        driver="GPKG",
        geometry_type=kind,
        crs=crs or 'LOCAL_CS["planar",UNIT["metre",1]]',
        append=path.exists(),
    )


def _column(values: list[Any], name: str) -> NDArray[Any]:
    if name in _NUMBERS or name == "width_m":
        return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    return np.array(values, dtype=object)


_WRITERS: Mapping[str, Callable[[Report, Path, str], None]] = {
    "csv": _csv,
    "gpkg": _gpkg,
    "xlsx": _xlsx,
}

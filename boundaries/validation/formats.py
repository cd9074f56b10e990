"""A report written for programs and for offices: GeoJSON, GeoPackage, CSV, XLSX."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.layers.table import Table
from boundaries.layers.write import MIME_TYPES, Format, write_table
from boundaries.rules.finding import Finding
from boundaries.validation.proposing import Proposed
from boundaries.validation.report import Report
from boundaries.validation.telling import FIELDS, hole_finding, hole_row, row, summary
from boundaries.validation.telling_proposals import proposal_row, sentence
from gazetteer.problems import InvalidValue

MEDIA: Mapping[str, str] = {
    kind.value: MIME_TYPES[kind]
    for kind in (Format.GEOJSON, Format.GEOPACKAGE, Format.CSV, Format.XLSX)
}
"""The formats by their endings, with their media types. A Shapefile cannot hold findings: it cuts
texts to 254 bytes and mixes no geometries."""


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


def written(
    report: Report, path: Path, format_: str, lang: str, proposed: Proposed | None = None
) -> None:
    """Write a report to a file.

    Tables have a row for each finding, and one for each hole left open (kind ``open_hole``); with
    ``proposed`` also a column that tells the proposals in words, one a line.

    Raises:
        InvalidValue: more rows than a sheet has.
        OSError: it cannot be written.
    """
    if format_ == "geojson":
        path.write_bytes(geojson(report, lang, proposed=proposed))
        return
    found = [*report.findings, *(hole_finding(hole, report) for hole in report.holes)]
    rows = [row(finding, report.layer, lang) for finding in found]
    for cells in rows:
        cells["features"] = ", ".join(cells["features"])
    columns = {name: [cells[name] for cells in rows] for name in FIELDS}
    if proposed is not None:
        names = report.layer.names
        columns["proposals"] = [
            "\n".join(sentence(p, names, lang) for p in proposed.of.get(finding.id, ())) or None
            for finding in found
        ]
    places = np.array([finding.geometry for finding in found], dtype=object)
    table = Table("findings", places, columns, report.layer.crs)
    write_table(path, table, format=format_)


def geojson(
    report: Report,
    lang: str,
    beside: Mapping[str, Any] | None = None,
    *,
    proposed: Proposed | None = None,
    indent: bool = False,
) -> bytes:
    """The findings as a FeatureCollection with the member ``summary``; ``beside`` adds members.

    With ``proposed``, each finding for which proposals were looked for has them as a property,
    and the summary tells how many findings were, and how many were left.

    Coordinates are those of the layer, to the last bit: lon, lat of CGCS2000, or planar metres.
    """
    holes = [
        {**hole_row(hole, report.layer), "geometry": fragment(hole.shape)} for hole in report.holes
    ]
    told: dict[str, Any] = {**summary(report, lang), "open_holes": holes}
    if proposed is not None:
        told["proposals"] = {"findings": len(proposed.of), "left": proposed.left}
    content = {
        "type": "FeatureCollection",
        "summary": told,
        "features": [
            {
                "type": "Feature",
                "id": finding.id,
                "geometry": fragment(finding.geometry),
                "properties": _properties(finding, report, lang, proposed),
            }
            for finding in report.findings
        ],
        **(beside or {}),
    }
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 if indent else None)


def _properties(
    finding: Finding, report: Report, lang: str, proposed: Proposed | None
) -> dict[str, Any]:
    told = row(finding, report.layer, lang)
    if proposed is not None and finding.id in proposed.of:
        names = report.layer.names
        told["proposals"] = [proposal_row(p, names, lang) for p in proposed.of[finding.id]]
    return told


def fragment(shape: BaseGeometry | None) -> orjson.Fragment | None:
    """A geometry as GeoJSON, ready to be put into more JSON."""
    return None if shape is None else orjson.Fragment(shapely.to_geojson(shape))

"""Reports as files for programs and offices: GeoJSON, GeoPackage, CSV, XLSX."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.layers.layer_writer import MIME_TYPES, LayerFormat, write_table
from boundaries.layers.output_table import OutputTable
from boundaries.layers.whole_files import replace_when_complete
from boundaries.rules.common.spatial_finding import SpatialFinding
from boundaries.validation.proposal_rows import format_proposal, serialize_proposal
from boundaries.validation.repair_proposals import ProposalSet
from boundaries.validation.report_rows import (
    FIELDS,
    build_hole_finding,
    serialize_finding,
    serialize_hole,
    serialize_summary,
)
from boundaries.validation.validation_report import ValidationReport
from gazetteer.messages import AnyOf, Lang, message
from gazetteer.problems import InvalidValue

REPORT_MIME_TYPES: Mapping[str, str] = {
    kind.value: MIME_TYPES[kind]
    for kind in (LayerFormat.GEOJSON, LayerFormat.GEOPACKAGE, LayerFormat.CSV, LayerFormat.XLSX)
}
"""The formats by their suffixes, with their media types. A Shapefile cannot hold findings: it
truncates texts to 254 bytes and does not mix types of geometries."""


def detect_report_format(path: Path) -> str:
    """The format that belongs to the suffix of a file name.

    Raises:
        InvalidValue: It is none of :data:`REPORT_MIME_TYPES`.
    """
    ending = path.suffix.lower().removeprefix(".")
    ending = {"json": "geojson"}.get(ending, ending)
    if ending not in REPORT_MIME_TYPES:
        suffixes = AnyOf([f".{name}" for name in REPORT_MIME_TYPES])
        detail = message("validation.output_suffix", file=path.name, suffixes=suffixes)
        raise InvalidValue(detail, field="output")
    return ending


def write_report(
    report: ValidationReport,
    path: Path,
    format_: str,
    lang: Lang,
    proposal_set: ProposalSet | None = None,
) -> None:
    """Write a report to a file.

    Tables have a row for each finding, and one for each hole that is not treated as a gap (kind
    ``open_hole``); with ``proposal_set`` also a column of proposals in words, one a line.

    Raises:
        InvalidValue: More rows than a sheet has.
        OSError: It cannot be written.
    """
    if format_ == "geojson":
        with replace_when_complete(path, "findings.geojson") as part:
            part.write_bytes(encode_geojson(report, lang, proposal_set=proposal_set))
        return
    findings = [*report.findings, *(build_hole_finding(hole, report) for hole in report.holes)]
    rows = [serialize_finding(finding, report.layer, lang) for finding in findings]
    for cells in rows:
        cells["features"] = ", ".join(cells["features"])
    columns = {name: [cells[name] for cells in rows] for name in FIELDS}
    if proposal_set is not None:
        names = report.layer.names
        columns["proposals"] = [
            "\n".join(
                format_proposal(proposal, names, lang)
                for proposal in proposal_set.by_finding.get(finding.id, ())
            )
            or None
            for finding in findings
        ]
    places = np.array([finding.geometry for finding in findings], dtype=object)
    table = OutputTable("findings", places, columns, report.layer.crs)
    write_table(path, table, format=format_)


def encode_geojson(
    report: ValidationReport,
    lang: Lang,
    extra_members: Mapping[str, Any] | None = None,
    *,
    proposal_set: ProposalSet | None = None,
    indent: bool = False,
) -> bytes:
    """The findings as a FeatureCollection with the members ``summary`` and ``extra_members``.

    With ``proposal_set``, the findings that were processed have their proposals as a property,
    and the summary counts them and those that were skipped.

    Coordinates are those of the layer, to the last bit: lon, lat of CGCS2000, or planar metres.
    """
    holes = [
        {**serialize_hole(hole, report.layer), "geometry": encode_geometry(hole.shape)}
        for hole in report.holes
    ]
    report_summary: dict[str, Any] = {**serialize_summary(report, lang), "open_holes": holes}
    if proposal_set is not None:
        report_summary["proposals"] = {
            "findings": len(proposal_set.by_finding),
            "left": proposal_set.skipped_count,
        }
    content = {
        "type": "FeatureCollection",
        "summary": report_summary,
        "features": [
            {
                "type": "Feature",
                "id": finding.id,
                "geometry": encode_geometry(finding.geometry),
                "properties": _serialize_properties(finding, report, lang, proposal_set),
            }
            for finding in report.findings
        ],
        **(extra_members or {}),
    }
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 if indent else None)


def _serialize_properties(
    finding: SpatialFinding, report: ValidationReport, lang: Lang, proposal_set: ProposalSet | None
) -> dict[str, Any]:
    properties = serialize_finding(finding, report.layer, lang)
    if proposal_set is not None and finding.id in proposal_set.by_finding:
        names = report.layer.names
        properties["proposals"] = [
            serialize_proposal(p, names, lang) for p in proposal_set.by_finding[finding.id]
        ]
    return properties


def encode_geometry(shape: BaseGeometry | None) -> orjson.Fragment | None:
    """A geometry as GeoJSON, to be embedded in other JSON."""
    return None if shape is None else orjson.Fragment(shapely.to_geojson(shape))

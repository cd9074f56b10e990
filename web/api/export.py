"""Areas, borders, places and the list of units as a file: ``/v1/export``."""

from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from flask import Response
from pydantic import Field

from boundaries.exports.export_presentation import present_export
from boundaries.exports.export_query import ExportRequest
from boundaries.exports.export_tables import ExportKind, export_table
from boundaries.layers.layer_writer import MIME_TYPES, LayerFormat, write_table
from gazetteer.ledger.as_of import AsOf, resolve_known_at
from gazetteer.messages import Lang
from web.http import rate_limits
from web.http.app_settings import current_settings
from web.http.as_of_params import AsOfParams, Code
from web.http.connections import connection
from web.http.endpoints import Api
from web.http.etags import derive_etag, respond_unless_current
from web.http.file_ranges import send_file_ranges
from web.http.heavy_requests import limited_slot
from web.http.language import request_language
from web.services.export_files import open_export_file
from web.uploads.layer_responses import GEOJSON, LayerModel

api = Api()

_MB = 1 << 20


class ExportQuery(AsOfParams):
    """The data to export, the units, and the format."""

    what: ExportKind = Field(
        ExportKind.DIVISIONS,
        description="Content: `divisions` (areas; default), `edges` or `nodes` of the boundary"
        " network, `lines` (the whole line between each pair of units), `places` (names with their"
        " positions) or `units` (the list of divisions with all units above each, without areas)",
    )
    level: str | None = Field(
        None,
        description="Level of the units or places; default: `county` for `divisions` and `lines`,"
        " otherwise all levels",
        examples=["county"],
    )
    within: Code | None = Field(
        None, description="Division code of the unit to which the export is restricted"
    )
    format: LayerFormat = Field(
        LayerFormat.GEOPACKAGE,
        description="File format: `gpkg` (GeoPackage; default), `shp` (ZIP with the parts of a"
        " Shapefile), `geojson`, `json` (an array of the rows without geometries), `csv` or `xlsx`",
    )
    crs: str = Field(
        "4490",
        description="EPSG code of a coordinate reference system on the datum of CGCS2000 or WGS 84,"
        " such as 4490 (default), 4326, 4546, 4547 or 4548. In every format x is east and"
        " y is north.",
    )
    encoding: Literal["utf-8", "gbk"] = Field(
        "utf-8", description="Encoding of the attributes of a Shapefile: `utf-8` (default) or `gbk`"
    )


@api.get(
    "/v1/export",
    LayerModel,
    media=GEOJSON,
    alternative_media=tuple(
        MIME_TYPES[kind] for kind in LayerFormat if kind is not LayerFormat.GEOJSON
    ),
    has_ranges=True,
)
def download_export(query: ExportQuery) -> Response:
    """Export areas, boundaries, places or the list of divisions as of a date to a file.

    Coordinates are written with full precision. An export that exceeds the size limit of the
    service is refused (413): restrict it with `within`, or run the command `gazetteer export`,
    which has no limit. The file of a state is the same whenever it is requested, and may be read in
    parts (`Range`): GDAL and QGIS open it by its address with `/vsicurl/` in front.
    """
    lang = request_language()
    with connection() as conn:
        known_at = resolve_known_at(conn, query.to_as_of())
    as_of = replace(query.to_as_of(), known_at=known_at)
    described = query.model_dump(exclude=set(AsOfParams.model_fields))
    etag = derive_etag(version("gazetteer"), described, as_of, lang)
    response = respond_unless_current(etag, lambda: _send_export(query, as_of, lang, etag))
    response.vary.update(("Accept-Language", "Cookie"))
    return response


def _send_export(query: ExportQuery, as_of: AsOf, lang: Lang, etag: str) -> Response:
    settings = current_settings()
    request = ExportRequest(
        as_of, query.level, query.within, most_bytes=int(settings.export_limit_mb * _MB)
    )

    def write_export(path: Path) -> None:
        rate_limits.count_action("export")
        with limited_slot(settings):
            with connection() as conn:
                table = export_table(conn, query.what, request)
            table = present_export(table, query.what, lang)
            write_table(path, table, crs=query.crs, format=query.format, encoding=query.encoding)

    file = open_export_file(settings, etag, write_export)
    response = send_file_ranges(file, MIME_TYPES[query.format], etag)
    ending = "zip" if query.format is LayerFormat.SHAPEFILE else query.format.value
    parts = [query.what.value, query.level, query.within, as_of.at.isoformat()]
    name = "-".join(part for part in parts if part)
    response.headers["Content-Disposition"] = f"attachment; filename={name}.{ending}"
    return response

"""Areas, borders and places as a file of the format asked for: ``/v1/export``."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from flask import Response, current_app, send_file
from pydantic import Field

from boundaries.exports.export_query import ExportRequest
from boundaries.exports.export_tables import ExportKind, export_table
from boundaries.layers.layer_writer import MIME_TYPES, LayerFormat, write_table
from gazetteer.settings import Settings
from web.http import rate_limits
from web.http.as_of_params import AsOfParams, Code
from web.http.connections import connection
from web.http.endpoints import Api
from web.http.heavy_requests import limited_slot
from web.uploads.layer_responses import GEOJSON, LayerModel

api = Api()

_MB = 1 << 20


class ExportQuery(AsOfParams):
    """What to write, of which units, and how."""

    what: ExportKind = Field(
        ExportKind.DIVISIONS,
        description="`divisions`: areas; `edges` and `nodes` of the boundary network; `lines`: the"
        " whole line between each two units; `places`: names with their positions",
    )
    level: str | None = Field(
        None,
        description="Of which level. Default: county for divisions and lines, else every one",
        examples=["county"],
    )
    within: Code | None = Field(None, description="Only what belongs to the unit with this code")
    format: LayerFormat = Field(
        LayerFormat.GEOPACKAGE, description="`shp` is a ZIP of the Shapefile's parts"
    )
    crs: str = Field(
        "4490",
        description="EPSG code on the datum of CGCS2000 or WGS 84: 4490, 4326, 4546, 4547, 4548…"
        " x is east in every format",
    )
    encoding: Literal["utf-8", "gbk"] = Field("utf-8", description="Of a Shapefile's attributes")


@api.get(
    "/v1/export",
    LayerModel,
    media=GEOJSON,
    alternative_media=tuple(
        MIME_TYPES[kind] for kind in LayerFormat if kind is not LayerFormat.GEOJSON
    ),
)
def download_export(query: ExportQuery) -> Response:
    """Areas, borders or places as of a date, as a file for other programs.

    Coordinates are written with all their digits. More than the service gives at once is refused
    (413): ask for less by `within`, or run `gazetteer export`, which has no such limit.
    """
    settings: Settings = current_app.config["GAZETTEER"]
    rate_limits.count_action("export")
    max_bytes = int(settings.export_limit_mb * _MB)
    export_query = ExportRequest(query.to_as_of(), query.level, query.within, max_bytes)
    with limited_slot(settings), TemporaryDirectory(prefix="export-") as folder:
        with connection() as conn:
            table = export_table(conn, query.what, export_query)
        path = Path(folder, "export")
        write_table(path, table, crs=query.crs, format=query.format, encoding=query.encoding)
        file = path.open("rb")  # goes on being there for the answer when its folder is gone
    response = send_file(file, mimetype=MIME_TYPES[query.format], etag=False)
    ending = "zip" if query.format is LayerFormat.SHAPEFILE else query.format.value
    parts = [query.what.value, query.level, query.within, export_query.as_of.at.isoformat()]
    name = "-".join(part for part in parts if part)
    response.headers["Content-Disposition"] = f"attachment; filename={name}.{ending}"
    return response

"""``gazetteer export``: what the register holds, as a file for other programs."""

from datetime import datetime
from pathlib import Path

import click
import psycopg

from boundaries.exports.export_query import ExportRequest
from boundaries.exports.export_tables import ExportKind, export_table
from boundaries.layers.layer_writer import ENCODINGS, LayerFormat, detect_layer_format, write_table
from gazetteer.database.connection_info import register_database
from gazetteer.ledger.as_of import AsOf, today
from gazetteer.records.levels import LEVELS
from gazetteer.settings import get_settings
from web.commands.progress import show_progress

_NOUN_OF_WHAT = {ExportKind.DIVISIONS: "areas"}


@click.command()
@click.option(
    "--what",
    type=click.Choice([what.value for what in ExportKind]),
    default=ExportKind.DIVISIONS.value,
    help="Areas of units; edges or nodes of the boundary network; the whole line between each two"
    " units; or places with their names.",
)
@click.option(
    "--level",
    type=click.Choice(LEVELS),
    help="Of which level; else county for divisions and lines, and every level for the others.",
)
@click.option("--within", metavar="CODE", help="Only what belongs to the unit with this code.")
@click.option("--at", type=click.DateTime(["%Y-%m-%d"]), help="In force on this day; else today.")
@click.option("--known-at", type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z"]), help="As known then.")
@click.option("--crs", default="4490", help="EPSG code: 4490, 4326, 4546, 4547, 4548 and others.")
@click.option(
    "--format", "format_", type=click.Choice(list(LayerFormat)), help="Else by the ending."
)
@click.option("--encoding", type=click.Choice(ENCODINGS), default="utf-8", help="Of a Shapefile.")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="The file: .gpkg, .zip (Shapefile), .geojson, .csv or .xlsx.",
)
def export_command(
    what: str,
    level: str | None,
    within: str | None,
    at: datetime | None,
    known_at: datetime | None,
    crs: str,
    format_: str | None,
    encoding: str,
    output: Path,
) -> None:
    """Write areas, borders or places, as of a date, with codes and names.

    Units without a known area on that day are left out; how many were written is said.
    """
    detect_layer_format(output, format_)  # a wrong ending is told before the database is read
    as_of = AsOf(at.date() if at else today(), known_at)
    with (
        register_database(get_settings()) as conninfo,
        psycopg.connect(conninfo, autocommit=True) as conn,
        show_progress() as report_progress,
    ):
        table = export_table(
            conn, ExportKind(what), ExportRequest(as_of, level, within, progress=report_progress)
        )
    try:
        losses = write_table(output, table, crs=crs, format=format_, encoding=encoding)
    except OSError as error:
        raise click.FileError(str(output), error.strerror) from None
    for loss in losses:
        click.echo(loss.en, err=True)
    noun = _NOUN_OF_WHAT.get(ExportKind(what), what)
    click.echo(f"{len(table.geometries):,} {noun}: {output}")

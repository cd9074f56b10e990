"""``gazetteer export``: what the register holds, as a file for other programs."""

from datetime import datetime
from pathlib import Path

import click
import psycopg

from boundaries.areas.export import divisions
from boundaries.layers.write import ENCODINGS, Format, format_of, write_table
from gazetteer.database.register import register_database
from gazetteer.ledger.asof import AsOf, today
from gazetteer.records.levels import UNIT_LEVELS
from gazetteer.settings import settings
from web.commands.progress import progress


@click.command()
@click.option(
    "--what",
    type=click.Choice(["divisions"]),
    default="divisions",
    expose_value=False,  # the only thing so far; named, so that scripts go on working with more
    help="What to write.",
)
@click.option(
    "--level", type=click.Choice(UNIT_LEVELS), default="county", help="Units of which level."
)
@click.option("--within", metavar="CODE", help="Only units beneath the one with this code.")
@click.option("--at", type=click.DateTime(["%Y-%m-%d"]), help="In force on this day; else today.")
@click.option("--known-at", type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z"]), help="As known then.")
@click.option("--crs", default="4490", help="EPSG code: 4490, 4326, 4546, 4547, 4548 and others.")
@click.option("--format", "format_", type=click.Choice(list(Format)), help="Else by the ending.")
@click.option("--encoding", type=click.Choice(ENCODINGS), default="utf-8", help="Of a Shapefile.")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="The file: .gpkg, .zip (Shapefile), .geojson, .csv or .xlsx.",
)
def export(
    level: str,
    within: str | None,
    at: datetime | None,
    known_at: datetime | None,
    crs: str,
    format_: str | None,
    encoding: str,
    output: Path,
) -> None:
    """Write the areas of all units of a level, as of a date, with codes and names.

    Units without a known area on that day are left out; how many were written is said.
    """
    format_of(output, format_)  # a wrong ending is told before the database is read
    as_of = AsOf(at.date() if at else today(), known_at)
    with (
        register_database(settings()) as conninfo,
        psycopg.connect(conninfo, autocommit=True) as conn,
        progress() as tell,
    ):
        table = divisions(conn, level, as_of, within=within, progress=tell)
    try:
        losses = write_table(output, table, crs=crs, format=format_, encoding=encoding)
    except OSError as error:
        raise click.FileError(str(output), error.strerror) from None
    for loss in losses:
        click.echo(loss.en, err=True)
    click.echo(f"{len(table.geometries):,} areas: {output}")

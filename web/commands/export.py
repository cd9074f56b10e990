"""``gazetteer export``: areas, borders, places and the list of units for other programs."""

from datetime import datetime
from pathlib import Path

import click

from boundaries.exports.export_presentation import present_export
from boundaries.exports.export_query import ExportRequest
from boundaries.exports.export_tables import ExportKind, export_table
from boundaries.layers.layer_writer import ENCODINGS, LayerFormat, detect_layer_format, write_table
from gazetteer.ledger.as_of import AsOf, Basis, today
from gazetteer.records.levels import LEVELS
from web.commands.progress_display import show_progress
from web.commands.register_connection import open_register
from web.commands.terminal_language import (
    CommandFailed,
    command_language,
    echo_message,
    terminal_text,
)


@click.command()
@click.option(
    "--what",
    type=click.Choice([what.value for what in ExportKind]),
    default=ExportKind.DIVISIONS.value,
    help="Areas of units; edges or nodes of the boundary network; the whole line between each two"
    " units; places with their names; or the list of units, with or without known areas.",
)
@click.option(
    "--level",
    type=click.Choice(LEVELS),
    help="Level of the units; default: county for divisions and lines, all levels for the others.",
)
@click.option(
    "--within", metavar="CODE", help="Only the unit with this code and what belongs to it."
)
@click.option(
    "--at", type=click.DateTime(["%Y-%m-%d"]), help="In force on this day; default: today."
)
@click.option(
    "--known-at",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z"]),
    help="As known at this moment; default: now.",
)
@click.option(
    "--basis",
    type=click.Choice([basis.value for basis in Basis]),
    default=Basis.EFFECTIVE.value,
    help="Date of a legal act from which a change counts.",
)
@click.option("--crs", default="4490", help="EPSG code: 4490, 4326, 4546, 4547, 4548 and others.")
@click.option(
    "--format",
    "format_",
    type=click.Choice([kind.value for kind in LayerFormat]),
    help="Default: by the ending of the file.",
)
@click.option(
    "--encoding",
    type=click.Choice(ENCODINGS),
    default="utf-8",
    help="Encoding of a Shapefile's attributes.",
)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="The file: .gpkg, .zip (Shapefile), .geojson, .csv or .xlsx; any with --format json.",
)
def export_command(
    what: str,
    level: str | None,
    within: str | None,
    at: datetime | None,
    known_at: datetime | None,
    basis: str,
    crs: str,
    format_: str | None,
    encoding: str,
    output: Path,
) -> None:
    """Write areas, borders, places or the list of units, as of a date, with codes and names.

    Units without a known area on that day are left out of the areas, never of the list; the number
    written is printed.
    """
    detect_layer_format(output, format_)  # fails before the database is read
    as_of = AsOf(at.date() if at else today(), known_at, Basis(basis))
    with open_register() as conn, show_progress() as report_progress:
        table = export_table(
            conn, ExportKind(what), ExportRequest(as_of, level, within, progress=report_progress)
        )
    try:
        presented = present_export(table, ExportKind(what), command_language())
        losses = write_table(output, presented, crs=crs, format=format_, encoding=encoding)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CommandFailed(terminal_text("cli.cannot_write", path=output, reason=reason)) from None
    for loss in losses:
        click.echo(loss.text(command_language()), err=True)
    echo_message(f"cli.export.{what}", n=len(table.geometries), path=output)

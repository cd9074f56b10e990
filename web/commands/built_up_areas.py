"""``gazetteer naming built-up-areas``: in which streets and buildings have names of their own."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click
import shapely

from boundaries.layers.layer_reader import read_layer
from boundaries.layers.polygon_layer import Layer
from gazetteer.naming.built_up_areas import BuiltUpArea, replace_built_up_areas
from web.commands.input_files import input_file_argument
from web.commands.register_connection import label_operator, open_register
from web.commands.terminal_language import echo_message, language_option, terminal_text


@click.command()
@input_file_argument()
@click.option("--source", required=True, help="Who drew the areas, and when.")
@click.option(
    "--from", "since", type=click.DateTime(["%Y-%m-%d"]), help="First day; else they always hold."
)
@click.option("--layer", help="One of several layers.")
@click.option("--crs", help="EPSG code, for files that declare none.")
@language_option
def built_up_areas_command(
    file: Path, source: str, since: datetime | None, layer: str | None, crs: str | None
) -> None:
    """Load the built-up areas of FILE, in the place of those from the same source.

    Any polygon layer that `gazetteer validate` reads; names are taken from its column of names.
    """
    areas = read_layer(file, layer=layer, crs=crs)
    _check_areas(areas)
    with open_register() as conn:
        count = replace_built_up_areas(
            conn,
            _iter_areas(areas),
            source,
            since.date() if since else None,
            label_operator("operator"),
        )
    echo_message("cli.naming.areas_loaded", n=count)


def _check_areas(layer: Layer) -> None:
    """Refuse polygons that no point can be compared with.

    Raises:
        UsageError: a polygon is missing or not valid; names it.
    """
    for name, geometry in zip(_iter_names(layer), layer.geometries, strict=True):
        if geometry is None or not geometry.is_valid:
            raise click.UsageError(terminal_text("cli.naming.area_invalid", name=name))


def _iter_names(layer: Layer) -> Iterator[str]:
    """What stands in the column of names; where nothing does, what the feature is called by."""
    column = layer.columns.get("name")
    for name, attributes in zip(layer.names, layer.attributes, strict=True):
        yield str(attributes[column]) if column and attributes[column] else str(name)


def _iter_areas(layer: Layer) -> Iterator[BuiltUpArea]:
    for name, geometry in zip(_iter_names(layer), layer.geometries, strict=True):
        parts = geometry.geoms if geometry.geom_type == "MultiPolygon" else [geometry]
        area = shapely.set_srid(shapely.MultiPolygon(list(parts)), 4490)
        yield BuiltUpArea(name, shapely.to_wkb(area, hex=True, include_srid=True))

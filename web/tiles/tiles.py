"""Vector tiles over HTTP, cacheable: the head of the ledger is part of their entity tags."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from flask import Response, request
from psycopg import Connection
from pydantic import Field

from boundaries.areas import vector_tiles
from boundaries.areas.vector_tiles import Tile
from gazetteer.ledger.as_of import AsOf, resolve_known_at
from web.http import etags
from web.http.as_of_params import AsOfParams
from web.http.connections import lookup_connection
from web.http.endpoints import Api

api = Api()

MVT = "application/vnd.mapbox-vector-tile"
TILE_VERSION = "1"
"""To be raised with every change of what a tile of the same state contains."""

TileZoom = Annotated[int, Field(description="Zoom level, 0 to 22")]
TileColumn = Annotated[int, Field(description="Tile column, counted from the west")]
TileRow = Annotated[int, Field(description="Tile row, counted from the north")]
TileLoader = Callable[[Connection[Any], Tile, AsOf], tuple[int, bytes]]
_LOADERS: Mapping[str, TileLoader] = {
    "divisions": vector_tiles.load_division_tile,
    "places": vector_tiles.load_place_tile,
}


@api.get(
    "/tiles/divisions/<z>/<x>/<y>.mvt", MVT, empty_description="The tile is empty", conditional=True
)
def get_division_tile(z: TileZoom, x: TileColumn, y: TileRow, query: AsOfParams) -> Response:
    """Get a vector tile with the areas of the units in force.

    The layers are `province`, `prefecture` and `county` (polygons), and `label` (points). Their
    properties are `unit_id`, `code`, `name`, `romanized_name` and `level`. The tiling scheme is XYZ
    in Web Mercator; an empty tile returns 204.
    """
    return answer_tile("divisions", Tile(z, x, y), query.to_as_of())


@api.get(
    "/tiles/places/<z>/<x>/<y>.mvt", MVT, empty_description="The tile is empty", conditional=True
)
def get_place_tile(z: TileZoom, x: TileColumn, y: TileRow, query: AsOfParams) -> Response:
    """Get a vector tile with the places in force.

    The layer is `places`; below zoom 14 it contains a selection of the places. The properties are
    `place_id`, `name`, `level`, `legal_class` and `class_code`. The tiling scheme is XYZ in Web
    Mercator; an empty tile returns 204.
    """
    return answer_tile("places", Tile(z, x, y), query.to_as_of())


def answer_tile(layer: str, tile: Tile, as_of: AsOf) -> Response:
    """A tile of ``divisions`` or ``places`` at a moment; 204 if it is empty.

    Raises:
        InvalidValue: there is no such tile.
    """
    load_tile = _LOADERS[layer]
    with lookup_connection() as conn:
        if as_of.known_at is not None:
            resolve_known_at(conn, as_of)
        if request.if_none_match:
            tag = _compute_etag(layer, tile, as_of, vector_tiles.load_ledger_head(conn))
            if etags.has_current(tag):
                return _make_cacheable(Response(status=304), tag)
        seq, content = load_tile(conn, tile, as_of)
    status = 200 if content else 204
    return _make_cacheable(
        Response(content, status, mimetype=MVT), _compute_etag(layer, tile, as_of, seq)
    )


def _compute_etag(layer: str, tile: Tile, as_of: AsOf, seq: int) -> str:
    """The tag of a tile in a state of the register at a moment: the same tag, the same bytes."""
    return etags.derive_etag(TILE_VERSION, layer, tile, as_of, seq)


def _make_cacheable(response: Response, tag: str) -> Response:
    response.headers["Cache-Control"] = "public, max-age=60"
    return etags.tag_response(response, tag)

"""Vector tiles over HTTP: cacheable, and told apart by the head of the ledger."""

from collections.abc import Callable
from hashlib import sha256
from typing import Annotated, Any

from flask import Response, request
from psycopg import Connection
from pydantic import Field

from boundaries.areas import vector_tiles
from boundaries.areas.vector_tiles import Tile
from gazetteer.ledger.as_of import AsOf, resolve_known_at
from web.http.as_of_params import AsOfParams
from web.http.connections import connection
from web.http.endpoints import Api

api = Api()

MVT = "application/vnd.mapbox-vector-tile"
TILE_VERSION = "1"
"""Raise it with every change of what a tile of the same state contains."""

TileZoom = Annotated[int, Field(description="Zoom, 0 to 22")]
TileColumn = Annotated[int, Field(description="Column, counted from the west")]
TileRow = Annotated[int, Field(description="Row, counted from the north")]
TileLoader = Callable[[Connection[Any], Tile, AsOf], tuple[int, bytes]]


@api.get("/tiles/divisions/<z>/<x>/<y>.mvt", MVT, empty_description="Nothing lies there")
def get_division_tile(z: TileZoom, x: TileColumn, y: TileRow, query: AsOfParams) -> Response:
    """Areas of units in force: layers `province`, `prefecture`, `county`, and `label` (points).

    Properties: `unit_id`, `code`, `name`, `romanized_name`, `level`. An empty tile is 204.
    """
    return _build_tile_response(
        "divisions", vector_tiles.load_division_tile, Tile(z, x, y), query.to_as_of()
    )


@api.get("/tiles/places/<z>/<x>/<y>.mvt", MVT, empty_description="Nothing lies there")
def get_place_tile(z: TileZoom, x: TileColumn, y: TileRow, query: AsOfParams) -> Response:
    """Places in force: layer `places`, thinned below zoom 14. An empty tile is 204.

    Properties: `place_id`, `name`, `level`, `legal_class`, `class_code`.
    """
    return _build_tile_response(
        "places", vector_tiles.load_place_tile, Tile(z, x, y), query.to_as_of()
    )


def _build_tile_response(layer: str, load_tile: TileLoader, tile: Tile, as_of: AsOf) -> Response:
    with connection() as conn:
        if as_of.known_at is not None:
            resolve_known_at(conn, as_of)
        if request.if_none_match:
            tag = _compute_etag(layer, tile, as_of, vector_tiles.load_ledger_head(conn))
            if request.if_none_match.contains(tag):
                return _make_cacheable(Response(status=304), tag)
        seq, content = load_tile(conn, tile, as_of)
    status = 200 if content else 204
    return _make_cacheable(
        Response(content, status, mimetype=MVT), _compute_etag(layer, tile, as_of, seq)
    )


def _compute_etag(layer: str, tile: Tile, as_of: AsOf, seq: int) -> str:
    """The tile of one state of the register at one moment: the same tag, the same bytes."""
    return sha256(repr((TILE_VERSION, layer, tile, as_of, seq)).encode()).hexdigest()[:32]


def _make_cacheable(response: Response, tag: str) -> Response:
    response.set_etag(tag)
    response.headers["Cache-Control"] = "public, max-age=60"
    return response

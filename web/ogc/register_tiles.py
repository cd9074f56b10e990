"""The map as OGC API - Tiles: ``/ogc/collections/{id}/tiles``, with its tiling scheme and style."""

from typing import Annotated, Literal

from flask import Response
from pydantic import Field

from boundaries.areas.vector_tiles import Tile
from boundaries.features.collection_extent import load_extent
from boundaries.features.register_collections import COLLECTIONS
from gazetteer.ledger.as_of import AsOf, Basis
from gazetteer.messages import AnyOf, message
from gazetteer.problems import NotFound
from web.http.as_of_params import ActDate, KnownAt
from web.http.connections import snapshot_connection
from web.http.endpoints import Api, Parameters, json_response
from web.ogc import tile_documents as documents
from web.ogc.feature_views import build_register_view
from web.ogc.items_query import InstantText, Language, read_instant_day
from web.ogc.links import JSON
from web.ogc.register_features import CollectionId
from web.ogc.tile_documents import LAYER_FIELDS, MAPBOX_STYLE, MVT, STYLE, TILE_MATRIX_SET
from web.tiles.tiles import answer_tile

api = Api()
_TILES = "/ogc/collections/<collection>/tiles"
TileMatrixSetId = Annotated[str, Field(max_length=100, description="Id of the tiling scheme")]
StyleId = Annotated[str, Field(max_length=100, description="Id of the style")]
TileMatrix = Annotated[int, Field(description="Zoom level, 0 to 22")]
TileRowNumber = Annotated[int, Field(description="Tile row, counted from the north")]
TileColumnNumber = Annotated[int, Field(description="Tile column, counted from the west")]


class TileSetQuery(Parameters):
    """How a tile set is described, and of which day."""

    f: Literal["json", "tilejson"] = Field("json", description="`json` (default) or `tilejson`")
    datetime: InstantText = None
    lang: Language = None


class TileQuery(Parameters):
    """Of which day a tile is."""

    datetime: InstantText = None
    known_at: KnownAt = None
    basis: ActDate = Basis.EFFECTIVE


class LanguageQuery(Parameters):
    """In which language titles are."""

    lang: Language = None


@api.get("/ogc/tileMatrixSets", JSON)
def list_tile_matrix_sets(query: LanguageQuery) -> Response:  # noqa: ARG001
    """List the tiling schemes of the map: WebMercatorQuad."""
    return json_response(documents.list_tile_matrix_sets(build_register_view()))


@api.get("/ogc/tileMatrixSets/<scheme>", JSON)
def get_tile_matrix_set(scheme: TileMatrixSetId, query: LanguageQuery) -> Response:  # noqa: ARG001
    """Get the definition of a tiling scheme."""
    _check_scheme(scheme)
    return json_response(documents.build_tile_matrix_set(build_register_view()))


@api.get(_TILES, JSON)
def list_tile_sets(collection: CollectionId, query: LanguageQuery) -> Response:  # noqa: ARG001
    """List the tile sets of a collection: `divisions` and `places` have one."""
    _check_tiled(collection)
    return json_response(documents.list_tile_sets(build_register_view(), collection))


@api.get(f"{_TILES}/<scheme>", JSON)
def get_tile_set(
    collection: CollectionId, scheme: TileMatrixSetId, query: TileSetQuery
) -> Response:
    """Get the metadata of a tile set: its layers, and the template of the addresses of its tiles.

    With `f=tilejson` as TileJSON. Of a `datetime` that is given here, the tiles are as well.
    """
    _check_tiled(collection)
    _check_scheme(scheme)
    read_instant_day(query.datetime)
    with snapshot_connection() as conn:
        extent = load_extent(conn, COLLECTIONS[collection])
    view = build_register_view()
    is_json = query.f == "json"
    build = documents.build_tile_set if is_json else documents.build_tile_json
    return json_response(build(view, collection, extent))


@api.get(
    f"{_TILES}/<scheme>/<matrix>/<row>/<column>",
    MVT,
    empty_description="The tile is empty",
    conditional=True,
)
def get_collection_tile(
    collection: CollectionId,
    scheme: TileMatrixSetId,
    matrix: TileMatrix,
    row: TileRowNumber,
    column: TileColumnNumber,
    query: TileQuery,
) -> Response:
    """Get a vector tile of a collection; an empty one returns 204.

    The same tiles as `/tiles/divisions` and `/tiles/places`, with the row before the column.
    """
    _check_tiled(collection)
    _check_scheme(scheme)
    view = build_register_view()
    day = read_instant_day(query.datetime) or view.as_of.at
    return answer_tile(
        collection, Tile(matrix, column, row), AsOf(day, query.known_at, query.basis)
    )


@api.get("/ogc/styles", JSON)
def list_map_styles(query: LanguageQuery) -> Response:  # noqa: ARG001
    """List the styles of the map."""
    return json_response(documents.list_styles(build_register_view()))


@api.get("/ogc/styles/<style>", MAPBOX_STYLE)
def get_map_style(style: StyleId, query: LanguageQuery) -> Response:  # noqa: ARG001
    """Get a style of the map for MapLibre, OpenLayers and QGIS: fills and borders of divisions."""
    if style != STYLE:
        raise NotFound(message("tiles.no_style", style=style, known=STYLE), field="style")
    return json_response(documents.build_style(build_register_view()), media=MAPBOX_STYLE)


def _check_tiled(collection: str) -> None:
    if collection not in LAYER_FIELDS:
        known = AnyOf(list(LAYER_FIELDS))
        words = message("tiles.not_tiled", collection=collection, known=known)
        raise NotFound(words, field="collection")


def _check_scheme(scheme: str) -> None:
    if scheme != TILE_MATRIX_SET:
        words = message("tiles.no_scheme", scheme=scheme, known=TILE_MATRIX_SET)
        raise NotFound(words, field="scheme")

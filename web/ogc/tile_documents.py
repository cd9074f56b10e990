"""Tile sets as OGC API - Tiles (20-057) describes them, as TileJSON, and the style for them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import request

from boundaries.areas.vector_tiles import LEVEL_ZOOM, MAX_ZOOM
from boundaries.features.collection_extent import CollectionExtent
from gazetteer.messages import message
from web.http.language import request_language
from web.ogc.feature_views import FeatureView
from web.ogc.links import JSON, OGC_REL, Link, build_link

Document = dict[str, Any]
MVT = "application/vnd.mapbox-vector-tile"
MAPBOX_STYLE = "application/vnd.mapbox.style+json"
TILE_MATRIX_SET = "WebMercatorQuad"
STYLE = "boundaries"
_TMS_URI = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
_MERCATOR = "http://www.opengis.net/def/crs/EPSG/0/3857"
_HALF_WIDTH = 20037508.342789244
_TILE_PIXELS = 256
_PIXEL_M = 0.00028
"""The size of a pixel by which scales are counted (17-083r4, 6.1.1.1)."""
_UNIT_FIELDS = ("unit_id", "code", "name", "romanized_name", "level")
LAYER_FIELDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "divisions": {**dict.fromkeys(LEVEL_ZOOM, _UNIT_FIELDS), "label": _UNIT_FIELDS},
    "places": {"places": ("place_id", "name", "level", "legal_class", "class_code")},
}
"""The layers in the tiles of each collection, with their properties."""
_LINES = {"county": ("#8a9a94", 0.6), "prefecture": ("#4d6a60", 1.2), "province": ("#1f3d33", 2.2)}
"""The colours of borders and their widths in pixels, the highest level on top."""
_NAMES = {
    "county": ("#56665f", 8, None, 12),
    "prefecture": ("#34504a", 5, 9, 14),
    "province": ("#1f3d33", 3, 6, 17),
}
"""The colour of the names of a level, from and to which zoom they are shown, their pixels."""
_FONT = "sans-serif"
"""No name of a font: ol-mapbox-style fetches fonts that are named from a server of others."""
_POINT_LAYERS = ("label", "places")


def build_tile_matrix_set(view: FeatureView) -> Document:
    """The tiling scheme: Web Mercator in powers of two, rows from the north."""
    widths = [2 * _HALF_WIDTH / _TILE_PIXELS / 2**zoom for zoom in range(MAX_ZOOM + 1)]
    return {
        "id": TILE_MATRIX_SET,
        "title": message("tiles.web_mercator").text(request_language()),
        "uri": _TMS_URI,
        "crs": _MERCATOR,
        "orderedAxes": ["X", "Y"],
        "tileMatrices": [
            {
                "id": str(zoom),
                "scaleDenominator": width / _PIXEL_M,
                "cellSize": width,
                "pointOfOrigin": [-_HALF_WIDTH, _HALF_WIDTH],
                "tileWidth": _TILE_PIXELS,
                "tileHeight": _TILE_PIXELS,
                "matrixWidth": 2**zoom,
                "matrixHeight": 2**zoom,
            }
            for zoom, width in enumerate(widths)
        ],
        "links": [_build_scheme_link(view, "self")],
    }


def list_tile_matrix_sets(view: FeatureView) -> Document:
    """The tiling schemes: one."""
    one = {"id": TILE_MATRIX_SET, "uri": _TMS_URI, "links": [_build_scheme_link(view, "self")]}
    return {"tileMatrixSets": [one]}


def list_tile_sets(view: FeatureView, collection: str) -> Document:
    """The tile sets of a collection: one."""
    url = f"{view.root_url}/collections/{collection}/tiles"
    return {
        "links": [build_link("self", url, JSON)],
        "tilesets": [_describe_tile_set(view, collection)],
    }


def build_tile_set(view: FeatureView, collection: str, extent: CollectionExtent) -> Document:
    """The metadata of a tile set, with the template of its tiles and the style."""
    described = _describe_tile_set(view, collection)
    template = {**build_link("item", _build_template(view, collection), MVT), "templated": True}
    style = build_link("style", f"{view.root_url}/styles/{STYLE}", MAPBOX_STYLE)
    if extent.box is not None:
        low, high = list(extent.box[:2]), list(extent.box[2:])
        described["boundingBox"] = {"lowerLeft": low, "upperRight": high, "crs": _CRS84}
    return {
        **described,
        "layers": [_describe_layer(name, fields) for name, fields in _list_fields(collection)],
        "links": [*described["links"], template, style],
    }


def build_tile_json(view: FeatureView, collection: str, extent: CollectionExtent) -> Document:
    """The same as TileJSON 3.0, which MapLibre reads."""
    template = _build_template(view, collection)
    document: Document = {
        "tilejson": "3.0.0",
        "name": view.collections[collection].title_message.text(request_language()),
        "attribution": message("foot.sources_text").text(request_language()),
        "scheme": "xyz",
        "tiles": [
            template.replace("{tileMatrix}/{tileRow}/{tileCol}", "{z}/{y}/{x}"),
        ],
        "minzoom": 0,
        "maxzoom": MAX_ZOOM,
        "vector_layers": [
            {"id": name, "fields": dict.fromkeys(fields, "String")}
            for name, fields in _list_fields(collection)
        ],
    }
    if extent.box is not None:
        document["bounds"] = list(extent.box)
    return document


def build_style(view: FeatureView) -> Document:
    """The map of divisions as a Mapbox style: fills, borders and names, the higher the larger.

    It names no glyphs: programs draw names with the fonts of their machine, as MapLibre does since
    its version 6. The language of the request chooses names or romanized names.
    """
    url = f"{view.root_url}/collections/divisions/tiles/{TILE_MATRIX_SET}?f=tilejson"
    return {
        "version": 8,
        "name": view.title.text(request_language()),
        "sources": {"divisions": {"type": "vector", "url": url}},
        "layers": [
            *(_build_fill(level) for level in ("prefecture", "county")),
            *(_build_border(level) for level in _LINES),
            *(_build_names(level) for level in _NAMES),
        ],
    }


def _build_fill(level: str) -> Document:
    paint = {"fill-color": "#e8efe9"}
    return {**_build_layer(f"{level}-fill", "fill", level), "paint": paint}


def _build_border(level: str) -> Document:
    color, width = _LINES[level]
    paint = {"line-color": color, "line-width": width}
    return {**_build_layer(f"{level}-line", "line", level), "paint": paint}


def _build_names(level: str) -> Document:
    color, low, high, size = _NAMES[level]
    romanized = ["coalesce", ["get", "romanized_name"], ["get", "name"]]
    layer = {
        **_build_layer(f"{level}-name", "symbol", "label"),
        "filter": ["==", ["get", "level"], level],
        "minzoom": low,
        "layout": {
            "text-field": ["get", "name"] if request_language() == "zh" else romanized,
            "text-font": [_FONT],
            "text-size": size,
        },
        "paint": {"text-color": color, "text-halo-color": "#ffffff", "text-halo-width": 1.5},
    }
    return layer if high is None else {**layer, "maxzoom": high}


def _build_layer(name: str, kind: str, source_layer: str) -> Document:
    return {"id": name, "type": kind, "source": "divisions", "source-layer": source_layer}


def list_styles(view: FeatureView) -> Document:
    """The styles: one."""
    url = f"{view.root_url}/styles/{STYLE}"
    title = message("tiles.style").text(request_language())
    link = build_link("stylesheet", url, MAPBOX_STYLE)
    return {"default": STYLE, "styles": [{"id": STYLE, "title": title, "links": [link]}]}


_CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


def _describe_tile_set(view: FeatureView, collection: str) -> Document:
    url = f"{view.root_url}/collections/{collection}/tiles/{TILE_MATRIX_SET}"
    return {
        "title": view.collections[collection].title_message.text(request_language()),
        "dataType": "vector",
        "crs": _MERCATOR,
        "tileMatrixSetURI": _TMS_URI,
        "links": [
            build_link("self", url, JSON),
            _build_scheme_link(view, f"{OGC_REL}tiling-scheme"),
        ],
    }


def _build_scheme_link(view: FeatureView, rel: str) -> Link:
    return build_link(rel, f"{view.root_url}/tileMatrixSets/{TILE_MATRIX_SET}", JSON)


def _build_template(view: FeatureView, collection: str) -> str:
    """The template of a tile's address, with the day of this request."""
    base = f"{view.root_url}/collections/{collection}/tiles/{TILE_MATRIX_SET}"
    day = request.args.get("datetime")
    query = f"?{urlencode({'datetime': day})}" if day else ""
    return f"{base}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}{query}"


def _list_fields(collection: str) -> list[tuple[str, tuple[str, ...]]]:
    return list(LAYER_FIELDS[collection].items())


def _describe_layer(name: str, fields: tuple[str, ...]) -> Document:
    return {
        "id": name,
        "dataType": "vector",
        "geometryDimension": 0 if name in _POINT_LAYERS else 2,
        "minTileMatrix": str(LEVEL_ZOOM.get(name, 0)),
        "propertiesSchema": {
            "type": "object",
            "properties": {field: {"type": "string"} for field in fields},
        },
    }

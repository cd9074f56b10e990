"""Layers as they are answered: GeoJSON by a model, the other formats as files."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from boundaries.layers.layer_writer import MIME_TYPES, LayerFormat

GEOJSON = MIME_TYPES[LayerFormat.GEOJSON]


class LayerFeatureModel(BaseModel):
    """A row of the file; without a geometry where none is known."""

    type: Literal["Feature"]
    geometry: dict[str, Any] | None
    properties: dict[str, Any]


class LayerModel(BaseModel):
    """A layer as GeoJSON, east before north; other formats hold the same."""

    type: Literal["FeatureCollection"]
    crs: dict[str, Any] | None = Field(
        None, description="In another system than EPSG:4326, as GeoJSON of 2008 names it"
    )
    features: list[LayerFeatureModel]

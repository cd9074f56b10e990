"""Layers in responses: GeoJSON by a model, the other formats as files."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from boundaries.layers.layer_writer import MIME_TYPES, LayerFormat

GEOJSON = MIME_TYPES[LayerFormat.GEOJSON]


class LayerFeatureModel(BaseModel):
    """A row of the layer; `geometry` is null if it is not known."""

    type: Literal["Feature"]
    geometry: dict[str, Any] | None
    properties: dict[str, Any]


class LayerModel(BaseModel):
    """A layer as GeoJSON, x (east) before y (north); other formats have the same content."""

    type: Literal["FeatureCollection"]
    crs: dict[str, Any] | None = Field(
        None,
        description="Coordinate reference system if other than EPSG:4326, in the form of"
        " GeoJSON 2008",
    )
    features: list[LayerFeatureModel]

"""TOP-FIL-02: what is not clear about the levels of a layer, and how it was taken."""

from collections.abc import Iterator, Sequence

import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.layers.division_codes import parse_code_level, read_as_text
from boundaries.layers.polygon_layer import Layer
from boundaries.rules.common.spatial_finding import SpatialFinding, build_finding
from boundaries.rules.hierarchy.feature_levels import FeatureLevels
from boundaries.rules.hierarchy.level_words import find_level_of_word
from boundaries.rules.hierarchy.unstated_levels import find_composed_units
from gazetteer.messages import message

_MAX_EXAMPLES = 5


def find_level_flaws(layer: Layer, feature_levels: FeatureLevels) -> Iterator[SpatialFinding]:
    """Contradictions of column and code, unknown words, and levels that nothing states."""
    if feature_levels.contradictions:
        yield _build_contradiction(layer, feature_levels)
    words = _list_unknown_words(layer)
    if words:
        params = {"column": layer.columns["level"], "words": words[:_MAX_EXAMPLES]}
        yield build_finding("TOP-FIL-02", "unknown_words", params, features=(), severity="warning")
    if feature_levels.tiers:
        unknown = feature_levels.list_units_of_level(None)
        composed = find_composed_units(layer.geometries, dict(feature_levels.tiers), unknown)
        yield build_finding(
            "TOP-FIL-02",
            "several_levels",
            {"n": len(composed), "features": _list_names(layer, composed)},
            features=tuple(composed),
            geometry=_build_place(layer, composed),
            severity="warning",
        )


def _build_contradiction(layer: Layer, feature_levels: FeatureLevels) -> SpatialFinding:
    features = feature_levels.contradictions
    column = layer.columns["level"]
    code = layer.codes[features[0]]
    used = "code" if feature_levels.code_counts else "column"
    return build_finding(
        "TOP-FIL-02",
        "level_differs",
        {
            "column": column,
            "n": len(features),
            "features": _list_names(layer, features),
            "stated": str(layer.attributes[features[0]].get(column)),
            "level": message(f"level.{parse_code_level(code)}"),
            "used": message(f"finding.TOP-FIL-02.level_differs_{used}"),
        },
        features=features,
        geometry=_build_place(layer, features),
        severity="warning",
    )


def _list_unknown_words(layer: Layer) -> list[str]:
    """The values of the column of levels that are none."""
    column = layer.columns.get("level")
    texts = [read_as_text(row.get(column)) if column else None for row in layer.attributes]
    return sorted({text for text in texts if text and find_level_of_word(text) is None})


def _list_names(layer: Layer, features: Sequence[int]) -> list[str]:
    return [layer.names[feature] for feature in features[:_MAX_EXAMPLES]]


def _build_place(layer: Layer, features: Sequence[int]) -> BaseGeometry | None:
    shapes = [shape for shape in layer.geometries[list(features)] if shape is not None]
    return shapely.MultiPoint([shape.envelope.centroid for shape in shapes]) if shapes else None

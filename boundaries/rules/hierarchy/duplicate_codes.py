"""TOP-FIL-03: one feature for each code."""

from collections.abc import Iterator, Sequence

import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.layers.division_codes import read_level_skips
from boundaries.layers.polygon_layer import Layer
from boundaries.rules.common.spatial_finding import SpatialFinding, build_finding
from boundaries.rules.hierarchy.feature_levels import FeatureLevels
from gazetteer.rules.rule_registry import rule_check


@rule_check("TOP-FIL-03")
def find_duplicate_codes(layer: Layer, feature_levels: FeatureLevels) -> Iterator[SpatialFinding]:
    """One finding for each code that several features have, with a point inside each of them.

    A prefecture without counties may stand among the counties as well.
    """
    by_code: dict[str, list[int]] = {}
    for feature, code in enumerate(layer.codes):
        if code:
            by_code.setdefault(code, []).append(feature)
    for code, features in by_code.items():
        if len(features) > 1 and not _is_at_both_levels(code, features, feature_levels):
            yield build_finding(
                "TOP-FIL-03",
                "read",
                {"code": code, "n": len(features)},
                features=tuple(features),
                geometry=_build_place(layer, features),
                measured=len(features),
                limit=1,
                unit="features",
            )


def _is_at_both_levels(code: str, features: Sequence[int], feature_levels: FeatureLevels) -> bool:
    levels = sorted(str(feature_levels.level[feature]) for feature in features)
    skips = read_level_skips().prefectures_without_counties
    return levels == ["county", "prefecture"] and code in skips


def _build_place(layer: Layer, features: Sequence[int]) -> BaseGeometry | None:
    """A point inside each feature that has a valid polygon, else the middle of its box."""
    points = []
    for shape in layer.geometries[list(features)]:
        if shape is not None:
            is_valid = bool(shapely.is_valid(shape))
            points.append(shapely.point_on_surface(shape) if is_valid else shape.envelope.centroid)
    return shapely.MultiPoint(points) if points else None

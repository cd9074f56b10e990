"""TOP-HIE-07 and -10: attributes of a unit compared with its polygon."""

from collections.abc import Iterator, Mapping
from typing import Any

import shapely

from boundaries.layers.polygon_layer import Layer
from boundaries.rules.common.measures import Metric
from boundaries.rules.common.spatial_finding import SpatialFinding, build_finding
from boundaries.rules.common.tolerances import Tolerances
from gazetteer.rules.rule_registry import rule_check

_AREA_COLUMNS = {"area_m2": 1.0, "area_km2": 1e6, "面积_平方米": 1.0, "面积_平方千米": 1e6}
"""Columns that state an area, with the square metres in their unit."""


def _parse_number(attributes: Mapping[str, Any], column: str) -> float | None:
    value = attributes.get(column)
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


@rule_check("TOP-HIE-07")
def find_seats_outside(layer: Layer, metric: Metric) -> Iterator[SpatialFinding]:
    """Seats of government (``seat_lon``, ``seat_lat``) that lie outside their unit."""
    for feature, attributes in enumerate(layer.attributes):
        x, y = _parse_number(attributes, "seat_lon"), _parse_number(attributes, "seat_lat")
        shape = layer.geometries[feature]
        if x is None or y is None or shape is None:
            continue
        seat = shapely.Point(x, y)
        if not shapely.is_valid(shape) or shapely.intersects(shape, seat):
            continue
        distance = metric.measure_length(shapely.shortest_line(shape, seat))
        yield build_finding(
            "TOP-HIE-07",
            "outside",
            {"feature": layer.names[feature], "distance": distance},
            features=(feature,),
            geometry=seat,
            measured=distance,
            limit=0.0,
            unit="m",
        )


@rule_check("TOP-HIE-10")
def find_stated_area_mismatches(
    layer: Layer, metric: Metric, tolerances: Tolerances
) -> Iterator[SpatialFinding]:
    """Stated areas that differ from those of the polygons by more than the allowed share."""
    for column, size in _AREA_COLUMNS.items():
        stated = [_parse_number(attributes, column) for attributes in layer.attributes]
        stated_features = [
            i for i, area in enumerate(stated) if area and layer.geometries[i] is not None
        ]
        for feature, area in zip(
            stated_features, metric.measure_areas(layer.geometries[stated_features]), strict=True
        ):
            stated_m2 = (stated[feature] or 0.0) * size
            share = abs(area - stated_m2) / stated_m2
            if share > tolerances.area_share:
                yield _build_stated_area_finding(
                    layer.names[feature], feature, float(area), stated_m2, share, tolerances
                )


def _build_stated_area_finding(
    name: str, feature: int, area: float, stated: float, share: float, tolerances: Tolerances
) -> SpatialFinding:
    return build_finding(
        "TOP-HIE-10",
        "area",
        {
            "feature": name,
            "stated": round(stated / 1e6, 4),
            "computed": round(area / 1e6, 4),
            "share": round(share, 4),
        },
        features=(feature,),
        measured=share,
        limit=tolerances.area_share,
        unit="share",
        area_m2=area,
    )

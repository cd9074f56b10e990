"""The areas in force as a polygon layer, so that the rules on layers can be applied to them."""

from collections.abc import Mapping
from uuid import UUID

import numpy as np

from boundaries.layers.polygon_layer import EPSG_4490, Layer
from boundaries.network.network_store import NetworkUnit, UnitArea

_COLUMNS = {name: name for name in ("code", "name", "level", "parent_code")}


def build_register_layer(
    units: Mapping[UUID, NetworkUnit],
    areas: Mapping[UUID, UnitArea],
    seats: Mapping[UUID, tuple[float, float]],
) -> Layer:
    """The areas in force as a layer, in the same order; ``seats`` are lon, lat of unit seats."""
    geometries = np.empty(len(areas), dtype=object)
    geometries[:] = [area.shape for area in areas.values()]
    own_units = [units[unit] for unit in areas]
    return Layer(
        geometries,
        tuple(own.code or str(unit) for unit, own in zip(areas, own_units, strict=True)),
        tuple(
            _build_attributes(own, units, seats.get(unit))
            for unit, own in zip(areas, own_units, strict=True)
        ),
        tuple(own.code for own in own_units),
        EPSG_4490,
        EPSG_4490,
        "register",
        columns=_COLUMNS,
    )


def _build_attributes(
    own: NetworkUnit, units: Mapping[UUID, NetworkUnit], seat: tuple[float, float] | None
) -> Mapping[str, str | float | None]:
    above = units.get(own.parent_id) if own.parent_id else None
    lon, lat = seat or (None, None)
    return {
        "code": own.code,
        "name": own.name,
        "level": own.level,
        "parent_code": above.code if above else None,
        "seat_lon": lon,
        "seat_lat": lat,
    }

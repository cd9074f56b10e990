"""What GeocodeJSON requires of a place beside the register's own fields: ``type`` and ``admin``.

The specification 0.1.0 names few types, by the structure of other countries; ``level`` is exact.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from gazetteer.records.levels import Level

GEOCODEJSON_TYPES: Mapping[str, str] = {
    Level.PROVINCE: "state",
    Level.PREFECTURE: "city",
    Level.COUNTY: "district",
    Level.TOWNSHIP: "locality",
    Level.VILLAGE: "locality",
    Level.NATURAL_SETTLEMENT: "locality",
    Level.ROAD: "street",
    Level.ESTATE: "house",
    Level.BUILDING: "house",
    Level.DOOR: "house",
    Level.POI: "locality",
    Level.NATURAL_FEATURE: "locality",
}
_ADMIN_LEVELS: Mapping[str, int] = {
    Level.PROVINCE: 4,
    Level.PREFECTURE: 5,
    Level.COUNTY: 6,
    Level.TOWNSHIP: 8,
    Level.VILLAGE: 10,
}
"""The values of ``admin_level`` in OpenStreetMap for China, by which GeocodeJSON counts."""


def build_admin(divisions: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The names of units by their ``admin_level``, from divisions with ``level`` and ``name``."""
    return {
        f"level{_ADMIN_LEVELS[division['level']]}": division["name"]
        for division in divisions
        if division["level"] in _ADMIN_LEVELS and division["name"]
    }

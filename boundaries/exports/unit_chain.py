"""The units above a row, a pair of columns for each level, and its full name."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from boundaries.exports.border_sides import load_border_sides
from boundaries.exports.export_query import Conn, ExportRequest
from boundaries.network.network_store import NetworkUnit
from gazetteer.records.levels import UNIT_LEVELS

LEVELS_ABOVE = UNIT_LEVELS[:-1]
CHAIN_COLUMNS = tuple(f"{level}_{part}" for level in LEVELS_ABOVE for part in ("code", "name"))


class UnitChains:
    """The units of a moment above others; villages have none below them."""

    def __init__(self, units: Mapping[UUID, NetworkUnit]) -> None:
        self._units = units

    def build_columns(self, unit: UUID | None) -> dict[str, Any]:
        """Code and name of the unit and of each above it, in the columns of their levels."""
        found: dict[str, Any] = dict.fromkeys(CHAIN_COLUMNS)
        for above in self._list_chain(unit):
            found[f"{above.level}_code"] = above.code
            found[f"{above.level}_name"] = above.name
        return found

    def build_full_name(self, unit: UUID | None, name: str | None = None) -> str | None:
        """The names from the province down to the unit and, below it, ``name``."""
        names = [above.name for above in reversed(self._list_chain(unit))]
        return "".join(filter(None, [*names, name])) or None

    def _list_chain(self, unit: UUID | None) -> list[NetworkUnit]:
        """The unit and those above it; each is at a higher level than the one before."""
        chain: list[NetworkUnit] = []
        while unit is not None and unit in self._units and len(chain) < len(UNIT_LEVELS):
            chain.append(self._units[unit])
            unit = self._units[unit].parent_id
        return chain


def load_unit_chains(conn: Conn, request: ExportRequest) -> UnitChains:
    """The units of the moment down to townships."""
    return UnitChains(load_border_sides(conn, request).units)

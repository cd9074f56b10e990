"""The units on both sides of a border, at each level."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from psycopg.rows import tuple_row

from boundaries.exports.export_query import Conn, ExportRequest, RowDict
from boundaries.network.network_store import NetworkUnit
from gazetteer.ledger.as_of import MOMENT_CTE, in_force_sql
from gazetteer.records.levels import UNIT_LEVELS

UnitPair = tuple[UUID | None, UUID | None]

_UNITS = f"""
WITH {MOMENT_CTE}
SELECT s.unit_id, s.level, s.code, s.name, s.parent_id FROM moment, unit_state s
WHERE s.level <> 'village' AND {in_force_sql("s")}
"""


@dataclass(frozen=True)
class BorderSides:
    """The units of the moment down to townships."""

    units: Mapping[UUID, NetworkUnit]

    def find_unit_at_level(self, unit: UUID | None, level: str | None) -> UUID | None:
        """The first of the unit and those above it that is not below the level."""
        while level is not None and unit is not None and unit in self.units:
            if UNIT_LEVELS.index(self.units[unit].level) <= UNIT_LEVELS.index(level):
                return unit
            unit = self.units[unit].parent_id
        return unit

    def find_sides(self, edge: RowDict, level: str | None) -> UnitPair:
        """The units left and right of an edge at a level; None: the lowest known ones."""
        return self.find_unit_at_level(edge["left_unit"], level), self.find_unit_at_level(
            edge["right_unit"], level
        )

    def is_border(self, edge: RowDict, level: str | None) -> bool:
        """Whether an edge is a border at the level."""
        left, right = self.find_sides(edge, level)
        return left != right

    def find_highest_level(self, edge: RowDict) -> str | None:
        """The highest level at which the sides differ; None where that is not known."""
        if edge["beyond"] == "unknown":
            return None
        return next((level for level in UNIT_LEVELS if self.is_border(edge, level)), None)

    def build_side_columns(self, left: UUID | None, right: UUID | None) -> RowDict:
        """The columns on both sides."""
        side_units = {"left": left, "right": right}
        return {
            f"{side}_{name}": getattr(self.units.get(unit) if unit else None, name, None)
            for side, unit in side_units.items()
            for name in ("code", "name", "level")
        }

    def order_sides(
        self, left: UUID | None, right: UUID | None
    ) -> tuple[UUID | None, UUID | None, bool]:
        """Both sides, the smaller code first, no unit last, and whether they were swapped."""
        return (
            (right, left, True)
            if self._build_sort_key(right) < self._build_sort_key(left)
            else (left, right, False)
        )

    def _build_sort_key(self, unit: UUID | None) -> tuple[bool, str, str]:
        known = self.units.get(unit) if unit else None
        return unit is None, (known.code if known else None) or "~", str(unit)


def load_border_sides(conn: Conn, request: ExportRequest) -> BorderSides:
    """The units of the moment down to townships."""
    with conn.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(_UNITS, request.as_of.to_sql_params()).fetchall()
    return BorderSides({row[0]: NetworkUnit(*row[1:]) for row in rows})

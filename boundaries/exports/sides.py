"""Which units lie beside a border, at which level."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from psycopg.rows import tuple_row

from boundaries.exports.asking import Asked, Conn, Row
from boundaries.network.store import Unit
from gazetteer.ledger.asof import MOMENT_CTE, in_force_sql
from gazetteer.records.levels import UNIT_LEVELS

Ids = tuple[UUID | None, UUID | None]

_UNITS = f"""
WITH {MOMENT_CTE}
SELECT s.unit_id, s.level, s.code, s.name, s.parent_id FROM moment, unit_state s
WHERE s.level <> 'village' AND {in_force_sql("s")}
"""


@dataclass(frozen=True)
class Sides:
    """The units of the moment down to townships."""

    units: Mapping[UUID, Unit]

    def above(self, unit: UUID | None, level: str | None) -> UUID | None:
        """The first of the unit and those above it that is not below the level."""
        while level is not None and unit is not None and unit in self.units:
            if UNIT_LEVELS.index(self.units[unit].level) <= UNIT_LEVELS.index(level):
                return unit
            unit = self.units[unit].parent
        return unit

    def sides(self, edge: Row, level: str | None) -> Ids:
        """What lies left and right of an edge at a level; None: the lowest known units."""
        return self.above(edge["left_unit"], level), self.above(edge["right_unit"], level)

    def bounds(self, edge: Row, level: str | None) -> bool:
        """Whether an edge is a border at the level."""
        left, right = self.sides(edge, level)
        return left != right

    def level(self, edge: Row) -> str | None:
        """The highest level at which the sides differ; None where that is not known."""
        if edge["beyond"] == "unknown":
            return None
        return next((level for level in UNIT_LEVELS if self.bounds(edge, level)), None)

    def told(self, left: UUID | None, right: UUID | None) -> Row:
        """The columns on both sides."""
        beside = {"left": left, "right": right}
        return {
            f"{side}_{name}": getattr(self.units.get(unit) if unit else None, name, None)
            for side, unit in beside.items()
            for name in ("code", "name", "level")
        }

    def in_order(
        self, left: UUID | None, right: UUID | None
    ) -> tuple[UUID | None, UUID | None, bool]:
        """Both sides, the smaller code first and nobody last, and whether they changed places."""
        return (right, left, True) if self._key(right) < self._key(left) else (left, right, False)

    def _key(self, unit: UUID | None) -> tuple[bool, str, str]:
        known = self.units.get(unit) if unit else None
        return unit is None, (known.code if known else None) or "~", str(unit)


def units_of(conn: Conn, asked: Asked) -> Sides:
    """The units of the moment down to townships."""
    with conn.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(_UNITS, asked.as_of.to_sql_params()).fetchall()
    return Sides({row[0]: Unit(*row[1:]) for row in rows})

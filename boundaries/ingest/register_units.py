"""The units of a register, as an import needs them: their codes, names, periods and territories."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from uuid import UUID

from boundaries.network.unit_hierarchy import UnitPeriod
from gazetteer.ingest.code_index import CodeAssignment, CodeIndex
from gazetteer.ingest.territory_changes import TerritoryChanges, get_spatial_parent


@dataclass(frozen=True)
class RegisterUnits:
    """The units of a register: who carried a code, and how territories changed."""

    codes: CodeIndex
    territory: TerritoryChanges
    acts: Mapping[UUID, str] = field(default_factory=dict)
    """The numbers of acts, else their titles."""

    def name_unit(self, unit: UUID, day: date) -> str:
        """The code and the name of a unit on a day, or on the nearest one."""
        found = self.find_code(unit, day)
        return f"{found.code} {found.name}" if found else str(unit)

    def find_code(self, unit: UUID, day: date) -> CodeAssignment | None:
        """The code that a unit carries on a day, else the last one."""
        return max(
            self._codes_by_unit.get(unit, ()),
            key=lambda a: (a.period.contains_day(day), a.period.start.on or date.min),
            default=None,
        )

    @cached_property
    def _codes_by_unit(self) -> dict[UUID, list[CodeAssignment]]:
        found: dict[UUID, list[CodeAssignment]] = {}
        for assignments in self.codes.by_code.values():
            for assignment in assignments:
                found.setdefault(assignment.unit_id, []).append(assignment)
        return found

    @cached_property
    def unit_periods(self) -> list[UnitPeriod]:
        """The periods in which units had one level and one parent in space."""
        return [
            UnitPeriod(unit, v.attributes["level"], get_spatial_parent(v), v.period)
            for unit, versions in self.territory.units.items()
            for v in versions
        ]

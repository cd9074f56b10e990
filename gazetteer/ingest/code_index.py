"""Which unit carried a code on which days: what later files of a load refer to.

It is built from a batch that has just been read, or from the register's own ``code``, ``unit`` and
``name`` records, so that a single file can be imported on top of what is published.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from gazetteer.ingest.period_clipping import clip_period
from gazetteer.ledger.period import Period
from gazetteer.ledger.versions import Timeline, Version, periods_overlap


@dataclass(frozen=True, slots=True)
class CodeAssignment:
    """A unit carried a code during a period, with its level, name and type then."""

    unit_id: UUID
    code: str
    period: Period
    level: str
    name: str
    unit_type: str | None = None


def _first_day(assignment: CodeAssignment) -> date:
    return assignment.period.start.on or date.min


@dataclass
class CodeIndex:
    """The periods of codes, for look-up by code and day."""

    by_code: dict[str, list[CodeAssignment]] = field(default_factory=dict)

    def add_assignments(self, assignments: Iterable[CodeAssignment]) -> "CodeIndex":
        """Add periods, in any order. Returns the index itself."""
        touched: set[str] = set()
        for assignment in assignments:
            self.by_code.setdefault(assignment.code, []).append(assignment)
            touched.add(assignment.code)
        for code in touched:
            self.by_code[code].sort(key=_first_day)
        return self

    def __contains__(self, code: object) -> bool:
        return code in self.by_code

    def __len__(self) -> int:
        return len(self.by_code)

    def find_on_day(self, code: str, day: date) -> CodeAssignment | None:
        """Who carried the code on that day."""
        periods = self.by_code.get(code, ())
        at = bisect_right(periods, day, key=_first_day)
        return periods[at - 1] if at and periods[at - 1].period.contains_day(day) else None

    def iter_during(self, code: str, period: Period) -> Iterator[CodeAssignment]:
        """Who carried the code during some part of the period, in order of time."""
        return (
            assignment
            for assignment in self.by_code.get(code, ())
            if periods_overlap(assignment.period, period)
        )

    def find_last(self, code: str) -> CodeAssignment | None:
        """Who carried the code last."""
        periods = self.by_code.get(code)
        return periods[-1] if periods else None

    @classmethod
    def from_timelines(cls, timelines: Iterable[Timeline]) -> "CodeIndex":
        """The index of a batch, or of the register's own ``unit``, ``code`` and ``name`` records.

        One period for each run of days on which code, name and type stay the same.
        """
        codes: list[Timeline] = []
        units: dict[UUID, Timeline] = {}
        names: dict[UUID, list[Version]] = {}
        for timeline in timelines:
            if timeline.kind == "code":
                codes.append(timeline)
            elif timeline.kind == "unit":
                units[timeline.record_id] = timeline
            elif timeline.kind == "name":
                for version in timeline.versions:
                    if version.attributes["name_kind"] == "standard":
                        names.setdefault(version.attributes["place_id"], []).append(version)
        return cls().add_assignments(
            assignment
            for code in codes
            for version in code.versions
            for assignment in _iter_assignments(version, units, names)
        )


def _iter_assignments(
    code: Version, units: dict[UUID, Timeline], names: dict[UUID, list[Version]]
) -> Iterator[CodeAssignment]:
    unit_id = code.attributes["unit_id"]
    unit = units.get(unit_id)
    for unit_version in unit.versions if unit else ():
        if not periods_overlap(unit_version.period, code.period):
            continue
        code_period = clip_period(code.period, unit_version.period)
        for name in names.get(unit_version.attributes["place_id"], ()):
            if periods_overlap(name.period, code_period):
                yield CodeAssignment(
                    unit_id,
                    code.attributes["code"],
                    clip_period(code_period, name.period),
                    unit_version.attributes["level"],
                    name.attributes["text"],
                    unit_version.attributes["unit_type"],
                )

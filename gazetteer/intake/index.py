"""Which unit carried a code on which days: what later files of a load refer to.

Made from a batch that has just been read, or by the caller from the register's own ``code`` and
``unit`` records, so that a single file can be taken on top of what is published.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from gazetteer.intake.spans import clip
from gazetteer.ledger.bounds import Period
from gazetteer.ledger.versions import Timeline, Version, periods_overlap


@dataclass(frozen=True, slots=True)
class Carried:
    """A unit carried a code during a span; ``unit_span`` is the unit's whole life."""

    unit_id: UUID
    code: str
    span: Period
    level: str
    name: str
    unit_type: str | None = None


def _first(carried: Carried) -> date:
    return carried.span.start.on or date.min


@dataclass
class UnitIndex:
    """Periods of codes, for look-up by code and day."""

    by_code: dict[str, list[Carried]] = field(default_factory=dict)

    def add(self, carried: Iterable[Carried]) -> "UnitIndex":
        """Take in more periods; the order does not matter. Returns itself."""
        touched: set[str] = set()
        for item in carried:
            self.by_code.setdefault(item.code, []).append(item)
            touched.add(item.code)
        for code in touched:
            self.by_code[code].sort(key=_first)
        return self

    def __contains__(self, code: object) -> bool:
        return code in self.by_code

    def __len__(self) -> int:
        return len(self.by_code)

    def on(self, code: str, day: date) -> Carried | None:
        """Who carried the code on that day."""
        periods = self.by_code.get(code, ())
        at = bisect_right(periods, day, key=_first)
        return periods[at - 1] if at and periods[at - 1].span.contains_day(day) else None

    def during(self, code: str, span: Period) -> Iterator[Carried]:
        """Who carried the code during some part of the span, in order of time."""
        return (item for item in self.by_code.get(code, ()) if periods_overlap(item.span, span))

    def last(self, code: str) -> Carried | None:
        """Who carried the code last."""
        periods = self.by_code.get(code)
        return periods[-1] if periods else None

    @classmethod
    def of(cls, timelines: Iterable[Timeline]) -> "UnitIndex":
        """The index of a batch, or of the register's own ``unit``, ``code`` and ``name`` records.

        One period for every stretch of days on which code, name and type stay the same.
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
        return cls().add(
            period
            for code in codes
            for version in code.versions
            for period in _periods(version, units, names)
        )


def _periods(
    code: Version, units: dict[UUID, Timeline], names: dict[UUID, list[Version]]
) -> Iterator[Carried]:
    unit_id = code.attributes["unit_id"]
    unit = units.get(unit_id)
    for stage in unit.versions if unit else ():
        if not periods_overlap(stage.period, code.period):
            continue
        within = clip(code.period, stage.period)
        for name in names.get(stage.attributes["place_id"], ()):
            if periods_overlap(name.period, within):
                yield Carried(
                    unit_id,
                    code.attributes["code"],
                    clip(within, name.period),
                    stage.attributes["level"],
                    name.attributes["text"],
                    stage.attributes["unit_type"],
                )

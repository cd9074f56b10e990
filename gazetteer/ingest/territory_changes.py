"""The days on which territories changed: a polygon of today is valid from the last one on.

Territory changes by a succession (both units, and every ancestor whose border the territory
crosses) and by a move to another parent (both parents, and so on up). A parent by custody is the
parent in space.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID

from gazetteer.ledger.period import PeriodEnd
from gazetteer.ledger.versions import Timeline, Version


@dataclass
class TerritoryChanges:
    """Days of change by unit, and transfers of a whole territory from one unit to another.

    ``units`` are the versions of the units that these were derived from.
    """

    starts: dict[UUID, PeriodEnd] = field(default_factory=dict)
    ends: dict[UUID, PeriodEnd] = field(default_factory=dict)
    changes: dict[UUID, list[PeriodEnd]] = field(default_factory=dict)
    full_transfers: dict[UUID, tuple[UUID, PeriodEnd]] = field(default_factory=dict)
    units: Mapping[UUID, tuple[Version, ...]] = field(default_factory=dict)

    def find_last_change(self, unit_id: UUID, until: date) -> PeriodEnd | None:
        """The last change of the unit's territory up to and on a day."""
        bounds = [b for b in self.changes.get(unit_id, ()) if b.on and b.on <= until]
        return max(bounds, key=lambda b: b.on or date.min) if bounds else None

    def find_change_after(self, unit_id: UUID, day: date) -> PeriodEnd | None:
        """The first change of the unit's territory after a day."""
        bounds = [b for b in self.changes.get(unit_id, ()) if b.on and b.on > day]
        return min(bounds, key=lambda b: b.on or date.max) if bounds else None


def derive_territory_changes(timelines: Iterable[Timeline]) -> TerritoryChanges:
    """The changes that follow from the ``unit`` and ``succession`` records; others are ignored."""
    units: dict[UUID, tuple[Version, ...]] = {}
    successions: list[Version] = []
    for timeline in timelines:
        if timeline.kind == "unit":
            units[timeline.record_id] = timeline.versions
        elif timeline.kind == "succession":
            successions.extend(timeline.versions)
    territory_changes = TerritoryChanges(
        {unit_id: versions[0].period.start for unit_id, versions in units.items()},
        {unit_id: versions[-1].period.end for unit_id, versions in units.items()},
        units=units,
    )
    for unit_id, bound in (
        *_iter_parent_changes(units),
        *_iter_succession_changes(units, successions),
    ):
        territory_changes.changes.setdefault(unit_id, []).append(bound)
    for version in successions:
        if version.attributes["share_from"] == version.attributes["share_to"] == 1.0:
            to_unit = version.attributes["to_unit"]
            territory_changes.full_transfers[version.attributes["from_unit"]] = (
                to_unit,
                version.period.start,
            )
    return territory_changes


def get_spatial_parent(version: Version) -> UUID | None:
    """The parent in space: by custody, else by subordination."""
    custody_parent: UUID | None = version.attributes["custody_parent"]
    return custody_parent or version.attributes["subordination_parent"]


def _build_ancestor_chain(
    units: Mapping[UUID, tuple[Version, ...]], unit_id: UUID, day: date
) -> list[UUID]:
    """The unit and everything above it on a day."""
    chain: list[UUID] = []
    current: UUID | None = unit_id
    while current is not None and current in units:
        chain.append(current)
        version = next((v for v in units[current] if v.period.contains_day(day)), None)
        current = get_spatial_parent(version) if version else None
    return chain


def _iter_parent_changes(
    units: Mapping[UUID, tuple[Version, ...]],
) -> Iterator[tuple[UUID, PeriodEnd]]:
    for versions in units.values():
        for before, after in pairwise(versions):
            old, new, bound = (
                get_spatial_parent(before),
                get_spatial_parent(after),
                after.period.start,
            )
            if old == new or old is None or new is None or bound.on is None:
                continue
            day_before = bound.on - timedelta(days=1)
            affected = {*_build_ancestor_chain(units, old, day_before)} ^ {
                *_build_ancestor_chain(units, new, bound.on)
            }
            yield from ((unit_id, bound) for unit_id in affected)


def _iter_succession_changes(
    units: Mapping[UUID, tuple[Version, ...]], successions: Iterable[Version]
) -> Iterator[tuple[UUID, PeriodEnd]]:
    for version in successions:
        bound = version.period.start
        if bound.on is None:
            continue
        day_before = bound.on - timedelta(days=1)
        source_chain = _build_ancestor_chain(units, version.attributes["from_unit"], day_before)
        target_chain = _build_ancestor_chain(units, version.attributes["to_unit"], bound.on)
        yield from ((unit_id, bound) for unit_id in {*source_chain} ^ {*target_chain})

"""What a draft adds to the findings, and what it mends: relative to what was wrong before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import blake2s
from uuid import UUID

import numpy as np
import shapely

from boundaries.drafts.code_change_findings import compare_code_flaws
from boundaries.drafts.local_faces import (
    LocalChange,
    assemble_faces,
    list_local_changes,
    list_outline_changes,
)
from boundaries.drafts.territory_findings import find_territory_flaws
from boundaries.rules.common.spatial_finding import SpatialFinding
from boundaries.rules.common.tolerances import build_tolerances
from boundaries.rules.edit_comparison import (
    EditWindow,
    FindingDifference,
    compare_findings,
    find_changed_polygons,
)
from boundaries.rules.fingerprint import BorderLookup, compute_fingerprint
from boundaries.rules.lost_territory import find_lost_territory
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.known_records import KnownRecords, RecordKey
from gazetteer.records.commands.unit_lookup import find_code
from gazetteer.rules.finding_workflow import FindingResponse
from gazetteer.settings import get_settings

Faces = dict[UUID, shapely.MultiPolygon]
_ID_BYTES = 8


@dataclass(frozen=True)
class DraftFinding:
    """A finding with the units that it is about, by id and by code, and its first day.

    ``fingerprint`` says how the borders run there, ``exception`` why it may remain.
    """

    finding: SpatialFinding
    units: tuple[UUID, ...]
    codes: tuple[str, ...]
    day: date
    fingerprint: str
    exception: FindingResponse | None = None

    @property
    def finding_id(self) -> str:
        """The same as long as the finding is about the same."""
        about = self.finding.rule, self.finding.kind, *map(str, self.units), self.fingerprint
        return blake2s("|".join(about).encode(), digest_size=_ID_BYTES).hexdigest()

    @property
    def is_blocking(self) -> bool:
        """Whether it is an error to which nobody has answered."""
        return self.finding.severity == "error" and self.exception is None

    @property
    def identity_key(self) -> tuple[object, ...]:
        """The same for one finding however often it is found."""
        return self.finding.rule, self.finding.kind, self.units, str(self.finding.message)


@dataclass(frozen=True)
class FindingChanges:
    """The findings that a change adds and those that it removes."""

    added: tuple[DraftFinding, ...]
    removed: tuple[DraftFinding, ...]

    @property
    def blocking_count(self) -> int:
        """How many of those added are errors to which nobody has answered."""
        return sum(found.is_blocking for found in self.added)


def validate_outlines(
    known: KnownRecords, outlines: Mapping[UUID, shapely.MultiPolygon | None], day: date
) -> FindingChanges:
    """Compare the territories of a day with those that were drawn and do not close yet.

    Args:
        known: what is known with all steps of the draft.
        outlines: the territories of units of the lowest known level as they were drawn; None: the
            unit gives up its territory.
        day: the day.

    Raises:
        OpenBorder: the edges round a unit do not close.
    """
    added: dict[tuple[object, ...], DraftFinding] = {}
    removed: dict[tuple[object, ...], DraftFinding] = {}
    for local in list_outline_changes(known, outlines, day):
        found, faces, difference = _validate_place(known, known, local, outlines)
        borders = [BorderLookup(shapes) for shapes in faces]
        lost = _find_lost_territory(known, found, faces, local.day)
        for finding in (*difference.added, *lost):
            one = _describe_finding(finding, found, known, day, borders[1])
            added.setdefault(one.identity_key, one)
        for finding in difference.removed:
            one = _describe_finding(finding, found, known, day, borders[0])
            removed.setdefault(one.identity_key, one)
    return FindingChanges(tuple(added.values()), tuple(removed.values()))


def _find_lost_territory(
    known: KnownRecords, units: Sequence[UUID], faces: tuple[Faces, Faces], day: date
) -> list[SpatialFinding]:
    before, after = (
        np.array([None, *(state.get(unit) for unit in units)], dtype=object)[1:] for state in faces
    )
    changed = [units.index(unit) for unit in find_changed_polygons(*faces)]
    names = [_name_unit(unit, known, known, day) for unit in units]
    limits = build_tolerances(None, None, get_settings())
    return list(find_lost_territory(before, after, changed, names, limits))


def validate_changes(
    before: KnownRecords, after: KnownRecords, keys: Iterable[RecordKey], days: Sequence[date]
) -> FindingChanges:
    """Compare two states of what is known on some days.

    Args:
        before: what is known without the change.
        after: what is known with it.
        keys: the records that it changes.
        days: the days to look at, in ascending order; what persists is reported once.

    Raises:
        OpenBorder: the edges round a unit do not close.
    """
    changed = list(keys)
    added: dict[tuple[object, ...], DraftFinding] = {}
    removed: dict[tuple[object, ...], DraftFinding] = {}
    for day in days:
        for local in list_local_changes(before, after, changed, day):
            found, faces, difference = _validate_place(before, after, local)
            borders = [BorderLookup(shapes) for shapes in faces]
            for finding in difference.added:
                one = _describe_finding(finding, found, after, day, borders[1])
                added.setdefault(one.identity_key, one)
            for finding in difference.removed:
                one = _describe_finding(finding, found, before, day, borders[0])
                removed.setdefault(one.identity_key, one)
        new, gone = compare_code_flaws(before, after, changed, day)
        for finding, units in (*new, *find_territory_flaws(before, after, changed, day)):
            one = _describe_finding(finding, units, after, day)
            added.setdefault(one.identity_key, one)
        for finding, units in gone:
            one = _describe_finding(finding, units, before, day)
            removed.setdefault(one.identity_key, one)
    return FindingChanges(tuple(added.values()), tuple(removed.values()))


def _validate_place(
    before: KnownRecords,
    after: KnownRecords,
    local: LocalChange,
    outlines: Mapping[UUID, shapely.MultiPolygon | None] | None = None,
) -> tuple[tuple[UUID, ...], tuple[Faces, Faces], FindingDifference]:
    """The units round a change, their territories, and the findings that it adds and removes."""
    earlier, later = (assemble_faces(known, local.units, local.day) for known in (before, after))
    for unit, drawn in (outlines or {}).items():
        if drawn is not None:
            later[unit] = drawn
        else:
            later.pop(unit, None)
    names = {unit: _name_unit(unit, before, after, local.day) for unit in {*earlier, *later}}
    units = tuple(sorted(names, key=names.__getitem__))
    changed = find_changed_polygons(earlier, later)
    shapes = [
        np.array([None, *(faces.get(unit) for unit in units)], dtype=object)[1:]
        for faces in (earlier, later)
    ]
    window = EditWindow(
        shapes[0],
        shapes[1],
        tuple(names[unit] for unit in units),
        frozenset(units.index(unit) for unit in changed),
        local.box,
    )
    difference = compare_findings(window, build_tolerances(None, None, get_settings()))
    return units, (earlier, later), difference


def _describe_finding(
    finding: SpatialFinding,
    units: Sequence[UUID],
    known: KnownRecords,
    day: date,
    borders: BorderLookup[UUID] | None = None,
) -> DraftFinding:
    fingerprint = compute_fingerprint(finding, tuple(units), borders or BorderLookup({}))
    own = tuple(units[number] for number in finding.features)
    codes = tuple(_name_unit(unit, known, known, day) for unit in own)
    return DraftFinding(replace(finding, features=()), own, codes, day, fingerprint)


def _name_unit(unit: UUID, before: KnownRecords, after: KnownRecords, day: date) -> str:
    """The code of a unit, after the change or before it; else its id."""
    codes = (find_code(DayRecords(known, day), unit) for known in (after, before))
    return next((code for code in codes if code), str(unit))

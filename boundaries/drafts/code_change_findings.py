"""Codes by Order 79: what a draft adds to the findings on codes that begin on a day."""

from collections.abc import Iterator, Sequence
from datetime import date
from uuid import UUID

from boundaries.drafts.local_history import build_local_history, list_changed_units
from boundaries.rules.common.spatial_finding import SpatialFinding
from boundaries.rules.history.code_rules import find_code_change_flaws, find_reissued_codes
from gazetteer.ledger.drafts.known_records import KnownRecords, RecordKey

_RULES = (find_reissued_codes, find_code_change_flaws)
FoundOnUnits = tuple[SpatialFinding, tuple[UUID, ...]]
"""A finding, and the units that its features are numbers of."""


def compare_code_flaws(
    before: KnownRecords, after: KnownRecords, keys: Sequence[RecordKey], day: date
) -> tuple[list[FoundOnUnits], list[FoundOnUnits]]:
    """The findings on codes of a day that a change adds, and those that it removes."""
    units = sorted({*list_changed_units(after, keys), *list_changed_units(before, keys)})
    if not units:
        return [], []
    earlier, later = (
        {str(finding.message): (finding, numbered) for finding, numbered in found}
        for found in (_find_flaws(known, units, keys, day) for known in (before, after))
    )
    return (
        [found for text, found in later.items() if text not in earlier],
        [found for text, found in earlier.items() if text not in later],
    )


def _find_flaws(
    known: KnownRecords, units: Sequence[UUID], keys: Sequence[RecordKey], day: date
) -> Iterator[FoundOnUnits]:
    history = build_local_history(known, units, keys, day)
    for rule in _RULES:
        for finding in rule(history):
            yield finding, history.units

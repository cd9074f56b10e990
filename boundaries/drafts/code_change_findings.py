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


def find_code_flaws(
    before: KnownRecords, after: KnownRecords, keys: Sequence[RecordKey], day: date
) -> Iterator[FoundOnUnits]:
    """The findings on codes of a day that there were not before."""
    units = list_changed_units(after, keys)
    if not units:
        return
    known = {str(finding.message) for finding, _ in _find_flaws(before, units, keys, day)}
    for finding, numbered in _find_flaws(after, units, keys, day):
        if str(finding.message) not in known:
            yield finding, numbered


def _find_flaws(
    known: KnownRecords, units: Sequence[UUID], keys: Sequence[RecordKey], day: date
) -> Iterator[FoundOnUnits]:
    history = build_local_history(known, units, keys, day)
    for rule in _RULES:
        for finding in rule(history):
            yield finding, history.units

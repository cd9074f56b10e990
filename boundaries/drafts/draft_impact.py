"""What becomes of exceptions on the register when a draft moves the borders that they are about."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import shapely

from boundaries.drafts.draft_access import list_chains
from boundaries.drafts.draft_reading import build_unit_area
from boundaries.drafts.open_draft import Conn, OpenDraft
from boundaries.findings import finding_store
from boundaries.findings.finding_store import FindingFilter, FindingRecord
from boundaries.network.area_assembly import BrokenNetwork
from boundaries.rules.fingerprint import BorderLookup
from gazetteer.ledger.drafts.known_records import KnownRecords
from gazetteer.rules.finding_workflow import AnswerKind, FindingState


def list_ending_exceptions(conn: Conn, opened: OpenDraft) -> list[FindingRecord]:
    """The exceptions that end with the draft: borders run differently where they were granted.

    Exceptions without a place, as for codes, are not among them.
    """
    units = tuple({unit for chain in list_chains(opened).values() for unit in chain})
    answered = finding_store.load_findings(conn, FindingFilter(FindingState.ANSWERED, units=units))
    excepted = [one for one in answered if one.finding.answer is AnswerKind.EXCEPTION]
    day = opened.draft.first_day
    states = [_Borders(known, day) for known in (opened.base, opened.drafted_records)]
    return [one for one in excepted if _differs_at_place(one, states)]


def _differs_at_place(record: FindingRecord, states: "list[_Borders]") -> bool:
    seen = record.finding.observation
    if seen.geometry is None:
        return False
    before, after = (
        [borders.find_segments(unit, seen.geometry) for unit in seen.key.units]
        for borders in states
    )
    return before != after


@dataclass
class _Borders:
    """The borders of units of any level on a day, assembled when they are asked for."""

    known: KnownRecords
    day: date

    def __post_init__(self) -> None:
        self._areas: dict[UUID, shapely.MultiPolygon] = {}

    def find_segments(self, unit: UUID, place: shapely.geometry.base.BaseGeometry) -> bytes:
        """The segments of the border of a unit at a place; none where it does not close."""
        if unit not in self._areas:
            self._areas[unit] = self._build_area(unit)
        return BorderLookup(self._areas).find_segments_near(unit, place).tobytes()

    def _build_area(self, unit: UUID) -> shapely.MultiPolygon:
        try:
            area = build_unit_area(self.known, unit, self.day)
        except BrokenNetwork:
            area = None
        return shapely.MultiPolygon() if area is None else area

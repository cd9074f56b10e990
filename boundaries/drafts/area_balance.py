"""How much territory each unit wins and loses, at every level. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from boundaries.drafts.local_faces import assemble_faces
from boundaries.drafts.touched_units import UnitChain, list_touched_chains
from boundaries.network.commands.successions import measure_area
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.known_records import KnownRecords, RecordKey
from gazetteer.records.commands.unit_lookup import find_code

_LEAST_M2 = 0.01
"""What is less comes from the rounding of areas."""
_SIDES = ("left_unit", "right_unit")


@dataclass(frozen=True)
class Touched:
    """What a change touches on its first day.

    ``units`` are those whose territory or attributes change, at every level, by code; ``lines``
    the pairs of codes between which a border changes; ``area_m2`` what each unit wins or loses.
    """

    units: tuple[str, ...]
    edges: tuple[UUID, ...]
    nodes: tuple[UUID, ...]
    lines: tuple[tuple[str, str], ...]
    area_m2: dict[str, float]


NOTHING_TOUCHED = Touched((), (), (), (), {})


def measure_change(
    before: KnownRecords, after: KnownRecords, keys: Iterable[RecordKey], day: date
) -> Touched:
    """What a change of records touches, and how territories change by it."""
    changed = sorted(key for key in keys if before.load_versions(key) != after.load_versions(key))
    chains = list_touched_chains(before, after, changed, day)
    codes = _CodeNames(before, after, day)
    bounded, lines = list_bounded_units(before, after, changed, day)
    faces = [assemble_faces(known, sorted(chains), day) for known in (before, after)]
    balance: dict[UUID, float] = {}
    for face in sorted({*faces[0], *faces[1]}):
        won = (measure_area(faces[1].get(face)) or 0.0) - (measure_area(faces[0].get(face)) or 0.0)
        for unit in chains.get(face, (face,)):
            balance[unit] = balance.get(unit, 0.0) + won
    others = [key for key in changed if key[0] not in ("edge", "node")]
    concerned = bounded | list_touched_chains(before, after, others, day).keys()
    return Touched(
        tuple(sorted({codes.name_unit(unit) for unit in concerned})),
        tuple(key[1] for key in changed if key[0] == "edge"),
        tuple(key[1] for key in changed if key[0] == "node"),
        tuple(sorted({codes.name_pair(*pair) for pair in lines})),
        {codes.name_unit(unit): won for unit, won in balance.items() if unit in bounded},
    )


def list_bounded_units(
    before: KnownRecords, after: KnownRecords, keys: Iterable[RecordKey], day: date
) -> tuple[set[UUID], set[tuple[UUID, UUID]]]:
    """The units of every level whose outline changes, and the pairs whose common border does."""
    units: set[UUID] = set()
    lines: set[tuple[UUID, UUID]] = set()
    for key in keys:
        if key[0] != "edge":
            continue
        chains = list_touched_chains(before, after, [key], day)
        for known in (before, after):
            attributes = DayRecords(known, day).find_record(*key)
            if attributes is None:
                continue
            left, right = (_get_chain(chains, attributes[side]) for side in _SIDES)
            units |= set(left) ^ set(right)
            if left and right:
                lines.add((min(left[0], right[0]), max(left[0], right[0])))
    return units, lines


def _get_chain(chains: dict[UUID, UnitChain], unit: UUID | None) -> UnitChain:
    return () if unit is None else chains.get(unit, (unit,))


@dataclass(frozen=True)
class _CodeNames:
    """The codes of units, as they are after a change, else before it."""

    before: KnownRecords
    after: KnownRecords
    day: date

    def name_pair(self, one: UUID, other: UUID) -> tuple[str, str]:
        """The codes of two units, the lower one first."""
        low, high = sorted((self.name_unit(one), self.name_unit(other)))
        return low, high

    def name_unit(self, unit: UUID) -> str:
        """The code of a unit on the day; its id if it has none."""
        codes = (
            find_code(DayRecords(known, self.day), unit) for known in (self.after, self.before)
        )
        return next((code for code in codes if code), str(unit))

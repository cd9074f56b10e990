"""Which units a change of records touches, and whether they are below the unit of a draft. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from uuid import UUID

from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.known_records import KnownRecords, RecordKey
from gazetteer.ledger.versions import Attributes
from gazetteer.records.commands.unit_lookup import get_parent

UnitChain = tuple[UUID, ...]
"""A unit and those above it, upwards."""
_UNIT_FIELDS: Mapping[str, tuple[str, ...]] = {
    "edge": ("left_unit", "right_unit"),
    "code": ("unit_id",),
    "place": ("unit_id", "within"),
    "succession": ("from_unit", "to_unit"),
}


def list_touched_chains(
    before: KnownRecords, after: KnownRecords, keys: Iterable[RecordKey], day: date
) -> dict[UUID, UnitChain]:
    """The units that a change touches on a day, each with those above it."""
    states = DayRecords(before, day), DayRecords(after, day)
    units = {unit for key in keys for unit in _find_units(states, key)}
    chains = {unit: _find_chain(states, unit) for unit in sorted(units)}
    return {unit: chain for unit, chain in chains.items() if chain}


def list_described_units(
    before: KnownRecords, after: KnownRecords, keys: Iterable[RecordKey], day: date
) -> list[UUID]:
    """The units that records are about on a day, before or after a change of them."""
    states = DayRecords(before, day), DayRecords(after, day)
    return sorted({unit for key in keys for unit in _find_units(states, key)})


def find_outside(
    before: KnownRecords,
    after: KnownRecords,
    keys: Iterable[RecordKey],
    day: date,
    scope: UUID | None,
) -> list[UUID]:
    """The units that a draft for ``scope`` may not touch, but would.

    An edge may be changed if one of its sides is below the scope, before or after the change. A
    draft without a scope is for the whole register.
    """
    if scope is None:
        return []
    states = DayRecords(before, day), DayRecords(after, day)
    outside: set[UUID] = set()
    for key in keys:
        every = _find_units(states, key)
        touched = {unit for unit in every if _find_chain(states, unit)}
        within = {unit for unit in touched if scope in _find_chain(states, unit)}
        if not within:
            outside |= touched
        elif key[0] != "edge":
            outside |= touched - within
    return sorted(outside)


def find_common_unit(
    before: KnownRecords, after: KnownRecords, keys: Iterable[RecordKey], day: date
) -> UUID | None:
    """The lowest known unit that has both sides of all that changes.

    Where no unit has, as on the outer border of a province, the lowest one for which a draft may
    change it; None: there is none.
    """
    states = DayRecords(before, day), DayRecords(after, day)
    chains_by_key = [(key, _list_chains(states, key)) for key in keys]
    chains_by_key = [of_key for of_key in chains_by_key if of_key[1]]
    every = {unit for _, chains in chains_by_key[:1] for chain in chains for unit in chain}
    known = (unit for unit in sorted(every) if states[0].find_record("unit", unit) is not None)
    depths = {unit: len(_find_chain(states, unit)) for unit in known}
    for one_side in (False, True):
        common = [
            unit
            for unit in depths
            if all(
                _is_covered(unit, chains, one_side and key[0] == "edge")
                for key, chains in chains_by_key
            )
        ]
        if common:
            return max(common, key=depths.__getitem__)
    return None


def _list_chains(states: tuple[DayRecords, DayRecords], key: RecordKey) -> list[UnitChain]:
    chains = (_find_chain(states, unit) for unit in sorted(_find_units(states, key)))
    return [chain for chain in chains if chain]


def _is_covered(unit: UUID, chains: Sequence[UnitChain], one_is_enough: bool) -> bool:
    within = [unit in chain for chain in chains]
    return any(within) if one_is_enough else all(within)


def _find_units(states: tuple[DayRecords, DayRecords], key: RecordKey) -> set[UUID]:
    """The units that a record is about on the day, before and after the change."""
    return {unit for records in states for unit in _iter_units(records, key)}


def _iter_units(records: DayRecords, key: RecordKey) -> Iterator[UUID]:
    """The units that a record is about on the day."""
    kind, record_id = key
    attributes = records.find_record(kind, record_id)
    if attributes is None:
        return
    if kind == "unit":
        yield record_id
    elif kind == "name":
        yield from _iter_units(records, ("place", attributes["place_id"]))
    elif kind == "spelling":
        yield from _iter_units(records, ("name", attributes["name_id"]))
    else:
        yield from _select_units(kind, attributes)


def _select_units(kind: str, attributes: Attributes) -> Iterator[UUID]:
    units = [attributes[field] for field in _UNIT_FIELDS.get(kind, ())]
    yield from (unit for unit in units if unit is not None)


def _find_chain(states: tuple[DayRecords, DayRecords], unit: UUID) -> UnitChain:
    """The chain of a unit as it is after the change, else as it was before it.

    Empty for a unit that begins and ends within a draft: it never was.
    """
    for records in reversed(states):
        chain = tuple(_iter_chain(records, unit))
        if chain:
            return chain
    return ()


def _iter_chain(records: DayRecords, unit: UUID) -> Iterator[UUID]:
    at: UUID | None = unit
    seen: set[UUID] = set()
    while at is not None and at not in seen:
        attributes = records.find_record("unit", at)
        if attributes is None:
            return
        yield at
        seen.add(at)
        at = get_parent(attributes)

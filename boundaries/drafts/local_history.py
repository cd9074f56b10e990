"""The history of some units round a day, as the rules on history take it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

import numpy as np

from boundaries.network.network_builder import Network
from boundaries.network.network_store import NetworkHistory
from boundaries.rules.history.history_context import (
    CodeTenure,
    HistoryContext,
    SuccessionTransfer,
    UnitTenure,
    ValidityPeriod,
)
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.known_records import KnownRecords, RecordKey
from gazetteer.records.commands.unit_lookup import MCA_SYSTEM, find_code, find_name, get_parent

_DAY = timedelta(days=1)
_NONE = np.zeros(0, dtype=np.int64)
_NO_NETWORK = NetworkHistory(
    Network(np.empty((0, 2)), _NONE, _NONE, _NONE, _NONE, np.empty((0, 2)), np.zeros(1, np.int64)),
    (),
    (),
    (),
    _NONE,
    _NONE,
    np.empty((0, 2), dtype=bool),
    {},
)


def list_changed_units(known: KnownRecords, keys: Iterable[RecordKey]) -> list[UUID]:
    """The units whose own records or codes are among some records, in the order of their ids."""
    units: set[UUID] = set()
    for kind, record_id in keys:
        if kind == "unit":
            units.add(record_id)
        elif kind == "code":
            versions = known.load_versions((kind, record_id))
            units.update(version.attributes["unit_id"] for version in versions)
    return sorted(units)


def build_local_history(
    known: KnownRecords, units: Sequence[UUID], keys: Iterable[RecordKey], day: date
) -> HistoryContext:
    """What changes on a day: the states of units before and on it, their codes, the successions."""
    states = _build_states(known, units, day)
    parents = {state.parent for own in states.values() for state in own} - {None, *units}
    above = _build_states(known, sorted(parent for parent in parents if parent), day)
    links = [
        SuccessionTransfer(version.attributes["from_unit"], version.attributes["to_unit"], day)
        for key in keys
        if key[0] == "succession"
        for version in known.load_versions(key)
        if version.period.start.on == day
    ]
    codes = sorted(_iter_codes(known, units), key=lambda c: (c.code, c.period.start or date.min))
    carriers = {tenure.unit for tenure in codes} - states.keys() - above.keys()
    named = {unit: _build_last_state(known, unit, day) for unit in sorted(carriers)}
    every = {**states, **above, **named}
    return HistoryContext(day, every, codes, links, (), _NO_NETWORK, day - _DAY)


def _build_states(
    known: KnownRecords, units: Sequence[UUID], day: date
) -> Mapping[UUID, list[UnitTenure]]:
    spans = (
        (DayRecords(known, day - _DAY), ValidityPeriod(None, day)),
        (DayRecords(known, day), ValidityPeriod(day, None)),
    )
    states: dict[UUID, list[UnitTenure]] = {}
    for unit in units:
        for records, period in spans:
            state = _find_state(records, unit, period)
            if state is not None:
                states.setdefault(unit, []).append(state)
    return states


def _find_state(records: DayRecords, unit: UUID, period: ValidityPeriod) -> UnitTenure | None:
    attributes = records.find_record("unit", unit)
    if attributes is None or attributes["level"] == "village":
        return None
    return UnitTenure(
        attributes["level"],
        attributes["unit_type"],
        find_code(records, unit) or None,
        find_name(records, unit),
        get_parent(attributes),
        period,
    )


def _build_last_state(known: KnownRecords, unit: UUID, day: date) -> list[UnitTenure]:
    """A unit that carried a code, as it was last known: for its name in a message."""
    versions = known.load_versions(("unit", unit))
    if not versions:
        return []
    end = versions[-1].period.end.on
    last_day = day if end is None or end > day else end - _DAY
    state = _find_state(DayRecords(known, last_day), unit, ValidityPeriod(None, end))
    return [] if state is None else [state]


def _iter_codes(known: KnownRecords, units: Sequence[UUID]) -> Iterable[CodeTenure]:
    """The periods of all codes that one of the units ever carried, whoever carried them."""
    own = {
        version.attributes["code"]
        for unit in units
        for record in known.find_ids("code", "unit_id", unit)
        for version in known.load_versions(("code", record))
    }
    for code in own:
        for record in known.find_ids("code", "code", code):
            for version in known.load_versions(("code", record)):
                if version.attributes["code_system"] == MCA_SYSTEM:
                    start, stop = version.period.start.on, version.period.end.on
                    unit = version.attributes["unit_id"]
                    yield CodeTenure(unit, code, ValidityPeriod(start, stop))

"""Which periods of codes belong to one and the same unit, and the successions between units.

A unit continues where its code is re-issued for a change of subordination (same name, same type,
one to one), where it is renamed under its code, and where only its parent was renamed. It is
another unit where its type changes under a new code (县→市→区), where units merge or split, and
where a code is used again (field notes 3.2, 3.3; MCA Order 79 art. 6).
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from gazetteer.ingest.code_history import CodeHistory
from gazetteer.ingest.typed_rows import ChangeRow, RecordRow
from gazetteer.records.name_parts import derive_unit_type

SAME_CODE_KINDS = ("rename", "redefine")


@dataclass(frozen=True, slots=True)
class Transfer:
    """Territory of period ``old`` passes to period ``new`` (numbers of records) by a change."""

    old: int
    new: int
    change: ChangeRow


def find_transfers(history: CodeHistory) -> list[Transfer]:
    """The changes that name both sides."""
    transfers: list[Transfer] = []
    for change in history.changes:
        old, new = history.find_source_period(change), history.find_target_period(change)
        if old is not None and new is not None and old != new:
            transfers.append(Transfer(old, new, change))
    return transfers


def is_source_ended(transfer: Transfer, records: Sequence[RecordRow]) -> bool:
    """Whether the old period ends with the change."""
    return records[transfer.old].until == transfer.change.year


def is_target_begun(transfer: Transfer, records: Sequence[RecordRow]) -> bool:
    """Whether the new period begins with the change."""
    return records[transfer.new].since == transfer.change.year


def assign_first_periods(history: CodeHistory, transfers: Sequence[Transfer]) -> list[int]:
    """For every period the number of the first period of its unit."""
    successors = dict(_iter_continuations(history, transfers))
    first = list(range(len(history.records)))
    for number in sorted(successors, key=lambda n: history.records[n].since):
        first[successors[number]] = first[number]
    return first


def _iter_continuations(
    history: CodeHistory, transfers: Sequence[Transfer]
) -> Iterator[tuple[int, int]]:
    """Pairs of periods (earlier, later) of one unit; each period occurs once on either side."""
    records = history.records
    continued = {
        (p.old, p.new)
        for p in transfers
        if p.change.kind in SAME_CODE_KINDS and records[p.old].code == records[p.new].code
    }
    continued |= set(_iter_silent_renamings(history, transfers))
    yield from sorted(continued)
    continued_sources, continued_targets = (
        {old for old, _ in continued},
        {new for _, new in continued},
    )
    recodes = [p for p in transfers if _is_recode(p, records)]
    givers, takers = Counter(p.old for p in recodes), Counter(p.new for p in recodes)
    for p in recodes:
        one_to_one = givers[p.old] == 1 and takers[p.new] == 1
        if one_to_one and p.old not in continued_sources and p.new not in continued_targets:
            yield p.old, p.new


def _is_recode(p: Transfer, records: Sequence[RecordRow]) -> bool:
    old, new = records[p.old], records[p.new]
    return (
        p.change.kind == "recode"
        and is_source_ended(p, records)
        and is_target_begun(p, records)
        and (old.level, old.name) == (new.level, new.name)
        and _derive_record_type(old) == _derive_record_type(new)
    )


def _iter_silent_renamings(
    history: CodeHistory, transfers: Sequence[Transfer]
) -> Iterator[tuple[int, int]]:
    """Prefectures renamed under their code without a row of their own (襄樊市 → 襄阳市)."""
    records = history.records
    explicitly_ended = {p.old for p in transfers if is_source_ended(p, records)}
    for numbers in history.by_code.values():
        for earlier, later in pairwise(numbers):
            old, new = records[earlier], records[later]
            if (
                old.level == new.level == "prefecture"
                and old.until == new.since
                and earlier not in explicitly_ended
                and _derive_record_type(old) == _derive_record_type(new)
            ):
                yield earlier, later


def _derive_record_type(record: RecordRow) -> str | None:
    return derive_unit_type(record.name, record.level, record.code)


@dataclass(frozen=True, slots=True)
class UnitSuccession:
    """A succession between two units (numbers of their first periods), by its evidence."""

    old: int  # period from which territory passes
    new: int  # period to which it passes
    kind: str
    is_full_transfer: bool  # the whole territory passed, one to one
    change: ChangeRow | None  # None: derived from the changes of the members


def derive_successions(
    history: CodeHistory, transfers: Sequence[Transfer], first_periods: Sequence[int]
) -> list[UnitSuccession]:
    """Successions between different units, each once per pair and year."""
    ended_periods = _find_ended_periods(history.records, first_periods)
    stated = _derive_stated_successions(history, transfers, first_periods, ended_periods)
    derived = [
        succession
        for succession in _iter_prefecture_successions(
            history, transfers, first_periods, ended_periods
        )
        if (
            first_periods[succession.old],
            first_periods[succession.new],
            history.records[succession.old].until or 0,
        )
        not in stated
    ]
    return [*stated.values(), *derived]


def _derive_stated_successions(
    history: CodeHistory,
    transfers: Sequence[Transfer],
    first_periods: Sequence[int],
    ended_periods: set[int],
) -> dict[tuple[int, int, int], UnitSuccession]:
    """The successions that the changes state, by both units and the year."""
    records = history.records
    targets: dict[int, set[int]] = defaultdict(set)
    sources: dict[int, set[int]] = defaultdict(set)
    between = [p for p in transfers if first_periods[p.old] != first_periods[p.new]]
    for p in between:
        if is_source_ended(p, records) and p.old in ended_periods:
            targets[p.old].add(first_periods[p.new])
        if is_target_begun(p, records):
            sources[p.new].add(first_periods[p.old])
    unit_starts = set(first_periods)
    by_pair: dict[tuple[int, int, int], UnitSuccession] = {}
    for p in between:
        if not (is_source_ended(p, records) and p.old in ended_periods):
            kind = "split_off"
        elif len(targets[p.old]) > 1:
            kind = "part_of"
        elif (
            p.new in unit_starts
            and is_target_begun(p, records)
            and len(sources[p.new]) == 1
            and not _is_promotion(history, p)
        ):
            kind = "continues"
        else:
            kind = "absorbed"
        key = (first_periods[p.old], first_periods[p.new], p.change.year)
        by_pair.setdefault(key, UnitSuccession(p.old, p.new, kind, kind == "continues", p.change))
    return by_pair


def _find_ended_periods(records: Sequence[RecordRow], first_periods: Sequence[int]) -> set[int]:
    """The last periods of abolished units."""
    last: dict[int, int] = {}
    for number in sorted(range(len(records)), key=lambda n: records[n].since):
        last[first_periods[number]] = number
    return {number for number in last.values() if records[number].until is not None}


def _is_promotion(history: CodeHistory, p: Transfer) -> bool:
    """Whether a unit became one of a higher level that began with members of its own."""
    old, new = history.records[p.old], history.records[p.new]
    if old.level == new.level:
        return False
    return any(
        record.parent_code == new.code and record.since == new.since for record in history.records
    )


def _iter_prefecture_successions(
    history: CodeHistory,
    transfers: Sequence[Transfer],
    first_periods: Sequence[int],
    ended_periods: set[int],
) -> Iterator[UnitSuccession]:
    """The successors of an abolished prefecture: where its members went in the year it ended."""
    records = history.records
    heirs: dict[int, dict[int, int]] = defaultdict(dict)  # prefecture -> unit -> its period
    for p in transfers:
        old, year = records[p.old], p.change.year
        if old.level != "county" or not is_source_ended(p, records):
            continue
        parent = _find_ending_period(history, old.parent_code, year)
        if parent is None or parent not in ended_periods:
            continue
        heir = _find_prefecture(history, p.new, year)
        if heir is not None and first_periods[heir] != first_periods[parent]:
            heirs[parent].setdefault(first_periods[heir], heir)
    for parent, unit_heirs in heirs.items():
        kind = "absorbed" if len(unit_heirs) == 1 else "part_of"
        for heir in unit_heirs.values():
            yield UnitSuccession(parent, heir, kind, False, None)


def _find_ending_period(history: CodeHistory, code: str, year: int) -> int | None:
    numbers = (n for n in history.by_code.get(code, ()) if history.records[n].until == year)
    return next(numbers, None)


def _find_prefecture(history: CodeHistory, number: int, year: int) -> int | None:
    """The prefecture that contains a period after the change; itself if it is one."""
    record = history.records[number]
    if record.level == "prefecture":
        return number
    prefecture = history.find_period_in_year(record.parent_code, year)
    return (
        prefecture
        if prefecture is not None and history.records[prefecture].level == "prefecture"
        else None
    )

"""Which periods of codes belong to one and the same unit, and what passes between units.

A unit goes on where its code is re-issued for a change of subordination (same name, same type,
one to one), where it is renamed under its code, and where only its parent was renamed. It is
another unit where its type changes under a new code (县→市→区), where units merge or split, and
where a code is used again (field notes 3.2, 3.3; MCA Order 79 art. 6).
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from gazetteer.intake.days import History
from gazetteer.intake.parts import unit_type
from gazetteer.intake.rows import ChangeRow, RecordRow

SAME_CODE_KINDS = ("rename", "redefine")


@dataclass(frozen=True, slots=True)
class Passing:
    """Territory of period ``old`` passes to period ``new`` (numbers of records) by a change."""

    old: int
    new: int
    change: ChangeRow


def passings(history: History) -> list[Passing]:
    """The changes that name both sides."""
    found: list[Passing] = []
    for change in history.changes:
        old, new = history.old(change), history.new(change)
        if old is not None and new is not None and old != new:
            found.append(Passing(old, new, change))
    return found


def ends(passing: Passing, records: Sequence[RecordRow]) -> bool:
    """Whether the giving period ends by the change."""
    return records[passing.old].until == passing.change.year


def begins(passing: Passing, records: Sequence[RecordRow]) -> bool:
    """Whether the receiving period begins by the change."""
    return records[passing.new].since == passing.change.year


def units_of(history: History, passed: Sequence[Passing]) -> list[int]:
    """For every period the number of the first period of its unit."""
    following = dict(_continuations(history, passed))
    first = list(range(len(history.records)))
    for number in sorted(following, key=lambda n: history.records[n].since):
        first[following[number]] = first[number]
    return first


def _continuations(history: History, passed: Sequence[Passing]) -> Iterator[tuple[int, int]]:
    """Pairs of periods (earlier, later) of one unit; each period occurs once on either side."""
    records = history.records
    kept = {
        (p.old, p.new)
        for p in passed
        if p.change.kind in SAME_CODE_KINDS and records[p.old].code == records[p.new].code
    }
    kept |= set(_silent_renamings(history, passed))
    yield from sorted(kept)
    gone_on, come_from = {old for old, _ in kept}, {new for _, new in kept}
    recodes = [p for p in passed if _is_recode(p, records)]
    givers, takers = Counter(p.old for p in recodes), Counter(p.new for p in recodes)
    for p in recodes:
        alone = givers[p.old] == 1 and takers[p.new] == 1
        if alone and p.old not in gone_on and p.new not in come_from:
            yield p.old, p.new


def _is_recode(p: Passing, records: Sequence[RecordRow]) -> bool:
    old, new = records[p.old], records[p.new]
    return (
        p.change.kind == "recode"
        and ends(p, records)
        and begins(p, records)
        and (old.level, old.name) == (new.level, new.name)
        and _type(old) == _type(new)
    )


def _silent_renamings(history: History, passed: Sequence[Passing]) -> Iterator[tuple[int, int]]:
    """Prefectures handed on under their code without a row of their own (襄樊市 → 襄阳市)."""
    records = history.records
    spoken = {p.old for p in passed if ends(p, records)}
    for numbers in history.by_code.values():
        for earlier, later in pairwise(numbers):
            old, new = records[earlier], records[later]
            if (
                old.level == new.level == "prefecture"
                and old.until == new.since
                and earlier not in spoken
                and _type(old) == _type(new)
            ):
                yield earlier, later


def _type(record: RecordRow) -> str | None:
    return unit_type(record.name, record.level, record.code)


@dataclass(frozen=True, slots=True)
class Link:
    """A succession between two units (numbers of their first periods), by its evidence."""

    old: int  # period that gives
    new: int  # period that receives
    kind: str
    whole: bool  # the source says that the whole territory passed, one to one
    change: ChangeRow | None  # None: derived from the changes of the members


def links(history: History, passed: Sequence[Passing], unit: Sequence[int]) -> list[Link]:
    """Successions between different units, each once per pair and year."""
    records = history.records
    going = _ended(records, unit)
    targets: dict[int, set[int]] = defaultdict(set)
    sources: dict[int, set[int]] = defaultdict(set)
    between = [p for p in passed if unit[p.old] != unit[p.new]]
    for p in between:
        if ends(p, records) and p.old in going:
            targets[p.old].add(unit[p.new])
        if begins(p, records):
            sources[p.new].add(unit[p.old])
    begun = set(unit)
    found: dict[tuple[int, int, int], Link] = {}
    for p in between:
        kind = "split_off"
        if ends(p, records) and p.old in going:
            alone = len(targets[p.old]) == 1
            new_unit = p.new in begun and begins(p, records) and len(sources[p.new]) == 1
            fits = not _grows(history, p)
            kind = ("continues" if new_unit and fits else "absorbed") if alone else "part_of"
        key = (unit[p.old], unit[p.new], p.change.year)
        found.setdefault(key, Link(p.old, p.new, kind, kind == "continues", p.change))
    derived = [
        link
        for link in _of_prefectures(history, passed, unit, going)
        if (unit[link.old], unit[link.new], records[link.old].until or 0) not in found
    ]
    return [*found.values(), *derived]


def _ended(records: Sequence[RecordRow], unit: Sequence[int]) -> set[int]:
    """The last periods of units that are no more."""
    last: dict[int, int] = {}
    for number in sorted(range(len(records)), key=lambda n: records[n].since):
        last[unit[number]] = number
    return {number for number in last.values() if records[number].until is not None}


def _grows(history: History, p: Passing) -> bool:
    """Whether a unit became one of a higher level that began with members of its own."""
    old, new = history.records[p.old], history.records[p.new]
    if old.level == new.level:
        return False
    return any(
        record.parent_code == new.code and record.since == new.since for record in history.records
    )


def _of_prefectures(
    history: History, passed: Sequence[Passing], unit: Sequence[int], going: set[int]
) -> Iterator[Link]:
    """Where an abolished prefecture went, by where its members went in the year it ended."""
    records = history.records
    heirs: dict[int, dict[int, int]] = defaultdict(dict)  # prefecture -> unit -> its period
    for p in passed:
        old, year = records[p.old], p.change.year
        if old.level != "county" or not ends(p, records):
            continue
        parent = _ending(history, old.parent_code, year)
        if parent is None or parent not in going:
            continue
        heir = _seat_of(history, p.new, year)
        if heir is not None and unit[heir] != unit[parent]:
            heirs[parent].setdefault(unit[heir], heir)
    for parent, found in heirs.items():
        kind = "absorbed" if len(found) == 1 else "part_of"
        for heir in found.values():
            yield Link(parent, heir, kind, False, None)


def _ending(history: History, code: str, year: int) -> int | None:
    numbers = (n for n in history.by_code.get(code, ()) if history.records[n].until == year)
    return next(numbers, None)


def _seat_of(history: History, number: int, year: int) -> int | None:
    """The prefecture a period lies in after the change; itself if it is one."""
    record = history.records[number]
    if record.level == "prefecture":
        return number
    found = history.in_year(record.parent_code, year)
    return found if found is not None and history.records[found].level == "prefecture" else None

"""Names of units in what a text leaves unread, and which unit they mean.

What is known comes before what is guessed: a unit under the one that was recognised, by the end
of its name (霞涌街道 for 大亚湾霞涌街道); a unit next door, as towns change their county; and only
where the register knows nothing of the name there, a spelling that is wrong by one character.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from gazetteer.records.levels import LEVELS, Level
from gazetteer.search.geocoder.evidence import Evidence
from gazetteer.search.geocoder.faults import Fault, FaultKind
from gazetteer.search.geocoder.match_faults import build_not_written, iter_evidence_faults
from gazetteer.search.geocoder.spelling import find_misspelled_child
from gazetteer.search.index.candidates import NameRelation, build_standard_candidate
from gazetteer.search.index.day_index import DayIndex, UnitRef
from gazetteer.search.text.address_components import AddressComponent
from gazetteer.search.text.name_forms import find_township_generic, find_village_generic
from gazetteer.search.text.written_numerals import iter_numeral_variants

_PREFECTURE, _COUNTY = LEVELS.index(Level.PREFECTURE), LEVELS.index(Level.COUNTY)
_TOWNSHIP, _VILLAGE = LEVELS.index(Level.TOWNSHIP), LEVELS.index(Level.VILLAGE)
_ODD_KINDS = ("unmatched", "estate", "poi")
_END = re.compile(r"街道|镇|乡|村(?:民?委员?会)?|社区|区|县|市")
_START = re.compile(r"(?:管委会|[区县市镇乡])(?=.)")
_DIGITS = re.compile("[0-9]")


class Reading(NamedTuple):
    """What an address is read as: the chain, its evidence and faults, and what is left to read.

    ``doubt`` is what makes it doubtful: no more once a unit below is read, which agrees with it.
    """

    chain: tuple[UnitRef, ...]
    evidence: tuple[Evidence, ...]
    faults: tuple[Fault, ...]
    rest: Sequence[AddressComponent]
    doubt: FaultKind | None = None


class _WrittenName(NamedTuple):
    text: str
    start: int
    end: int


def read_on(day_index: DayIndex, value: str, reading: Reading) -> Reading:
    """The reading with the units that unread components name: a town, then a village in it."""
    if reading.chain[-1].level < _PREFECTURE:
        return reading
    reading = reading._replace(rest=_join_numbers(reading.rest))
    while (further := _read_known_name(day_index, value, reading)) is not None:
        reading = further
    if reading.doubt is FaultKind.AMBIGUOUS:
        return reading
    return _correct_spelling(day_index, reading) or reading


def _join_numbers(components: Sequence[AddressComponent]) -> list[AddressComponent]:
    """The components, a bare number in one with the name that follows it: 10 and 里亭镇."""
    joined: list[AddressComponent] = []
    for component in components:
        before = joined[-1] if joined else None
        if (
            before is not None
            and before.text.isdecimal()
            and before.kind in _ODD_KINDS
            and component.kind in _ODD_KINDS
            and before.start + len(before.text) == component.start
        ):
            joined[-1] = replace(component, text=before.text + component.text, start=before.start)
        else:
            joined.append(component)
    return joined


def _read_known_name(day_index: DayIndex, value: str, reading: Reading) -> Reading | None:
    """The reading with one more unit, which lies under or next to the last one."""
    leaf = reading.chain[-1]
    if leaf.level not in (_PREFECTURE, _COUNTY, _TOWNSHIP):
        return None
    has_unread_town = False
    for number, component in enumerate(reading.rest):
        if component.kind not in _ODD_KINDS:
            continue
        for written in _iter_written_names(component.text):
            found = _find_below(day_index, leaf, written.text)
            if found is None and (has_unread_town or not find_village_generic(written.text)):
                found = _find_next_door(day_index, reading.chain, written.text)
            if found is not None:
                item = replace(
                    found,
                    start=component.start + written.start,
                    end=component.start + written.end,
                )
                rest = _leave_rest(reading.rest, number, written)
                return _extend_reading(day_index, value, reading, item, rest)
        has_unread_town |= bool(find_township_generic(component.text))
    return None


def _correct_spelling(day_index: DayIndex, reading: Reading) -> Reading | None:
    """The reading with the one unit whose name an unread component spells wrong."""
    node = reading.chain[-1].node
    for number, component in enumerate(reading.rest):
        if component.kind not in _ODD_KINDS:
            continue
        for written in _iter_written_names(component.text):
            if written.start > 0 or _is_known_below(day_index, node, written.text):
                continue
            unit = find_misspelled_child(day_index, node, written.text)
            if unit is not None:
                fault = Fault(FaultKind.SPELLED_WRONG, LEVELS[unit.level], written.text, unit.name)
                rest = _leave_rest(reading.rest, number, written)
                chain, faults = (*reading.chain, unit), (*reading.faults, fault)
                return Reading(chain, reading.evidence, faults, rest, reading.doubt)
    return None


def _iter_written_names(text: str) -> Iterator[_WrittenName]:
    """What in a text has the form of a name, the longest first of those that begin together."""
    if not _END.search(text):
        yield _WrittenName(text, 0, len(text))  # 南庄, which may be a town next door
    starts = [0, *[found.end() for found in _START.finditer(text)]]
    ends = [found.end() for found in _END.finditer(text)]
    for start in starts:
        for end in reversed(ends):
            if end - start > 2 or _DIGITS.match(text, start):  # 1村
                yield _WrittenName(text[start:end], start, end)


def _find_below(day_index: DayIndex, leaf: UnitRef, written: str) -> Evidence | None:
    """The one unit under the leaf that is written so, or whose name ends so."""
    found = _find_named(day_index, written, leaf.node)
    if not found and find_township_generic(written):
        found = [
            _build_full_evidence(day_index, unit.node)
            for name, unit in _iter_townships(day_index, leaf)
            if name.endswith(written)
        ]
    return found[0] if len(found) == 1 else None


def _iter_townships(day_index: DayIndex, leaf: UnitRef) -> Iterator[tuple[str, UnitRef]]:
    for name, unit in day_index.list_named_children(leaf.node):
        if unit.level == _TOWNSHIP:
            yield name, unit
        elif unit.level == _COUNTY:
            yield from _iter_townships(day_index, unit)


def _build_full_evidence(day_index: DayIndex, node: int) -> Evidence:
    index, state = day_index.index, day_index.states[node]
    period = index.starts[state], index.ends[state]
    candidate = build_standard_candidate(node, index.levels[state], *period)
    return Evidence(0, 0, -1, candidate, candidate.weight)


def _find_next_door(day_index: DayIndex, chain: Sequence[UnitRef], written: str) -> Evidence | None:
    """The one unit of the same prefecture that is written so, where the county has none."""
    prefecture = next((unit for unit in chain if unit.level == _PREFECTURE), None)
    if prefecture is None or chain[-1].level != _COUNTY:
        return None
    found = _find_named(day_index, written, prefecture.node)
    if not found and not _END.search(written):
        found = _find_held_towns(day_index, chain[-1], written, prefecture.node)
    return found[0] if len(found) == 1 else None


def _find_held_towns(
    day_index: DayIndex, county: UnitRef, written: str, node: int
) -> list[Evidence]:
    """The towns by their short form, in counties whose territory the one that is written held."""
    key = day_index.index.find_key(written)
    if key is None:
        return []
    return [
        Evidence(0, 0, key, candidate, candidate.weight)
        for candidate in day_index.find_candidates_under(key, node)
        if candidate.level == _TOWNSHIP and candidate.relation is NameRelation.CURRENT_NAME
        if _has_held(day_index, county, day_index.get_node_path(candidate.node)[-2])
    ]


def _find_named(day_index: DayIndex, written: str, node: int) -> list[Evidence]:
    """The townships or villages under a node that a name with its generic part means."""
    village_generic = find_village_generic(written)
    generic = village_generic or find_township_generic(written)
    level = _VILLAGE if village_generic else _TOWNSHIP
    if not generic:
        return []
    for text in (written, *iter_numeral_variants(written)):
        for name, completed in ((text, ""), (text.removesuffix(generic), generic)):
            key = day_index.index.find_key(name)
            if key is None:
                continue
            found = [
                Evidence(0, 0, key, candidate, candidate.weight, completed)
                for candidate in day_index.find_candidates_under(key, node)
                if candidate.level == level
                if candidate.relation is NameRelation.CURRENT_NAME
                if village_generic or completed or candidate.has_generic
            ]
            if found:
                return _keep_own_kind(day_index, found, generic)
    return []


def _keep_own_kind(day_index: DayIndex, found: list[Evidence], generic: str) -> list[Evidence]:
    """Those whose names have the generic part themselves, if any: a 村, not the 社区 beside it."""
    own = [
        item
        for item in found
        if generic in day_index.index.names[day_index.states[item.candidate.node]]
    ]
    return own or found


def _is_known_below(day_index: DayIndex, node: int, written: str) -> bool:
    """Whether the register knows the name under a node at any time, as that of a unit or place."""
    index, generic = day_index.index, find_township_generic(written)
    for name in {written, written.removesuffix(generic)}:
        key = index.find_key(name)
        if key is not None:
            nodes, after = index.meaning_node, index.meaning_offsets[key + 1]
            first = bisect_left(nodes, node + 1, index.meaning_offsets[key], after)
            if first < after and nodes[first] <= index.last_descendant[node]:
                return True
    return False


def _leave_rest(
    components: Sequence[AddressComponent], number: int, written: _WrittenName
) -> list[AddressComponent]:
    """The components without the name; what stands before and behind it stays unread."""
    component = components[number]
    before, after = component.text[: written.start], component.text[written.end :]
    pieces = []
    if before:
        pieces.append(replace(component, kind="unmatched", text=before))
    if after:
        start = component.start + written.end
        pieces.append(replace(component, text=after, start=start))
    return [*components[:number], *pieces, *components[number + 1 :]]


def _extend_reading(
    day_index: DayIndex,
    value: str,
    reading: Reading,
    item: Evidence,
    rest: list[AddressComponent],
) -> Reading:
    chain, leaf = day_index.get_chain(item.candidate.node), reading.chain[-1]
    known = {unit.node for unit in reading.chain}
    faults = [
        *reading.faults,
        *(
            build_not_written(unit.level, unit.name)
            for unit in chain[:-1]
            if unit.node not in known and unit.level > leaf.level
        ),
        *iter_evidence_faults(value[item.start : item.end], item, chain[-1]),
    ]
    lies_elsewhere = all(unit.node != leaf.node for unit in chain)
    if lies_elsewhere:
        faults.append(_build_parent_fault(day_index, value, reading, chain))
    doubt = reading.doubt if lies_elsewhere else None
    return Reading(chain, (*reading.evidence, item), tuple(faults), rest, doubt)


def _build_parent_fault(
    day_index: DayIndex, value: str, reading: Reading, chain: Sequence[UnitRef]
) -> Fault:
    """The fault of a county that is written, while the unit lies in another one."""
    leaf, written = reading.chain[-1], reading.evidence[-1]
    actual = next((unit for unit in chain if unit.level == leaf.level), chain[-1])
    held = _has_held(day_index, leaf, actual.node)
    kind = FaultKind.FORMER_PARENT if held else FaultKind.CONTRADICTION
    return Fault(kind, LEVELS[leaf.level], value[written.start : written.end], actual.name)


def _has_held(day_index: DayIndex, unit: UnitRef, node: int) -> bool:
    """Whether a county, under whatever name, once held territory of another one."""
    key = day_index.index.find_key(unit.name[:-1])
    if key is None:
        return False
    index = day_index.index
    meanings = range(index.meaning_offsets[key], index.meaning_offsets[key + 1])
    return any(
        other == node
        for meaning in meanings
        for other in day_index.find_territory(index.meaning_node[meaning])
    )

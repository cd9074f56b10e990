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
from gazetteer.search.geocoder.interpretations import Interpretation
from gazetteer.search.geocoder.match_faults import build_not_written, iter_evidence_faults
from gazetteer.search.geocoder.spelling import find_misspelled_child
from gazetteer.search.index.candidates import Candidate, NameRelation, build_standard_candidate
from gazetteer.search.index.day_index import DayIndex, UnitRef
from gazetteer.search.text.address_components import AddressComponent
from gazetteer.search.text.name_forms import find_township_generic, find_village_generic
from gazetteer.search.text.normalize import normalize_name

_PREFECTURE, _COUNTY = LEVELS.index(Level.PREFECTURE), LEVELS.index(Level.COUNTY)
_TOWNSHIP, _VILLAGE = LEVELS.index(Level.TOWNSHIP), LEVELS.index(Level.VILLAGE)
_ODD_KINDS = ("unmatched", "estate", "poi")
_END = re.compile(r"街道|镇|乡|村(?:民?委员?会)?|社区|区|县|市")
_START = re.compile(r"(?:管委会|[区县市镇乡])(?=.)")
_NOT_SPELLED_WRONG = ("村", "社区")


class UnreadName(NamedTuple):
    """The unit that a piece of unread text means: its chain, evidence, faults, and what is left."""

    chain: tuple[UnitRef, ...]
    evidence: tuple[Evidence, ...]
    faults: tuple[Fault, ...]
    rest: list[AddressComponent]


class _WrittenName(NamedTuple):
    text: str
    start: int
    end: int


def find_unread_name(
    day_index: DayIndex, value: str, match: Interpretation, components: Sequence[AddressComponent]
) -> UnreadName | None:
    """The unit under, or next to, the one recognised that an unread component names."""
    leaf = match.leaf
    if leaf.level not in (_PREFECTURE, _COUNTY, _TOWNSHIP):
        return None
    for number, component in enumerate(components):
        if component.kind not in _ODD_KINDS:
            continue
        for written in _iter_written_names(component.text):
            node = _find_below(day_index, leaf, written.text)
            if node is None:
                node = _find_next_door(day_index, match.chain, written.text)
            if node is not None:
                candidate, key = _describe(day_index, node, written.text)
                start = component.start + written.start
                item = Evidence(
                    start, component.start + written.end, key, candidate, candidate.weight
                )
                rest = _leave_rest(components, number, written)
                return _build_unread_name(day_index, value, match, item, rest)
    return None


def correct_spelling(
    day_index: DayIndex, match: Interpretation, components: Sequence[AddressComponent]
) -> UnreadName | None:
    """The one unit under the one recognised whose name an unread component spells wrong."""
    for number, component in enumerate(components):
        if component.kind not in _ODD_KINDS:
            continue
        for written in _iter_written_names(component.text):
            if written.start > 0 or _is_known_below(day_index, match.leaf.node, written.text):
                continue
            unit = find_misspelled_child(day_index, match.leaf.node, written.text)
            if unit is not None:
                fault = Fault(FaultKind.SPELLED_WRONG, LEVELS[unit.level], written.text, unit.name)
                rest = _leave_rest(components, number, written)
                return UnreadName((*match.chain, unit), match.evidence, (fault,), rest)
    return None


def _iter_written_names(text: str) -> Iterator[_WrittenName]:
    """What in a text has the form of a name, the longest first of those that begin together."""
    starts = [0, *[found.end() for found in _START.finditer(text)]]
    ends = [found.end() for found in _END.finditer(text)]
    for start in starts:
        for end in reversed(ends):
            if end - start > 2:
                yield _WrittenName(text[start:end], start, end)


def _find_below(day_index: DayIndex, leaf: UnitRef, written: str) -> int | None:
    """The one unit under the leaf that is written so, or whose name ends so."""
    nodes = _find_nodes(day_index, written, leaf.node)
    if not nodes and find_township_generic(written):
        nodes = [
            unit.node
            for unit in _iter_townships(day_index, leaf)
            if normalize_name(unit.name).endswith(written)
        ]
    return nodes[0] if len(nodes) == 1 else None


def _iter_townships(day_index: DayIndex, leaf: UnitRef) -> Iterator[UnitRef]:
    for unit in day_index.iter_children(leaf.node):
        if unit.level == _TOWNSHIP:
            yield unit
        elif unit.level == _COUNTY:
            yield from _iter_townships(day_index, unit)


def _find_next_door(day_index: DayIndex, chain: Sequence[UnitRef], written: str) -> int | None:
    """The one unit of the same prefecture that is written so, where the county has none."""
    prefecture = next((unit for unit in chain if unit.level == _PREFECTURE), None)
    if prefecture is None or chain[-1].level != _COUNTY:
        return None
    nodes = _find_nodes(day_index, written, prefecture.node)
    return nodes[0] if len(nodes) == 1 else None


def _find_nodes(day_index: DayIndex, written: str, node: int) -> list[int]:
    """The townships and villages under a node that a full name, with its generic part, means."""
    generic = find_village_generic(written)
    level = _VILLAGE if generic else _TOWNSHIP
    names = (written, written.removesuffix(generic)) if generic else (written,)
    for name in names:
        key = day_index.index.find_key(name)
        if key is None:
            continue
        found = [
            candidate.node
            for candidate in day_index.find_candidates_under(key, node)
            if candidate.level == level
            if candidate.relation is NameRelation.CURRENT_NAME
            if generic or candidate.has_generic
        ]
        if found:
            return found
    return []


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


def _describe(day_index: DayIndex, node: int, written: str) -> tuple[Candidate, int]:
    """The candidate for a node by what is written, and the key; as if in full if there is none."""
    key = day_index.index.find_key(written)
    candidate = day_index.get_candidates(key).by_node.get(node) if key is not None else None
    if candidate is None:
        state = day_index.states[node]
        index = day_index.index
        candidate = build_standard_candidate(
            node, index.levels[state], index.starts[state], index.ends[state]
        )
    return candidate, -1 if key is None else key


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


def _build_unread_name(
    day_index: DayIndex,
    value: str,
    match: Interpretation,
    item: Evidence,
    rest: list[AddressComponent],
) -> UnreadName:
    chain = day_index.get_chain(item.candidate.node)
    old_nodes = {unit.node for unit in match.chain}
    faults = [
        build_not_written(unit.level, unit.name)
        for unit in chain[:-1]
        if unit.node not in old_nodes and unit.level > match.leaf.level
    ]
    faults += iter_evidence_faults(value[item.start : item.end], item, chain[-1])
    if all(unit.node != match.leaf.node for unit in chain):
        faults.append(_build_parent_fault(day_index, value, match, chain))
    return UnreadName(chain, (*match.evidence, item), tuple(faults), rest)


def _build_parent_fault(
    day_index: DayIndex, value: str, match: Interpretation, chain: Sequence[UnitRef]
) -> Fault:
    """The fault of a county that is written, while the unit lies in another one."""
    written = match.leaf_evidence
    actual = next((unit for unit in chain if unit.level == match.leaf.level), chain[-1])
    held = _has_held(day_index, match.leaf, actual.node)
    kind = FaultKind.FORMER_PARENT if held else FaultKind.CONTRADICTION
    text = value[written.start : written.end]
    return Fault(kind, LEVELS[match.leaf.level], text, actual.name)


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

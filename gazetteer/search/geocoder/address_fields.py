"""The fields of a structured address: each names a unit of its level, within those before it."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from gazetteer.records.levels import LEVELS
from gazetteer.records.written_codes import clean_code, is_division_code, strip_filling
from gazetteer.search.geocoder.evidence import Evidence
from gazetteer.search.geocoder.mentions import Mention
from gazetteer.search.index.candidates import (
    LOWEST_UNIT_LEVEL,
    Candidate,
    NameRelation,
    build_candidate,
    build_candidate_set,
)
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.index.division_lookup import find_node_of_state, find_state_by_code
from gazetteer.search.text.name_forms import NameForm
from gazetteer.search.text.normalized_text import NormalizedText

_UNIT_LEVELS = tuple(range(LOWEST_UNIT_LEVEL + 1))


class AddressField(NamedTuple):
    """A stretch of an address, half-open, that its sender says to name a place of some levels.

    Without ``levels`` it is the code of a unit.
    """

    start: int
    end: int
    levels: tuple[int, ...]


class WrittenAddress(NamedTuple):
    """An address as it was sent; without ``fields``, a free text."""

    text: str
    fields: tuple[AddressField, ...] = ()


def join_address_fields(parts: Iterable[tuple[Collection[str], str | None]]) -> WrittenAddress:
    """A structured address as one text.

    Args:
        parts: the levels and the text of each part, the highest first; no level for free text.
    """
    text, fields = "", list[AddressField]()
    for level_names, part in parts:
        written = part.strip() if part else ""
        if not written:
            continue
        text = f"{text} {written}" if text else written
        if level_names or _read_code(written):
            levels = tuple(sorted(map(LEVELS.index, level_names)))
            fields.append(AddressField(len(text) - len(written), len(text), levels))
    return WrittenAddress(text, tuple(fields))


def _read_code(text: str) -> str | None:
    """A text as the code of a unit, if it has the form of one."""
    code = strip_filling(clean_code(text))
    return code if is_division_code(code) else None


def bind_mentions(
    day_index: DayIndex,
    text: NormalizedText,
    mentions: Sequence[Mention],
    fields: Sequence[AddressField],
) -> tuple[Mention, ...]:
    """The mentions with what they mean in their fields.

    A name that fills its field means a unit of the level of the field if there is one, and lies in
    what the fields before it mean. What lies elsewhere is no mention: it stays unmatched, for it
    never leads to a different parent.
    """
    free = [m for m in mentions if _find_field(text, m, fields) is None]
    scope: frozenset[int] | None = None
    bound: list[Mention] = []
    for field in fields:
        span = _find_normalized_span(text, field)
        code_mention = _find_code_mention(day_index, text.value, span)
        inside = (
            [code_mention]
            if code_mention
            else _restrict_to_levels(
                [m for m in mentions if _find_field(text, m, fields) is field], span, field.levels
            )
        )
        if scope is not None:
            inside = list(_iter_within_scope(day_index, inside, scope))
        scope = _find_scope(inside, span) or scope
        bound += inside
    return tuple(sorted([*bound, *free], key=lambda m: (m.start, -m.end)))


def _find_field(
    text: NormalizedText, mention: Mention, fields: Sequence[AddressField]
) -> AddressField | None:
    at = text.find_source_offset(mention.start)
    return next((field for field in fields if field.start <= at < field.end), None)


def _find_normalized_span(text: NormalizedText, field: AddressField) -> tuple[int, int]:
    """Where a field stands in the normalised text, without the gaps around it."""
    inside = [
        position
        for position, char in enumerate(text.value)
        if char != " " and field.start <= text.find_source_offset(position) < field.end
    ]
    return (inside[0], inside[-1] + 1) if inside else (0, 0)


def _find_code_mention(day_index: DayIndex, value: str, span: tuple[int, int]) -> Mention | None:
    """The mention of a unit by its code; of one that has ended, what stands for it on the day."""
    code, index = _read_code(value[slice(*span)]), day_index.index
    if code is None:
        return None
    in_use = find_state_by_code(index, code, day_index.day)
    states = [in_use] if in_use is not None else index.attributes.iter_states_by_code(code)
    candidates: dict[int, Candidate] = {}
    for state in states:
        named = find_node_of_state(index, state)
        for node in day_index.resolve_in_force(named):
            relation = NameRelation.CURRENT_NAME if node == named else NameRelation.SUCCESSOR
            level = day_index.get_unit(node).level
            period = (named, index.starts[state], index.ends[state])
            candidates[node] = build_candidate(node, level, NameForm.STANDARD, relation, period)
    candidate_set = build_candidate_set(tuple(sorted(candidates.values())))
    return Mention(*span, -1, candidate_set) if candidates else None


def _restrict_to_levels(
    mentions: Sequence[Mention], span: tuple[int, int], levels: tuple[int, ...]
) -> list[Mention]:
    """The mentions of a field at its levels; where none fills the field so, as units of any."""
    for mention in mentions:
        at_level = mention.candidate_set.restrict_to_levels(levels)
        if (mention.start, mention.end) == span and at_level.candidates:
            return [replace(mention, candidate_set=at_level)]
    units = [(m, m.candidate_set.restrict_to_levels(_UNIT_LEVELS)) for m in mentions]
    return [replace(m, candidate_set=subset) for m, subset in units if subset.candidates]


def _iter_within_scope(
    day_index: DayIndex, mentions: Sequence[Mention], scope: frozenset[int]
) -> Iterator[Mention]:
    """The mentions of what lies in one of the units of a scope, or is one."""
    for mention in mentions:
        candidates = [
            candidate
            for candidate in mention.candidates
            if not scope.isdisjoint(day_index.get_node_path(candidate.node))
        ]
        if len(candidates) == len(mention.candidates):
            yield mention
        elif candidates:
            yield replace(mention, candidate_set=build_candidate_set(tuple(candidates)))


def _find_scope(mentions: Sequence[Mention], span: tuple[int, int]) -> frozenset[int] | None:
    """The units that the name which fills a field may mean; None if none does."""
    for mention in mentions:
        if (mention.start, mention.end) == span and mention.candidates:
            return frozenset(mention.candidate_set.by_node)
    return None


def agrees_with_fields(
    text: NormalizedText, evidence: Sequence[Evidence], fields: Sequence[AddressField]
) -> bool:
    """Whether each field names just one place, of its levels."""
    named = [(text.find_source_offset(item.start), item.candidate.level) for item in evidence]
    for field in fields:
        levels = [level for at, level in named if field.start <= at < field.end]
        if len(levels) != 1 or levels[0] not in field.levels:
            return False
    return True

"""From an address to the unit that it names on a day, with what was and was not recognised.

Pure: an index on a day and a text in, a value out. Nothing is picked silently: interpretations
between which the text does not decide make the result ``ambiguous``, and each departure from the
register is a fault.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import islice

from gazetteer.records.levels import LEVELS
from gazetteer.search.geocoder.address_fields import (
    AddressField,
    WrittenAddress,
    agrees_with_fields,
    bind_mentions,
    join_address_fields,
)
from gazetteer.search.geocoder.ambiguity import (
    find_ambiguous,
    find_deciding_level,
    find_level_to_name,
)
from gazetteer.search.geocoder.fast_path import parse_hierarchical
from gazetteer.search.geocoder.faults import FaultKind
from gazetteer.search.geocoder.interpretations import Interpretation, rank_interpretations
from gazetteer.search.geocoder.listed_units import find_listed_units
from gazetteer.search.geocoder.matches import (
    GeocodeMatch,
    PartialMatch,
    build_hierarchical_partial,
    build_partial,
    complete_match,
)
from gazetteer.search.geocoder.mentions import Mention, find_key_hits, find_mentions
from gazetteer.search.geocoder.name_context import KeyHit
from gazetteer.search.geocoder.romanized_mentions import find_romanized_mentions
from gazetteer.search.geocoder.support import Support, measure_support
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.text.normalize import normalize_text
from gazetteer.search.text.normalized_text import NormalizedText
from gazetteer.search.text.structs import FrozenStruct

MAX_TEXT_LENGTH = 500
"""Characters of a normalised text that are parsed; no address is as long."""
MAX_CANDIDATES = 10
_BATCH_SIZE = 100


_FAULT_BY_SUPPORT = {
    Support.WEAK: FaultKind.AMBIGUOUS,
    Support.LITTLE: FaultKind.UNSUPPORTED,
    Support.ENOUGH: None,
}


class GeocodeStatus(StrEnum):
    """What became of a text."""

    MATCHED = "matched"
    AMBIGUOUS = "ambiguous"
    NOT_FOUND = "not_found"


class GeocodeResult(FrozenStruct, frozen=True):
    """One match, several candidates, or none.

    ``deciding_level`` is the level whose name would decide between the candidates; ``total``
    counts all candidates, of which ``matches`` has at most :data:`MAX_CANDIDATES`.
    """

    text: NormalizedText
    status: GeocodeStatus
    matches: tuple[GeocodeMatch, ...]
    total: int
    deciding_level: str | None = None


class _Decision(FrozenStruct, frozen=True):
    """The interpretations that answer a text, and how many there are altogether."""

    partial_matches: tuple[PartialMatch, ...]
    total: int
    deciding_level: str | None


def geocode(day_index: DayIndex, address: str | WrittenAddress) -> GeocodeResult:
    """The unit that an address names, on the day of the index.

    This is the one way from a text to a result: single look-ups, batches and jobs go through it,
    so they agree. For many addresses there is :func:`geocode_many`.
    """
    written, fields = (address, ()) if isinstance(address, str) else address
    text = normalize_text(written)
    value = text.value
    if len(value) > MAX_TEXT_LENGTH:
        value = value[:MAX_TEXT_LENGTH]
    hits = find_key_hits(day_index, value)
    parse_state = parse_hierarchical(day_index, value, hits)
    if parse_state is not None and (
        not fields or agrees_with_fields(text, parse_state.interpretation.evidence, fields)
    ):
        if parse_state.partial_match is None:
            parse_state.partial_match = build_hierarchical_partial(value, parse_state)
        if parse_state.partial_match.is_plain:
            match = complete_match(day_index, text, value, parse_state.partial_match)
            return GeocodeResult(text, GeocodeStatus.MATCHED, (match,), 1)
        return _conclude_sole(day_index, text, value, parse_state.partial_match)
    if not fields and (
        listed := find_listed_units(written, text, lambda part: _match_whole(day_index, part))
    ):
        deciding = LEVELS[find_deciding_level([match.chain for match in listed])]
        return GeocodeResult(text, GeocodeStatus.AMBIGUOUS, tuple(listed), len(listed), deciding)
    decision = _resolve_by_comparison(day_index, value, hits, text, fields)
    if not decision.partial_matches:
        return GeocodeResult(text, GeocodeStatus.NOT_FOUND, (), 0)
    if len(decision.partial_matches) == 1:
        return _conclude_sole(day_index, text, value, decision.partial_matches[0])
    matches = tuple(
        [
            complete_match(day_index, text, value, partial, FaultKind.AMBIGUOUS, is_sole=False)
            for partial in decision.partial_matches
        ]
    )
    level = decision.deciding_level
    return GeocodeResult(text, GeocodeStatus.AMBIGUOUS, matches, decision.total, level)


def _match_whole(day_index: DayIndex, part: str) -> GeocodeMatch | None:
    """The unit that a text names alone and with nothing left; None if it does not."""
    result = geocode(day_index, part)
    if result.status is not GeocodeStatus.MATCHED:
        return None
    match = result.matches[0]
    return None if match.unmatched or match.components else match


def _conclude_sole(
    day_index: DayIndex, text: NormalizedText, value: str, partial: PartialMatch
) -> GeocodeResult:
    """The result of the only interpretation: matched, unless too little speaks for it."""
    doubt = None
    if not partial.is_plain:
        doubt = _FAULT_BY_SUPPORT[measure_support(day_index, value, partial.interpretation)]
    match = complete_match(day_index, text, value, partial, doubt)
    if doubt is None or all(fault.kind is not FaultKind.AMBIGUOUS for fault in match.faults):
        return GeocodeResult(text, GeocodeStatus.MATCHED, (match,), 1)
    level = LEVELS[find_level_to_name(partial.interpretation.chain)]
    return GeocodeResult(text, GeocodeStatus.AMBIGUOUS, (match,), 1, level)


def geocode_many(
    day_index: DayIndex, addresses: Iterable[str | WrittenAddress]
) -> Iterator[GeocodeResult]:
    """The result of :func:`geocode` for each address, in their order.

    Addresses are taken a hundred at a time, and none of a hundred is parsed twice. Memory does not
    grow with the batch.
    """
    rest = iter(addresses)
    while some := list(islice(rest, _BATCH_SIZE)):
        answers: dict[str | WrittenAddress, GeocodeResult] = {}
        for address in some:
            if address not in answers:
                answers[address] = geocode(day_index, address)
        yield from [answers[address] for address in some]


def _resolve_by_comparison(
    day_index: DayIndex,
    value: str,
    hits: Sequence[KeyHit],
    text: NormalizedText,
    fields: Sequence[AddressField],
) -> _Decision:
    """The decision by comparing all that the text may mean."""
    mentions = find_mentions(day_index, value, hits) or find_romanized_mentions(day_index, value)
    if fields:
        bound = bind_mentions(day_index, text, mentions, fields)
        return _resolve_mentions(day_index, value, bound)
    memo_key = _build_decision_key(value, mentions)
    decision: _Decision | None = day_index.memo.get(memo_key)
    if decision is None:
        decision = _resolve_mentions(day_index, value, mentions)
        day_index.remember(memo_key, decision)
    return decision


def _build_decision_key(
    value: str, mentions: tuple[Mention, ...]
) -> tuple[str, tuple[Mention, ...]]:
    """All that a decision depends on: the mentions, and nothing in the text behind them."""
    return value[: max([mention.end for mention in mentions], default=0)], mentions


def _resolve_mentions(day_index: DayIndex, value: str, mentions: Sequence[Mention]) -> _Decision:
    ranked = rank_interpretations(day_index, mentions)
    if not ranked:
        return _Decision((), 0, None)
    best = ranked[0]
    contenders = [best, *find_ambiguous(best, ranked[1:])]
    highest = min([interpretation.leaf.level for interpretation in contenders])
    tied = [
        interpretation for interpretation in contenders if interpretation.leaf.level - highest <= 1
    ]
    if len(tied) == 1:
        return _Decision((build_partial(day_index, value, tied[0]),), 1, None)
    level = LEVELS[find_deciding_level([interpretation.chain for interpretation in tied])]
    partial_matches = tuple(
        [
            build_partial(day_index, value, interpretation)
            for interpretation in tied[:MAX_CANDIDATES]
        ]
    )
    return _Decision(partial_matches, _count_candidates(day_index, tied), level)


def _count_candidates(day_index: DayIndex, tied: Sequence[Interpretation]) -> int:
    """How many candidates there are, those included that were not examined one by one."""
    leaf_evidence = tied[0].leaf_evidence
    if leaf_evidence.candidate_set is None or not leaf_evidence.candidate_set.is_truncated:
        return len(tied)
    evidence = tied[0].evidence
    within = evidence[-2].candidate.node if len(evidence) > 1 else None
    return max(
        len(tied),
        day_index.count_candidates(leaf_evidence.key, leaf_evidence.candidate.weight, within),
    )


def join_address_parts(parts: Sequence[str | None]) -> str:
    """Parts of which none is said to be of a level, as one text; they stay apart."""
    return join_address_fields(((), part) for part in parts).text

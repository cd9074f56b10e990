"""Suggestions for a text, or its first characters, as it is typed; the likeliest first.

Han characters, full pinyin, initials, and mixtures (``gz天河``: 广州 by its initials, then 天河;
``天he``); codes; names of the past; several levels in one; where nothing else fits, pinyin spelled
by ear, or one wrong character. The order is arithmetic
(:mod:`gazetteer.search.autocomplete.ranking`). Pure, over an index on a day.
"""

import math
import re
import unicodedata
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from weakref import WeakKeyDictionary

from gazetteer.search.autocomplete.abbreviated_names import find_by_abbreviation
from gazetteer.search.autocomplete.filters import Filters, get_ranking_costs
from gazetteer.search.autocomplete.fuzzy import find_fuzzy_matches
from gazetteer.search.autocomplete.mixed_names import find_by_mixed_name, is_mixed
from gazetteer.search.autocomplete.prefix_search import (
    PrefixHit,
    PrefixQuery,
    find_by_name,
    find_by_spelling,
)
from gazetteer.search.autocomplete.ranking import COUNTY_LEVEL, MATCH_COSTS
from gazetteer.search.autocomplete.settlement_units import iter_units_of_settlements
from gazetteer.search.autocomplete.similar_spellings import find_by_similar_spelling
from gazetteer.search.autocomplete.typed_codes import find_by_code, is_code_beginning
from gazetteer.search.geocoder.geocoding import geocode
from gazetteer.search.index.candidates import NameRelation
from gazetteer.search.index.day_index import DayIndex, UnitRef
from gazetteer.search.text.folding import is_latin, to_ascii_key
from gazetteer.search.text.normalize import normalize_text
from gazetteer.search.text.romanized_keys import build_romanized_keys
from gazetteer.search.text.written_numerals import iter_numeral_variants

_ROWS_PER_RESULT, _MIN_ROWS = 2, 12
"""Names that are examined for each place that is wanted: some mean one and the same."""
_ROWS_WITHIN_UNIT = 1_000
"""Names that are examined where only those count that lie in one unit."""
_MAX_CACHED_LENGTH, _CACHE_SIZE = 16, 4_096
_PIECES = re.compile(r"[a-zA-Z']+|[^\sa-zA-Z']+")
_U_FOR_UMLAUT = re.compile("(?<=[ln])u(?![aion])")
_MAX_SPLIT_LENGTH = 20
_MAX_PIECES = 6
_COST_GETTER = attrgetter("cost")
NO_FILTERS = Filters()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A place with what it lies in, and by what it was found: see :class:`PrefixHit`.

    ``since`` and ``until`` bound the period (ordinals, half-open) of ``matched_name``.
    """

    chain: tuple[UnitRef, ...]
    matched_name: str
    matched_by: str
    relation: NameRelation
    is_complete: bool
    since: int
    until: int
    state: int

    @property
    def leaf(self) -> UnitRef:
        """The place itself."""
        return self.chain[-1]

    @property
    def is_former_name(self) -> bool:
        """Whether the matched name is one of the past, of the place or of what it came from."""
        return self.relation.is_of_past


def find_suggestions(
    day_index: DayIndex, query: str, limit: int, filters: Filters = NO_FILTERS
) -> list[Suggestion]:
    """The likeliest places for a query, at most ``limit``, that the filters let through."""
    text = normalize_text(query).value.strip()
    if len(text) > _MAX_CACHED_LENGTH or not filters.is_unrestricted:
        return _rank_suggestions(day_index, text, limit, filters)
    cached = _suggestion_cache.setdefault(day_index, {})
    key = text, limit, filters
    suggestions = cached.get(key)
    if suggestions is None:
        if len(cached) >= _CACHE_SIZE:
            cached.pop(next(iter(cached)), None)
        suggestions = cached[key] = _rank_suggestions(day_index, text, limit, filters)
    return list(suggestions)


_suggestion_cache: WeakKeyDictionary[DayIndex, dict[Hashable, list[Suggestion]]] = (
    WeakKeyDictionary()
)
"""Suggestions for recent texts: the same few characters are typed again and again."""


def _rank_suggestions(
    day_index: DayIndex, text: str, limit: int, filters: Filters
) -> list[Suggestion]:
    query = PrefixQuery(
        day_index, get_ranking_costs(day_index, filters), _ROWS_PER_RESULT * limit + _MIN_ROWS
    )
    cheapest: dict[int, PrefixHit] = {}
    for hit in sorted(_find_hits(query, text)):
        cheapest.setdefault(hit.node, hit)
    names, codes = day_index.index.names, day_index.index.codes
    hits = sorted(cheapest.values(), key=_COST_GETTER)
    for unit_hit in iter_units_of_settlements(query, hits[:limit]):
        known = cheapest.get(unit_hit.node)
        if known is None or unit_hit.cost < known.cost:
            cheapest[unit_hit.node] = unit_hit
            hits = sorted(cheapest.values(), key=_COST_GETTER)
    if len(hits) > limit:
        max_cost = hits[limit - 1].cost
        hits = [hit for hit in hits if hit.cost <= max_cost]

    def build_sort_key(hit: PrefixHit) -> tuple[float, int, str]:
        return hit.cost, len(names[hit.state]), codes[hit.state] or "~"

    return [_build_suggestion(day_index, hit) for hit in sorted(hits, key=build_sort_key)[:limit]]


def _build_suggestion(day_index: DayIndex, hit: PrefixHit) -> Suggestion:
    index, node, state = day_index.index, hit.node, hit.state
    chain = day_index.get_chain(node)
    if not chain:  # shown as it was at another time, in the units above that exist today
        unit = UnitRef(node, index.levels[state], index.names[state], index.codes[state])
        above = index.parents[state]
        chain = (*(day_index.get_chain(above) if above >= 0 else ()), unit)
    matched_name = hit.matched_name or index.romanized[state] or ""
    return Suggestion(
        chain,
        matched_name,
        hit.matched_by,
        hit.relation,
        hit.is_complete,
        hit.since,
        hit.until,
        state,
    )


def _find_hits(query: PrefixQuery, text: str) -> list[PrefixHit]:
    """Everything that fits, by the first strategy that finds anything."""
    if is_code_beginning(text) and (hits := list(find_by_code(query, text))):
        return hits
    pieces = _PIECES.findall(_strip_tones(text))[:_MAX_PIECES]
    if not pieces:
        return []
    for strategy in (_find_by_prefix, _find_by_geocoding, _find_by_letters):
        hits = list(strategy(query, text, pieces))
        if hits and len(pieces) == 1 and is_latin(text) and _are_mere_beginnings(query, hits):
            hits += find_by_similar_spelling(query, to_ascii_key(text))
        if hits or (strategy is _find_by_prefix and _has_prefix_match(query.day_index, text)):
            return hits
    return list(find_fuzzy_matches(query, pieces[-1])) if len(pieces) == 1 else []


def _are_mere_beginnings(query: PrefixQuery, hits: Sequence[PrefixHit]) -> bool:
    """Whether only longer names of townships or less begin so: zhongsan of 中三合村, for 中山."""
    levels = query.day_index.index.levels
    return all(not hit.is_complete and levels[hit.state] > COUNTY_LEVEL for hit in hits)


def _has_prefix_match(day_index: DayIndex, text: str) -> bool:
    """Whether any name begins so: if only the filters excluded it, it is no typing error."""
    index, latin = day_index.index, to_ascii_key(text) if is_latin(text) else ""
    letters = (index.pinyin.texts, index.initials.texts, index.latin.texts)
    lookups = [(texts, latin) for texts in letters] if latin else [(index.keys, text)]
    return any(
        low < high for low, high in (texts.find_prefix_range(prefix) for texts, prefix in lookups)
    )


def _find_by_prefix(query: PrefixQuery, text: str, pieces: list[str]) -> Iterator[PrefixHit]:
    """What begins with the text; or with its last piece, and lies in what the others begin."""
    if is_latin(text):
        for latin in _list_spellings(to_ascii_key(text)):
            yield from find_by_spelling(query, latin)
    else:
        yield from find_by_name(query, text)
        if len(text) == 1:
            yield from find_by_abbreviation(query, text)
        for variant in iter_numeral_variants(text):
            yield from find_by_name(query, variant)
        if is_mixed(text):
            yield from find_by_mixed_name(query, _strip_tones(text))
    if len(pieces) > 1:
        above = pieces[:-1]
        by_letters = MATCH_COSTS["pinyin"] if any(map(str.isascii, above)) else 0.0
        for hit in _find_last_piece(query._replace(most=_ROWS_WITHIN_UNIT), pieces[-1]):
            if _is_within_units(query.day_index, hit.node, above):
                yield hit._replace(cost=hit.cost + by_letters)


def _find_last_piece(query: PrefixQuery, piece: str) -> Iterator[PrefixHit]:
    if not piece.isascii():
        return find_by_name(query, piece)
    latin = to_ascii_key(piece)
    return find_by_spelling(query, latin) if latin else iter(())


def _list_spellings(latin: str) -> list[str]:
    """The letters, and with ü where that may be meant by u: luliang for Lüliang."""
    with_umlaut = _U_FOR_UMLAUT.sub("v", latin)
    return [latin] if with_umlaut == latin else [latin, with_umlaut]


def _strip_tones(text: str) -> str:
    """Pinyin without its tone marks."""
    decomposed = unicodedata.normalize("NFD", text.replace("ü", "v"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _is_within_units(day_index: DayIndex, node: int, above: Iterable[str]) -> bool:
    units = day_index.get_chain(node)[:-1]
    return all(any(_has_unit_prefix(day_index, unit, piece) for unit in units) for piece in above)


def _has_unit_prefix(day_index: DayIndex, unit: UnitRef, piece: str) -> bool:
    """Whether the name of a unit above begins with what was typed before."""
    if not piece.isascii():
        return unit.name.startswith(piece)
    latin, romanized = to_ascii_key(piece), day_index.index.romanized[day_index.states[unit.node]]
    return any(text.startswith(latin) for text in _build_spellings(unit.name, romanized or ""))


@lru_cache(4_096)
def _build_spellings(name: str, romanized: str) -> tuple[str, str]:
    """The full spelling and the initials."""
    spelling, initials = build_romanized_keys(name, romanized)
    return spelling, initials or ""


def _find_by_letters(query: PrefixQuery, _: str, pieces: list[str]) -> Iterator[PrefixHit]:
    """Letters of which no spelling is known: of several names, or spelled by ear."""
    if len(pieces) == 1 and pieces[0].isascii():
        letters = to_ascii_key(pieces[0])
        yield from _find_by_split_letters(query, letters)
        yield from find_by_similar_spelling(query, letters)


def _find_by_split_letters(query: PrefixQuery, letters: str) -> Iterator[PrefixHit]:
    """Letters for a unit and for what lies in it: gzth for 广州 and 天河."""
    wide_query = query._replace(most=_ROWS_WITHIN_UNIT)
    for cut in range(2, min(len(letters) - 1, _MAX_SPLIT_LENGTH)):
        above = letters[:cut]
        if _has_prefix_match(query.day_index, above):
            for hit in find_by_spelling(wide_query, letters[cut:]):
                if _is_within_units(query.day_index, hit.node, [above]):
                    yield hit


def _find_by_geocoding(query: PrefixQuery, text: str, _: list[str]) -> Iterator[PrefixHit]:
    """A text of several levels is geocoded; what is left of it begins a name of what lies there.

    Letters only where they are several words: Tianhe District.
    """
    if is_latin(text) and " " not in text:
        return
    day_index = query.day_index
    for match in geocode(day_index, text).matches:
        node = match.leaf.node
        if match.components:
            continue
        if match.unmatched:
            hits_inside = _find_last_piece(query._replace(most=_ROWS_WITHIN_UNIT), match.unmatched)
            yield from (hit for hit in hits_inside if node in day_index.get_node_path(hit.node))
        elif (cost := query.costs.compute_cost(node)) < math.inf:
            state = day_index.states[node]
            period = day_index.index.starts[state], day_index.index.ends[state]
            yield PrefixHit(
                cost,
                node,
                state,
                match.matched_text,
                "address",
                NameRelation.CURRENT_NAME,
                True,
                *period,
            )

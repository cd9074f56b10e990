"""The mentions of units and places in a text.

Segmentation is by the gazetteer, never by a suffix: a mention is a stretch that the register has a
name for. Names with a generic part count wherever they stand; short forms only where a name may
begin, and never as the beginning of a road or of another word.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from gazetteer.search.geocoder.glued_names import find_abbreviations, find_glued_start
from gazetteer.search.geocoder.name_context import (
    AMBIGUOUS_LENGTH,
    COUNTY,
    START_GETTER,
    TOWNSHIP,
    KeyHit,
    is_part_of_other,
    resolve_candidates,
)
from gazetteer.search.index.candidate_lookup import MAX_KEY_CANDIDATES
from gazetteer.search.index.candidates import (
    STANDARD_NAME_WEIGHT,
    Candidate,
    CandidateSet,
    build_candidate_set,
)
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.text.structs import FrozenStruct

MAX_MENTIONS = 64
"""Names that are examined in one text; an address has fewer."""


class Mention(FrozenStruct, frozen=True):
    """A stretch of the text with what it may mean.

    ``generic`` is the generic part that completes its name.
    """

    start: int
    end: int
    key: int
    candidate_set: CandidateSet
    generic: str = ""

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """All that it may mean."""
        return self.candidate_set.candidates

    @property
    def contradiction_weight(self) -> int:
        """What it costs an interpretation to pass it over."""
        if self.candidate_set.is_unambiguous_high_level:
            return STANDARD_NAME_WEIGHT
        return self.candidate_set.best_weight


def is_clear_name(mention: Mention, mentions: Sequence[Mention]) -> bool:
    """Whether a name so clearly means a county or above that it cannot be passed over.

    By its full name, or by the short form of a prefecture or province; that of a county is often
    another word, and counts where the next name follows it.
    """
    candidate_set = mention.candidate_set
    if candidate_set.is_unambiguous_high_level:
        return True
    if not 0 <= candidate_set.highest_level < TOWNSHIP or not candidate_set.best_is_current:
        return False
    if any(_is_within_longer(mention, other) for other in mentions):
        return False
    return candidate_set.highest_level < COUNTY or any(
        other.start == mention.end for other in mentions
    )


def _is_within_longer(mention: Mention, other: Mention) -> bool:
    length = mention.end - mention.start
    is_inside = other.start <= mention.start and mention.end <= other.end
    return is_inside and other.end - other.start > length


def find_key_hits(day_index: DayIndex, text: str) -> list[KeyHit]:
    """Every name in the text from left to right, of those that begin together the longest first."""
    hits = day_index.index.find_hits(text)
    hits.reverse()
    hits.sort(key=START_GETTER)
    return hits


def find_mentions(
    day_index: DayIndex, text: str, hits: Sequence[KeyHit] | None = None
) -> tuple[Mention, ...]:
    """The mentions from left to right, of those that begin together the longest first."""
    hits = find_key_hits(day_index, text) if hits is None else hits
    mentions = [
        Mention(name.start, name.end, -1, name.candidate_set)
        for name in find_abbreviations(day_index, text, hits)
    ]
    units: set[tuple[int, int]] = set()
    bounds = {0, *[mention.end for mention in mentions]}
    glued_start = find_glued_start(day_index, text, hits)
    if glued_start is not None:
        bounds.add(glued_start)
    for hit in hits:
        if hit[1] not in bounds and _is_part_of_zone(day_index, text, hit):
            bounds.add(hit[2])
            continue
        mention = _build_mention(day_index, text, hits, hit, hit[1] in bounds, mentions)
        if mention is None:
            continue
        if mention.generic and (mention.start, mention.end) in units:
            # The register has a name for the two together.
            mention = replace(mention, end=hit[2], generic="")
        if mention.candidate_set.names_unit:
            units.add((hit[1], hit[2]))
        mentions.append(mention)
        if mention.generic or mention.candidate_set.is_reliable:
            bounds.add(mention.end)
            bounds.add(hit[2])
        if len(mentions) == MAX_MENTIONS:
            break
    return tuple(mentions)


def find_trailing_mentions(
    day_index: DayIndex, text: str, hits: Sequence[KeyHit], first: int, done: int
) -> Sequence[Mention] | None:
    """The mention, if any, among the hits from the ``first`` on, where names end before ``done``.

    None if there is more than one, or if it depends on what was named before.
    """
    mentions: list[Mention] = []
    ends: set[int] = set()
    for hit in hits[first:]:
        key, start, _ = hit
        if start in ends:
            return None
        if not _may_begin(day_index, text, hit, start == done) or is_part_of_other(
            day_index, text, hits, hit
        ):
            continue
        if start != done and _is_part_of_zone(day_index, text, hit):
            return None
        if day_index.get_candidates(key).is_truncated:
            return None  # what was named before would choose among them
        mention = _build_mention(day_index, text, hits, hit, start == done, ())
        if mention is not None:
            if mentions:
                return None
            mentions.append(mention)
            ends = {mention.end, hit[2]}
    return mentions


def _is_part_of_zone(day_index: DayIndex, text: str, hit: KeyHit) -> bool:
    """Whether a merely generic name in the midst of words ends a longer one: 火炬开发区.

    It is no name of its own then, but others may begin behind it.
    """
    key, start, end = hit
    return (
        bool(day_index.index.key_is_generic_only[key])
        and end - start > AMBIGUOUS_LENGTH
        and text[start - 1] != " "
    )


def _may_begin(day_index: DayIndex, text: str, hit: KeyHit, begins: bool) -> bool:
    """Whether a name may stand here.

    Anywhere, if it has a generic part and is no part of many other words.
    """
    key, start, end = hit
    if begins or text[start - 1] == " ":
        return True
    return end - start > AMBIGUOUS_LENGTH and bool(day_index.index.key_has_generic[key])


def _build_mention(
    day_index: DayIndex,
    text: str,
    hits: Sequence[KeyHit],
    hit: KeyHit,
    begins: bool,
    before: Sequence[Mention],
) -> Mention | None:
    """A hit as a mention; ``begins`` where a name may begin. None if it is part of another word."""
    if not _may_begin(day_index, text, hit, begins):
        return None
    key, start, end = hit
    candidate_set = day_index.get_candidates(key)
    open_before = begins or text[start - 1] == " "
    if candidate_set.is_truncated and before:
        candidate_set = _find_candidates_under(day_index, key, before) or candidate_set
    resolved, stop, generic = resolve_candidates(
        day_index, text, hits, end, candidate_set, open_before
    )
    return (
        Mention(start, stop, key, resolved, generic)
        if resolved is not None and resolved.candidates
        else None
    )


def _find_candidates_under(
    day_index: DayIndex, key: int, before: Sequence[Mention]
) -> CandidateSet | None:
    """Of the very many meanings of a key, those that lie in what was named before it.

    From the lowest units up, until there are enough: what lies in a lower one lies in those
    above it too.
    """
    named_levels = {
        c.node: c.level for mention in before for c in mention.candidates if c.level <= TOWNSHIP
    }
    nodes = tuple(sorted(named_levels, key=lambda node: (-named_levels[node], node)))
    memo_key = (key, nodes)
    candidate_set: CandidateSet | None = day_index.memo.get(memo_key)
    if candidate_set is None:
        candidates_by_node: dict[int, Candidate] = {}
        for node in nodes:
            candidates_by_node.update(
                (candidate.node, candidate)
                for candidate in day_index.find_candidates_under(key, node)
            )
            if len(candidates_by_node) >= MAX_KEY_CANDIDATES:
                break
        best_candidates = sorted(
            candidates_by_node.values(), key=lambda candidate: -candidate.weight
        )[:MAX_KEY_CANDIDATES]
        candidate_set = build_candidate_set(
            tuple(sorted(best_candidates)),
            is_truncated=len(candidates_by_node) >= MAX_KEY_CANDIDATES,
        )
        day_index.remember(memo_key, candidate_set)
    return candidate_set if candidate_set.candidates else None

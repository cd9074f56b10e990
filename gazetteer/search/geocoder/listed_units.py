"""Texts that list several units: 深圳市南山区；深圳市福田区 names neither more than the other."""

import re
from collections.abc import Callable, Iterator
from itertools import combinations

from msgspec.structs import replace

from gazetteer.search.geocoder.faults import Fault, FaultKind
from gazetteer.search.geocoder.matches import GeocodeMatch
from gazetteer.search.text.normalized_text import NormalizedText

_SEPARATOR = re.compile(r"[；;、\n]+")
_MOST = 10
"""Units that are looked for: a longer list is no address."""
_MatchPart = Callable[[str], GeocodeMatch | None]


def find_listed_units(
    written: str, text: NormalizedText, match_part: _MatchPart
) -> list[GeocodeMatch]:
    """The units that the parts of a text name, each as a candidate; none if it is no list.

    Args:
        written: the text as it was sent.
        text: the same normalised, in which the parts lie.
        match_part: the one unit that a part by itself names and is read with nothing left.
    """
    if not _SEPARATOR.search(written):
        return []
    matches = list(_iter_matches(written, text, match_part))
    if len(matches) < 2 or any(_is_related(*pair) for pair in combinations(matches, 2)):
        return []
    return matches


def _iter_matches(
    written: str, text: NormalizedText, match_part: _MatchPart
) -> Iterator[GeocodeMatch]:
    """The candidates of the parts, until one names no unit."""
    position = 0
    for part in filter(str.strip, _SEPARATOR.split(written)[: _MOST + 1]):
        match = match_part(part)
        if match is None:
            return
        start = text.value.find(match.matched_text, position)
        if start < 0:
            return
        position = start + len(match.matched_text)
        yield _move_match(match, start - min(item.start for item in match.evidence))


def _move_match(match: GeocodeMatch, offset: int) -> GeocodeMatch:
    """A match of a part as one of the whole text, where it is one candidate of several."""
    evidence = [
        replace(item, start=item.start + offset, end=item.end + offset) for item in match.evidence
    ]
    components = [replace(item, start=item.start + offset) for item in match.components]
    doubt = Fault(FaultKind.AMBIGUOUS, None, None, None)
    faults = (*match.faults, doubt)
    return replace(match, evidence=tuple(evidence), components=tuple(components), faults=faults)


def _is_related(one: GeocodeMatch, other: GeocodeMatch) -> bool:
    """Whether one unit lies in the other, or is it: then the text goes down, and lists nothing."""
    return any(unit.node == other.leaf.node for unit in one.chain) or any(
        unit.node == one.leaf.node for unit in other.chain
    )

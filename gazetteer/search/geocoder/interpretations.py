"""How a text may be read as one unit within another: one chain for each leaf, weighed.

A reading is a leaf and whatever in the text supports it: names of the leaf or of the units above
it, in any order, as often as they occur. A name of another unit in the midst of them speaks
against the reading; it is never followed to a different parent.
"""

from collections.abc import Mapping, Sequence

from gazetteer.records.levels import LEVELS
from gazetteer.search.geocoder.mentions import Mention, find_mentions
from gazetteer.search.geocoder.romanized_mentions import find_romanized_mentions
from gazetteer.search.index.candidates import STANDARD_NAME_WEIGHT, Candidate, CandidateSet
from gazetteer.search.index.day_index import DayIndex, UnitRef
from gazetteer.search.text.structs import FrozenStruct

GENERIC_BONUS = 8
"""Worth more, for a short form that the text completes by a generic part: 锦厦 and 村.

It must not make a short form worth as much as a standard name.
"""


class Evidence(FrozenStruct, frozen=True):
    """A stretch of the text that speaks for one unit in the chain of a reading.

    ``generic`` is the generic part that it took in; ``meant`` is all that it may mean, None where
    that is ``claim`` alone.
    """

    start: int
    end: int
    key: int
    candidate: Candidate
    weight: int
    generic: str = ""
    candidate_set: CandidateSet | None = None


class Interpretation(FrozenStruct, frozen=True):
    """A chain of units and what in the text speaks for and against it.

    ``supports`` holds the best of each unit, the highest first; ``repeats`` the others.
    ``worth`` is what speaks for it, less what speaks against it; ``hops`` tells whether a whole
    name of another unit comes before the one that names the leaf.
    """

    chain: tuple[UnitRef, ...]
    evidence: tuple[Evidence, ...]
    repeated_evidence: tuple[Evidence, ...]
    contradictions: tuple[Mention, ...]
    weight: int
    skips_named_unit: bool
    start: int

    @property
    def leaf(self) -> UnitRef:
        """The unit that is meant."""
        return self.chain[-1]

    @property
    def leaf_evidence(self) -> Evidence:
        """What names the leaf."""
        return self.evidence[-1]


def find_interpretations(day_index: DayIndex, text: str) -> list[Interpretation]:
    """Every way to read the text, the best first."""
    return rank_interpretations(
        day_index,
        find_mentions(day_index, text) or find_romanized_mentions(day_index, text),
        include_all=True,
    )


def rank_interpretations(
    day_index: DayIndex, mentions: Sequence[Mention], *, include_all: bool = False
) -> list[Interpretation]:
    """The ways to read the marks, the best first; without ``every`` only those that can win."""
    clear_mentions = [
        mention for mention in mentions if mention.candidate_set.is_unambiguous_high_level
    ]
    bounds = _compute_weight_bounds(day_index, mentions)
    interpretations: list[Interpretation] = []
    min_weight = -1_000_000
    for node in sorted(bounds, key=bounds.__getitem__, reverse=True):
        if bounds[node] < min_weight and not include_all:
            break  # no overlap, nothing against it, and still it would be worth less
        interpretation = _build_interpretation(day_index, node, mentions, clear_mentions)
        if interpretation is not None:
            interpretations.append(interpretation)
            if not interpretation.skips_named_unit:
                min_weight = max(min_weight, interpretation.weight)
    return (
        sorted(interpretations, key=_build_sort_key)
        if len(interpretations) > 1
        else interpretations
    )


def build_evidence(mention: Mention, node: int) -> Evidence:
    """The mark as it speaks for a node that it may mean."""
    candidate = mention.candidate_set.by_node[node]
    completed = mention.generic and not candidate.has_generic
    weight = candidate.weight + GENERIC_BONUS if completed else candidate.weight
    return Evidence(
        mention.start,
        mention.end,
        mention.key,
        candidate,
        weight,
        mention.generic,
        mention.candidate_set,
    )


def _compute_weight_bounds(day_index: DayIndex, mentions: Sequence[Mention]) -> dict[int, int]:
    """What a reading of each leaf could be worth, if nothing overlapped or spoke against it."""
    best_weights: dict[int, int] = {}
    leaves: set[int] = set()
    for mention in mentions:
        completed = GENERIC_BONUS if mention.generic else 0
        for candidate in mention.candidate_set.candidates:
            node, weight = candidate.node, candidate.weight
            if completed and not candidate.has_generic:
                weight += completed
            if weight > best_weights.get(node, -1):
                best_weights[node] = weight
            if candidate.can_be_target:
                leaves.add(node)
    bounds = {}
    named_nodes = best_weights.keys()
    for node in leaves:
        above = day_index.get_node_path(node)[:-1]
        bounds[node] = best_weights[node]
        if not named_nodes.isdisjoint(above):
            bounds[node] += sum([best_weights.get(upper, 0) for upper in above])
    return bounds


def _build_sort_key(interpretation: Interpretation) -> tuple[bool, int, int, int, int, int]:
    leaf, leaf_evidence = interpretation.chain[-1], interpretation.leaf_evidence
    return (
        interpretation.skips_named_unit,
        -interpretation.weight,
        interpretation.start,
        leaf.level,
        leaf_evidence.start - leaf_evidence.end,
        leaf.node,
    )


def _build_interpretation(
    day_index: DayIndex, node: int, mentions: Sequence[Mention], clear_mentions: Sequence[Mention]
) -> Interpretation | None:
    chain = day_index.get_node_path(node)
    chosen: list[Evidence] = []
    usable: list[Evidence] = []
    evidence_maps = [
        evidence_by_node
        for evidence_by_node in (_collect_evidence(mention, chain) for mention in mentions)
        if evidence_by_node
    ]
    best_weights = {
        n: max([s[n].weight for s in evidence_maps if n in s], default=0) for n in chain
    }
    for upper in [node, *sorted(chain[-2::-1], key=lambda n: -best_weights[n])]:
        best: Evidence | None = None
        best_key = (False, -1)
        for evidence_by_node in evidence_maps:
            evidence = evidence_by_node.get(upper)
            if evidence is None or (upper == node and not evidence.candidate.can_be_target):
                continue
            if not _is_disjoint(evidence, chosen):
                continue
            usable.append(evidence)
            # A mark that says more of a unit above is left to that one, if the leaf can spare it.
            is_best_use = evidence.weight == max([s.weight for s in evidence_by_node.values()])
            key = (is_best_use, evidence.weight)
            if key > best_key and (is_best_use or upper == node):
                best, best_key = evidence, key
            elif (
                best is not None and key == best_key and _has_stronger_overlap(best, evidence_maps)
            ):
                best = evidence if not _has_stronger_overlap(evidence, evidence_maps) else best
        if best is not None:
            chosen.append(best)
        elif upper == node:
            return None
    repeated = tuple([evidence for evidence in usable if _is_disjoint(evidence, chosen)])
    contradictions = _find_contradictions(chain, chosen, repeated, clear_mentions)
    weight = sum([evidence.weight for evidence in chosen]) - STANDARD_NAME_WEIGHT * len(
        contradictions
    )
    first = chosen[0].start
    return Interpretation(
        day_index.get_chain(node),
        tuple(sorted(chosen, key=lambda evidence: chain.index(evidence.candidate.node))),
        repeated,
        contradictions,
        weight,
        any(mention.start < first for mention in contradictions),
        min([evidence.start for evidence in chosen]),
    )


def _has_stronger_overlap(
    evidence: Evidence, evidence_maps: Sequence[Mapping[int, Evidence]]
) -> bool:
    """Whether a mark lies across one that says more of another unit: 本溪 in 本溪市本溪."""
    return any(
        other.weight > evidence.weight
        and other.candidate.node != evidence.candidate.node
        and not _is_disjoint(evidence, (other,))
        for evidence_by_node in evidence_maps
        for other in evidence_by_node.values()
    )


def _collect_evidence(mention: Mention, chain: Sequence[int]) -> dict[int, Evidence]:
    """The units of a chain for which a mark may speak."""
    by_node = mention.candidate_set.by_node
    return {node: build_evidence(mention, node) for node in chain if node in by_node}


def _find_contradictions(
    chain: Sequence[int],
    chosen: Sequence[Evidence],
    repeated: Sequence[Evidence],
    clear_mentions: Sequence[Mention],
) -> tuple[Mention, ...]:
    """The clear names of other units in the text."""
    with_generic = [item for item in chosen if item.candidate.has_generic]
    return tuple(
        [
            mention
            for mention in clear_mentions
            if mention.candidate_set.by_node.keys().isdisjoint(chain)
            and _is_disjoint(mention, with_generic)
            and _is_disjoint(mention, repeated)
        ]
    )


def _is_disjoint(span: Mention | Evidence, others: Sequence[Evidence]) -> bool:
    start, end = span.start, span.end
    for other in others:  # noqa: SIM110 - asked very often, and a loop is twice as fast
        if start < other.end and other.start < end:
            return False
    return True


def find_ambiguous(best: Interpretation, others: Sequence[Interpretation]) -> list[Interpretation]:
    """The readings that the text does not tell from the best one.

    A short form two levels above everything else that shares it is taken for that; units come
    before places that are no units. A name that is a part of the best one's is no rival to it. Nor
    is a unit of the same name in the best one, where the unit above that is named: 深圳龙华 is
    right of 龙华区 in either case.
    """
    same = (best.skips_named_unit, best.weight, best.start)
    equal = [
        other
        for other in others
        if (other.skips_named_unit, other.weight, other.start) == same
        and not _is_part(other.leaf_evidence, best.leaf_evidence)
        and not _is_in_namesake(other, best)
    ]
    highest = min((r.leaf.level for r in [best, *equal]), default=0)
    return [r for r in equal if r.leaf.level - highest <= 1] if equal else []


def _is_part(name: Evidence, longer: Evidence) -> bool:
    """Whether a name lies in a longer one: 谷涌社区 in 新谷涌社区."""
    inside = longer.start <= name.start and name.end <= longer.end
    return inside and name.end - name.start < longer.end - longer.start


def _is_in_namesake(interpretation: Interpretation, best: Interpretation) -> bool:
    """Whether a reading is of what lies in the best one's unit, by the very same name.

    And the unit above the best one is named.
    """
    if (
        _get_span(interpretation.leaf_evidence) != _get_span(best.leaf_evidence)
        or len(best.evidence) == 1
    ):
        return False
    named_above = best.evidence[-2].candidate.node == best.chain[-2].node
    return named_above and any(unit.node == best.leaf.node for unit in interpretation.chain[:-1])


def _get_span(name: Evidence) -> tuple[int, int, int]:
    return name.start, name.end, name.key


def find_deciding_level(chains: Sequence[Sequence[UnitRef]]) -> int:
    """The highest level at which the chains differ: the field that would decide."""
    for level in range(len(LEVELS)):
        nodes = {next((s.node for s in chain if s.level == level), None) for chain in chains}
        if len(nodes) > 1 and any(node is not None for node in nodes):
            return level
    return min(chain[-1].level for chain in chains)

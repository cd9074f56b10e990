"""What in a text supports the units of a chain."""

from collections.abc import Mapping, Sequence

from gazetteer.search.geocoder.mentions import Mention
from gazetteer.search.index.candidates import Candidate, CandidateSet, NameRelation
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.text.structs import FrozenStruct

GENERIC_BONUS = 8
"""Added to the weight of a short form that the text completes by a generic part: 锦厦 and 村.

It must not make a short form weigh as much as a standard name.
"""


class Evidence(FrozenStruct, frozen=True):
    """A stretch of the text that supports one unit in the chain of an interpretation.

    ``generic`` is the generic part that completes the name; ``candidate_set`` is all that the name
    may mean, None where that is ``candidate`` alone.
    """

    start: int
    end: int
    key: int
    candidate: Candidate
    weight: int
    generic: str = ""
    candidate_set: CandidateSet | None = None


def build_evidence(mention: Mention, node: int) -> Evidence:
    """The mention as evidence for a node that it may mean."""
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


def list_evidence(
    day_index: DayIndex, node: int, chain: Sequence[int], mentions: Sequence[Mention]
) -> list[dict[int, Evidence]]:
    """The evidence of each mention for the units of a chain, if it has any.

    A place that is no unit does not have the name that a unit above it bears.
    """
    is_place = not day_index.index.is_unit(node)
    evidence_maps = []
    for mention in mentions:
        evidence_by_node = _collect_evidence(mention, chain)
        if node in evidence_by_node and (
            _repeats_unit_above(evidence_by_node, node)
            or (is_place and _names_unit_near(day_index, mention, chain))
        ):
            del evidence_by_node[node]
        if evidence_by_node:
            evidence_maps.append(evidence_by_node)
    return evidence_maps


def _repeats_unit_above(evidence_by_node: Mapping[int, Evidence], node: int) -> bool:
    """Whether what leads to a unit by another relation is the present name of one above it.

    梅州市梅州市 is the prefecture, and not what became of the city in it that had the name.
    """
    if evidence_by_node[node].candidate.relation is NameRelation.CURRENT_NAME:
        return False
    return any(
        item.candidate.relation is NameRelation.CURRENT_NAME and item.candidate.has_generic
        for other, item in evidence_by_node.items()
        if other != node
    )


def _names_unit_near(day_index: DayIndex, mention: Mention, chain: Sequence[int]) -> bool:
    """Whether a name may mean a unit around the place that ends the chain, whatever follows it.

    A unit in which the place lies, or that lies beside it and weighs more: the town of its name.
    """
    candidate_set = mention.candidate_set
    if mention.key >= 0:
        candidate_set = day_index.get_candidates(mention.key)
    if any(upper in candidate_set.by_node for upper in chain[:-1]):
        return True
    weight = candidate_set.by_node[chain[-1]].weight if chain[-1] in candidate_set.by_node else 0
    return len(chain) > 1 and any(
        candidate.weight > weight and day_index.is_within(candidate.node, chain[-2])
        for candidate in candidate_set.candidates
    )


def _collect_evidence(mention: Mention, chain: Sequence[int]) -> dict[int, Evidence]:
    """The evidence of a mention for each unit of a chain that it may mean."""
    by_node = mention.candidate_set.by_node
    return {node: build_evidence(mention, node) for node in chain if node in by_node}


def is_disjoint(span: Mention | Evidence, others: Sequence[Evidence]) -> bool:
    """Whether a stretch overlaps none of some evidence."""
    start, end = span.start, span.end
    for other in others:  # noqa: SIM110  called very often, and a loop is twice as fast
        if start < other.end and other.start < end:
            return False
    return True

"""How a text may be interpreted as one unit within others: one chain for each leaf, weighed.

An interpretation is a leaf and whatever in the text supports it: names of the leaf or of the units
above it, in any order, as often as they occur. A name of another unit in the midst of them
contradicts the interpretation; it is never followed to a different parent.
"""

from collections.abc import Mapping, Sequence

from gazetteer.records.levels import LEVELS
from gazetteer.search.geocoder.evidence import (
    GENERIC_BONUS,
    Evidence,
    is_disjoint,
    list_evidence,
)
from gazetteer.search.geocoder.mentions import Mention, is_clear_name
from gazetteer.search.index.candidates import NameRelation
from gazetteer.search.index.day_index import DayIndex, UnitRef
from gazetteer.search.text.name_forms import NameForm
from gazetteer.search.text.structs import FrozenStruct

_FORMS_OF_PARTS = (NameForm.PART, NameForm.PART_ALONE)


class Interpretation(FrozenStruct, frozen=True):
    """A chain of units, and what in the text supports and contradicts it.

    ``evidence`` holds the best evidence of each unit, the highest first; ``repeated_evidence`` the
    rest. ``weight`` is that of the evidence, less the contradictions; ``skips_named_unit`` tells
    whether a full name of another unit comes before the one that names the leaf.
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
        """The unit that the text names."""
        return self.chain[-1]

    @property
    def leaf_evidence(self) -> Evidence:
        """What names the leaf."""
        return self.evidence[-1]


def rank_interpretations(
    day_index: DayIndex, mentions: Sequence[Mention], *, include_all: bool = False
) -> list[Interpretation]:
    """The interpretations of the mentions, the best first.

    Those that cannot come first are left out, unless ``include_all``.
    """
    clear_mentions = [mention for mention in mentions if is_clear_name(mention, mentions)]
    bounds = _compute_weight_bounds(day_index, mentions)
    interpretations: list[Interpretation] = []
    min_weight = -1_000_000
    for node in sorted(bounds, key=bounds.__getitem__, reverse=True):
        if bounds[node] < min_weight and not include_all:
            break  # even without overlaps and contradictions it would weigh less
        interpretation = _build_interpretation(day_index, node, mentions, clear_mentions)
        if interpretation is not None and not _is_in_longer_name(
            day_index, interpretation, mentions
        ):
            interpretations.append(interpretation)
            if not interpretation.skips_named_unit:
                min_weight = max(min_weight, interpretation.weight)
    return (
        sorted(interpretations, key=_build_sort_key)
        if len(interpretations) > 1
        else interpretations
    )


def _compute_weight_bounds(day_index: DayIndex, mentions: Sequence[Mention]) -> dict[int, int]:
    """The most that an interpretation of each leaf could weigh, without overlaps or conflicts."""
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
        leaf_evidence.start - leaf_evidence.end,
        leaf.level,
        leaf.node,
    )


def _build_interpretation(
    day_index: DayIndex, node: int, mentions: Sequence[Mention], clear_mentions: Sequence[Mention]
) -> Interpretation | None:
    """The interpretation of the mentions as a node; None if no evidence for the node is left."""
    chain = day_index.get_node_path(node)
    evidence_maps = list_evidence(day_index, node, chain, mentions)
    choice = _choose_evidence(chain, node, evidence_maps)
    if choice is None or _leaves_present_unit(choice[0]):
        return None
    chosen, usable = choice
    repeated = tuple([evidence for evidence in usable if is_disjoint(evidence, chosen)])
    contradictions = _find_contradictions(
        (*chain, *_list_later_parents(day_index, chosen[0])), chosen, repeated, clear_mentions
    )
    weight = sum([evidence.weight for evidence in chosen]) - sum(
        [mention.contradiction_weight for mention in contradictions]
    )
    first = chosen[0].start
    return Interpretation(
        day_index.get_chain(node),
        tuple(sorted(chosen, key=lambda evidence: chain.index(evidence.candidate.node))),
        repeated,
        contradictions,
        weight,
        any(m.start < first and m.candidate_set.is_unambiguous_high_level for m in contradictions),
        min([evidence.start for evidence in chosen]),
    )


def _choose_evidence(
    chain: Sequence[int], node: int, evidence_maps: Sequence[Mapping[int, Evidence]]
) -> tuple[list[Evidence], list[Evidence]] | None:
    """Evidence for the units of a chain, none overlapping another: the leaf's, then the rest.

    With everything that was usable when its unit was considered. None without any for the leaf.
    """
    chosen: list[Evidence] = []
    usable: list[Evidence] = []
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
            if not is_disjoint(evidence, chosen):
                continue
            usable.append(evidence)
            # A mention that weighs more for a unit above is left to that, if the leaf can spare it.
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
    return chosen, usable


def _has_stronger_overlap(
    evidence: Evidence, evidence_maps: Sequence[Mapping[int, Evidence]]
) -> bool:
    """Whether it overlaps evidence of more weight for another unit: 本溪 in 本溪市本溪."""
    return any(
        other.weight > evidence.weight
        and other.candidate.node != evidence.candidate.node
        and not is_disjoint(evidence, (other,))
        for evidence_by_node in evidence_maps
        for other in evidence_by_node.values()
    )


def _leaves_present_unit(chosen: Sequence[Evidence]) -> bool:
    """Whether a unit in force is written, and left for what it once held, by a mere short form."""
    if chosen[0].candidate.has_generic:
        return False
    return any(
        evidence.candidate.relation is NameRelation.FORMER_PARENT
        and evidence.candidate_set is not None
        and evidence.candidate_set.best_is_current
        for evidence in chosen[1:]
    )


def _is_in_longer_name(
    day_index: DayIndex, interpretation: Interpretation, mentions: Sequence[Mention]
) -> bool:
    """Whether it is by a part of the full name of another unit: 红旗区 in 红旗区社区居委会.

    By that alone; or the other unit lies in the one that is named: 吴阳镇 in 吴阳镇社区居委会.
    """
    leaf, node = interpretation.leaf_evidence, interpretation.leaf.node
    start, end = interpretation.start, max([evidence.end for evidence in interpretation.evidence])
    for mention in mentions:
        candidate_set = mention.candidate_set
        if mention.generic or not candidate_set.is_reliable:
            continue
        if not (mention.start <= leaf.start and leaf.end <= mention.end):
            continue
        if mention.end - mention.start == leaf.end - leaf.start:
            continue
        if candidate_set.has_standard_name and mention.start <= start and end <= mention.end:
            return True
        if candidate_set.best_weight >= leaf.weight and any(
            c.node != node and day_index.is_within(c.node, node)
            for c in candidate_set.best_candidates
        ):
            return True
    return False


def _list_later_parents(day_index: DayIndex, leaf: Evidence) -> list[int]:
    """Where the unit of a name that begins after the day will lie: 济南市 above 莱芜区."""
    if leaf.candidate.relation is not NameRelation.LATER_NAME:
        return []
    index = day_index.index
    parents: list[int] = []
    node = leaf.candidate.named_node
    while node >= 0 and len(parents) < len(LEVELS):
        parents.append(node)
        node = index.parents[index.state_offsets[node + 1] - 1]
    return parents


def _find_contradictions(
    chain: Sequence[int],
    chosen: Sequence[Evidence],
    repeated: Sequence[Evidence],
    clear_mentions: Sequence[Mention],
) -> tuple[Mention, ...]:
    """The clear names of other units in the text.

    A short form is one where the unit above is expected, before the name of the leaf. Behind the
    name of a part of a unit the register knows nothing that could contradict.
    """
    leaf = chosen[0]
    is_part = leaf.candidate.form in _FORMS_OF_PARTS
    with_generic = [item for item in chosen if item.candidate.has_generic]
    return tuple(
        [
            mention
            for mention in clear_mentions
            if (
                mention.start < leaf.start
                or mention.key < 0  # in English the unit above comes behind
                or mention.candidate_set.is_unambiguous_high_level
            )
            and not (is_part and mention.start > leaf.start)
            and mention.candidate_set.by_node.keys().isdisjoint(chain)
            and is_disjoint(
                mention,
                with_generic if mention.candidate_set.is_unambiguous_high_level else chosen,
            )
            and is_disjoint(mention, repeated)
        ]
    )

"""What a name may mean: candidates, each a node, and the set of those of a piece of text."""

from collections.abc import Mapping
from enum import StrEnum

from gazetteer.messages import Message, message
from gazetteer.records.levels import LEVELS, Level
from gazetteer.search.text.name_forms import NameForm
from gazetteer.search.text.structs import FrozenStruct, MutableStruct

_COUNTY_LEVEL, LOWEST_UNIT_LEVEL = LEVELS.index(Level.COUNTY), LEVELS.index(Level.VILLAGE)
_TARGET_FORMS = frozenset(NameForm) - {NameForm.UPPER}


class NameRelation(StrEnum):
    """How a name relates to the unit in force on the date."""

    CURRENT_NAME = "name"  # the name is in force
    FORMER_NAME = "former_name"  # the unit had the name once
    SUCCESSOR = "successor"  # a unit that has ended had it; this one came after
    PART_OF_SUCCESSOR = "part_of_successor"  # this one too, and others hold a part
    LATER_NAME = "later_name"  # the name begins after the date, for it or for what follows it
    FORMER_PARENT = "former_parent"  # this one's territory once belonged to the unit named

    @property
    def is_of_past(self) -> bool:
        """Whether the unit, or one that it came from, once had the name."""
        return self in _OF_PAST

    @property
    def relation_message(self) -> Message:
        """What such a name is called."""
        return message(f"name_relation.{self.value}")


_OF_PAST = frozenset(
    {NameRelation.FORMER_NAME, NameRelation.SUCCESSOR, NameRelation.PART_OF_SUCCESSOR}
)


# The weight decides between interpretations; the score of the answer is another matter.
_FORM_WEIGHTS = {
    NameForm.STANDARD: 30,
    NameForm.FORMER: 28,
    NameForm.UPPER: 14,
    NameForm.PART: 31,  # 台中市北区 is not 青岛市北区
    NameForm.ALIAS: 21,
    NameForm.SHORT: 20,
    NameForm.PART_ALONE: 20,
    NameForm.ABBREVIATED: 18,
    NameForm.GENERIC_ONLY: 18,  # less than a short form before it: 深圳东区 lies not in 攀枝花
    NameForm.ABBREVIATION: 10,
    NameForm.STEM: 15,
}
_RELATION_PENALTIES = {
    NameRelation.CURRENT_NAME: 0,
    NameRelation.FORMER_NAME: 2,
    NameRelation.SUCCESSOR: 3,
    NameRelation.PART_OF_SUCCESSOR: 4,
    NameRelation.LATER_NAME: 6,
    NameRelation.FORMER_PARENT: 14,
}
STANDARD_NAME_WEIGHT = _FORM_WEIGHTS[NameForm.STANDARD]


class Candidate(FrozenStruct, frozen=True, order=True):
    """A node that a piece of text may mean; ``named_node`` is the node that had the name.

    ``since`` and ``until`` bound the period of the name (ordinals, half-open). ``has_generic``: by
    a name with its generic part. ``can_be_target``: the text may mean the node itself, and not
    only something that lies in it. ``weight`` ranks it among other candidates.
    """

    node: int
    level: int
    form: NameForm
    relation: NameRelation
    named_node: int
    since: int
    until: int
    has_generic: bool
    can_be_target: bool
    weight: int


def compute_weight(form: NameForm, relation: NameRelation) -> int:
    """The weight of a name that leads to a unit; a place that is no unit has half of it."""
    return (
        _FORM_WEIGHTS[form]
        if relation is NameRelation.CURRENT_NAME
        else _FORM_WEIGHTS[form] - _RELATION_PENALTIES[relation]
    )


def build_candidate(
    node: int, level: int, form: NameForm, relation: NameRelation, name_period: tuple[int, int, int]
) -> Candidate:
    """A node by a name; ``name_period``: node that had it, first day, day after the last."""
    weight = compute_weight(form, relation)
    weight = weight if level <= LOWEST_UNIT_LEVEL else weight // 2
    named_node, since, until = name_period
    can_be_target = relation is not NameRelation.FORMER_PARENT and form in _TARGET_FORMS
    return Candidate(
        node,
        level,
        form,
        relation,
        named_node,
        since,
        until,
        form <= NameForm.GENERIC_ONLY,
        can_be_target,
        weight,
    )


def build_standard_candidate(node: int, level: int, since: int, until: int) -> Candidate:
    """A unit by its standard name in force."""
    return Candidate(
        node,
        level,
        NameForm.STANDARD,
        NameRelation.CURRENT_NAME,
        node,
        since,
        until,
        True,
        True,
        STANDARD_NAME_WEIGHT,
    )


class CandidateSet(MutableStruct):
    """What a piece of text may mean. Never changed, and equal to itself alone.

    ``all_have_generic``: it has candidates, all by names with their generic part;
    ``generic_subset``: the set of these, if it has others too. ``is_truncated``: there are more
    candidates than these. ``is_unambiguous_high_level``: it is so clear a name of a county or above
    that it cannot be passed over. ``names_unit``: it is the full name of a unit. ``is_reliable``:
    it is more than the stem of a village's name. ``has_standard_name``: it is the standard name in
    force of a unit. ``best_is_current``: the best are by names in force. ``best_candidates`` are
    those of most weight, which is ``best_weight``, and ``highest_level`` is the highest level among
    them, without those by a merely generic name.
    """

    candidates: tuple[Candidate, ...]
    by_node: Mapping[int, Candidate]
    all_have_generic: bool
    generic_subset: "CandidateSet | None"
    is_truncated: bool
    is_unambiguous_high_level: bool
    names_unit: bool
    is_reliable: bool
    has_standard_name: bool
    best_is_current: bool
    best_weight: int
    best_candidates: tuple[Candidate, ...]
    best_nodes: frozenset[int]
    highest_level: int
    subsets: "dict[tuple[int, ...], CandidateSet] | None" = None
    reliable_subset: "CandidateSet | None" = None

    @property
    def with_generic(self) -> "CandidateSet | None":
        """The candidates by names with their generic part: itself if all are, None if none is."""
        return self if self.all_have_generic else self.generic_subset

    @property
    def without_stems(self) -> "CandidateSet":
        """The candidates but villages and places by less than their full names."""
        if self.reliable_subset is None:
            reliable = [c for c in self.candidates if c.has_generic or c.level < LOWEST_UNIT_LEVEL]
            self.reliable_subset = (
                self
                if len(reliable) == len(self.candidates)
                else build_candidate_set(tuple(reliable), is_truncated=self.is_truncated)
            )
        return self.reliable_subset

    def restrict_to_levels(self, levels: tuple[int, ...]) -> "CandidateSet":
        """The candidates at some levels only."""
        if self.subsets is None:
            self.subsets = {}
        subset = self.subsets.get(levels)
        if subset is None:
            candidates = tuple(
                [candidate for candidate in self.candidates if candidate.level in levels]
            )
            subset = self.subsets[levels] = build_candidate_set(
                candidates, is_truncated=self.is_truncated
            )
        return subset


def build_candidate_set(
    candidates: tuple[Candidate, ...], *, is_truncated: bool = False
) -> CandidateSet:
    """The set of the candidates, with what is asked of it again and again."""
    with_generic = tuple([candidate for candidate in candidates if candidate.has_generic])
    best_weight = max([candidate.weight for candidate in candidates], default=-1)
    best_candidates = tuple(
        [candidate for candidate in candidates if candidate.weight == best_weight]
    )
    all_have_generic = len(with_generic) == len(candidates) > 0
    generic_subset = (
        build_candidate_set(with_generic, is_truncated=is_truncated)
        if with_generic and not all_have_generic
        else None
    )
    return CandidateSet(
        candidates,
        {candidate.node: candidate for candidate in candidates},
        all_have_generic,
        generic_subset,
        is_truncated,
        any(map(_is_unambiguous_high_level, with_generic)),
        any(candidate.level <= LOWEST_UNIT_LEVEL for candidate in with_generic),
        any(candidate.form is not NameForm.STEM for candidate in candidates),
        best_weight >= STANDARD_NAME_WEIGHT,
        any(c.relation is NameRelation.CURRENT_NAME for c in best_candidates),
        best_weight,
        best_candidates,
        frozenset([candidate.node for candidate in best_candidates]),
        min([c.level for c in best_candidates if c.form is not NameForm.GENERIC_ONLY], default=-1),
    )


def _is_unambiguous_high_level(candidate: Candidate) -> bool:
    return (
        candidate.can_be_target
        and candidate.level <= _COUNTY_LEVEL
        and candidate.form is not NameForm.GENERIC_ONLY
    )

"""Which interpretations a text does not tell apart, and which level would decide between them."""

from collections.abc import Sequence

from gazetteer.records.levels import LEVELS, Level
from gazetteer.search.geocoder.evidence import Evidence
from gazetteer.search.geocoder.interpretations import Interpretation
from gazetteer.search.index.day_index import UnitRef

_COUNTY = LEVELS.index(Level.COUNTY)


def find_ambiguous(best: Interpretation, others: Sequence[Interpretation]) -> list[Interpretation]:
    """The interpretations that the text does not tell apart from the best one.

    A short form two levels above everything else that shares it is taken for that; units come
    before places that are no units. A name that is a part of the best one's does not compete with
    it. Nor does a unit of the same name within the best one, where the unit above that is named:
    深圳龙华 is right of 龙华区 in either case.
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
    """Whether an interpretation means something within the best one's unit, by the same name.

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


def find_level_to_name(chain: Sequence[UnitRef]) -> int:
    """The level above a unit that has to be named for the unit to be certain; its county if any."""
    above = [unit.level for unit in chain[:-1] if unit.level <= _COUNTY]
    return above[-1] if above else chain[-1].level


def find_deciding_level(chains: Sequence[Sequence[UnitRef]]) -> int:
    """The highest level at which the chains differ: naming the unit of that level would decide."""
    for level in range(len(LEVELS)):
        nodes = {next((s.node for s in chain if s.level == level), None) for chain in chains}
        if len(nodes) > 1 and any(node is not None for node in nodes):
            return level
    return min(chain[-1].level for chain in chains)

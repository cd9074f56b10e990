"""Settlements that bear the name of a unit above them: who types the name means the unit first.

Aliases are recorded of the settlement: Canton of 广州 in 越秀区, and not of 广州市.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import inf

from gazetteer.search.autocomplete.prefix_search import PrefixHit, PrefixQuery
from gazetteer.search.autocomplete.ranking import UNIT_FIRST_GAIN
from gazetteer.search.index.candidates import LOWEST_UNIT_LEVEL
from gazetteer.search.text.name_forms import extract_specific_part
from gazetteer.search.text.normalize import normalize_name


def iter_units_of_settlements(query: PrefixQuery, hits: Sequence[PrefixHit]) -> Iterator[PrefixHit]:
    """The units whose names settlements among the hits bear, each to come right before its own."""
    day_index = query.day_index
    levels, states = day_index.index.levels, day_index.states
    for hit in hits:
        if levels[hit.state] <= LOWEST_UNIT_LEVEL or states[hit.node] < 0:
            continue
        name = day_index.index.names[hit.state]
        for unit in day_index.get_chain(hit.node)[:-1]:
            if _bears_name(name, unit.name) and query.costs.compute_cost(unit.node) < inf:
                cost = hit.cost - UNIT_FIRST_GAIN
                yield hit._replace(cost=cost, node=unit.node, state=states[unit.node])


@lru_cache(4_096)
def _bears_name(settlement: str, unit: str) -> bool:
    return extract_specific_part(unit) == normalize_name(settlement)

"""Units by the one character that stands for them: 粤 for 广东省, 沪 for 上海市."""

from collections.abc import Iterator
from math import inf

from gazetteer.search.autocomplete.prefix_search import PrefixHit, PrefixQuery
from gazetteer.search.autocomplete.ranking import MATCH_COSTS
from gazetteer.search.index.candidates import NameRelation
from gazetteer.search.index.customary_names import read_abbreviations
from gazetteer.search.index.division_lookup import find_node_of_state, find_state_by_code


def find_by_abbreviation(query: PrefixQuery, text: str) -> Iterator[PrefixHit]:
    """The units for which a text stands."""
    index, day = query.day_index.index, query.day_index.day
    for code in read_abbreviations().get(text, ()):
        state = find_state_by_code(index, code, day)
        if state is None:
            continue
        node = find_node_of_state(index, state)
        cost = query.costs.compute_cost(node) + MATCH_COSTS["alias"]
        if cost < inf:
            period = index.starts[state], index.ends[state]
            yield PrefixHit(
                cost, node, state, text, "alias", NameRelation.CURRENT_NAME, True, *period
            )

"""The level that decides between chains of units."""

import pytest

from gazetteer.records.levels import LEVELS
from gazetteer.search.geocoder.ambiguity import find_deciding_level
from gazetteer.search.index.day_index import UnitRef

BEIJING, JILIN = UnitRef(1, 0, "北京市", None), UnitRef(2, 0, "吉林省", None)
CHANGCHUN = UnitRef(3, 1, "长春市", None)
CHAOYANG, OTHER_CHAOYANG = UnitRef(4, 2, "朝阳区", None), UnitRef(5, 2, "朝阳区", None)


@pytest.mark.parametrize(
    ("chains", "level"),
    [
        ([(BEIJING, CHAOYANG), (JILIN, CHANGCHUN, OTHER_CHAOYANG)], "province"),
        ([(JILIN, CHANGCHUN, CHAOYANG), (JILIN, OTHER_CHAOYANG)], "prefecture"),
        ([(JILIN, CHANGCHUN, CHAOYANG), (JILIN, CHANGCHUN, OTHER_CHAOYANG)], "county"),
        ([(JILIN, CHANGCHUN), (JILIN, CHANGCHUN, CHAOYANG)], "county"),
        ([(JILIN, CHANGCHUN), (JILIN, CHANGCHUN)], "prefecture"),
    ],
)
def test_the_highest_level_at_which_chains_differ_decides(
    chains: list[tuple[UnitRef, ...]], level: str
) -> None:
    assert LEVELS[find_deciding_level(chains)] == level

"""Where the territory of former units lies, on the bundled register."""

from datetime import date

import pytest

from gazetteer.search.index.candidates import NameRelation
from gazetteer.search.index.division_lookup import find_node_of_state, find_state_by_code
from gazetteer.search.index.name_index import NameIndex
from gazetteer.search.index.successors import SuccessorFinder

TODAY = date(2026, 11, 1)


def find_successor_names(
    index: NameIndex, code: str, in_force: date, at: date
) -> dict[str, NameRelation]:
    """The successors, on a day, of the unit that carried a code on another."""
    states = index.find_states(at.toordinal())
    state = find_state_by_code(index, code, in_force.toordinal())
    assert state is not None
    found = SuccessorFinder(index, states, at).find_successors(find_node_of_state(index, state))
    return {index.names[states[node]]: relation for node, _, relation in found}


@pytest.mark.parametrize(
    ("code", "day", "expected"),
    [
        ("440116", date(2010, 1, 1), {"黄埔区": NameRelation.SUCCESSOR}),  # 萝岗区
        ("440682", date(1995, 1, 1), {"南海区": NameRelation.PART_OF_SUCCESSOR}),  # 南海市
    ],
)
def test_a_unit_that_has_ended_has_successors(
    index: NameIndex, code: str, day: date, expected: dict[str, NameRelation]
) -> None:
    found = find_successor_names(index, code, day, TODAY)
    assert expected.items() <= found.items()
    assert NameRelation.CURRENT_NAME not in found.values()


def test_a_unit_in_force_is_only_the_former_parent_of_what_it_gave_away(index: NameIndex) -> None:
    found = find_successor_names(index, "440306", TODAY, TODAY)  # 宝安区, once with 龙华区
    assert found["龙华区"] is NameRelation.FORMER_PARENT
    assert set(found.values()) == {NameRelation.FORMER_PARENT}


def test_before_the_change_there_is_no_successor(index: NameIndex) -> None:
    assert find_successor_names(index, "440116", date(2010, 1, 1), date(2010, 1, 1)) == {}

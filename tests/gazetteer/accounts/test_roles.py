from uuid import uuid4

import psycopg
import pytest

from gazetteer.accounts.roles import (
    Action,
    Grant,
    Role,
    can_delegate,
    find_current_unit,
    load_unit_chain,
    may_perform,
    may_perform_anywhere,
    parse_role,
)
from gazetteer.problems import InvalidValue, UnknownCode
from tests.gazetteer.accounts.community import Tree

MATRIX = """
                  viewer mapping_staff inspector naming_officer reviewer administrator
read_unpublished  yes    yes           yes       yes            yes      yes
edit_boundaries   no     yes           no        no             no       yes
inspect           no     no            yes       no             no       yes
edit_names        no     no            no        yes            no       yes
review            no     no            no        no             yes      yes
manage_people     no     no            no        no             no       yes
read_audit        no     no            no        no             no       yes
"""
ROLES, *ROWS = (line.split() for line in MATRIX.strip().splitlines())
CASES = [
    (Role(role), Action(row[0]), answer == "yes")
    for row in ROWS
    for role, answer in zip(ROLES, row[1:], strict=True)
]


def test_the_matrix_names_every_role_and_every_action() -> None:
    assert {role for role, _, _ in CASES} == set(Role)
    assert {action for _, action, _ in CASES} == set(Action)


@pytest.mark.parametrize(("role", "action", "allowed"), CASES)
def test_each_role_may_do_what_the_matrix_says_and_no_more(
    role: Role, action: Action, allowed: bool
) -> None:
    assert may_perform([Grant(role)], action) is allowed


@pytest.mark.parametrize(("role", "action", "allowed"), CASES)
def test_a_role_over_a_unit_holds_below_it_and_nowhere_else(
    role: Role, action: Action, allowed: bool
) -> None:
    province, county, other = uuid4(), uuid4(), uuid4()
    held = [Grant(role, county)]
    assert may_perform(held, action, (county, province)) is allowed
    assert may_perform(held, action, (uuid4(), county, province)) is allowed
    assert not may_perform(held, action, (other, province))
    assert not may_perform(held, action, (province,))
    assert not may_perform(held, action), "the whole register is more than one unit"
    assert may_perform_anywhere(held, action) is allowed


def test_nobody_may_anything_without_a_grant() -> None:
    assert not any(may_perform([], action) for action in Action)


def test_only_what_is_held_can_be_handed_on() -> None:
    province, county = uuid4(), uuid4()
    held = [Grant(Role.REVIEWER, province)]
    assert can_delegate(held, Grant(Role.REVIEWER, county), (county, province))
    assert not can_delegate(held, Grant(Role.VIEWER, county), (county, province))
    assert not can_delegate(held, Grant(Role.REVIEWER), ())


def test_the_chain_leads_from_a_unit_to_the_province(conn: psycopg.Connection, tree: Tree) -> None:
    assert load_unit_chain(conn, tree.tianhe) == (tree.tianhe, tree.canton, tree.province)
    assert load_unit_chain(conn, tree.province) == (tree.province,)


def test_a_unit_that_is_no_more_stays_where_it_stood_last(
    conn: psycopg.Connection, tree: Tree
) -> None:
    assert load_unit_chain(conn, tree.conghua) == (tree.conghua, tree.canton, tree.province)
    assert find_current_unit(conn, "440184") == tree.conghua


def test_a_county_officer_may_not_act_in_another_county(
    conn: psycopg.Connection, tree: Tree
) -> None:
    officer = [Grant(Role.NAMING_OFFICER, tree.tianhe)]
    assert may_perform(officer, Action.EDIT_NAMES, load_unit_chain(conn, tree.tianhe))
    for elsewhere in (tree.conghua, tree.canton, tree.shenzhen, tree.province):
        assert not may_perform(officer, Action.EDIT_NAMES, load_unit_chain(conn, elsewhere))


def test_a_prefecture_officer_acts_in_all_its_counties(
    conn: psycopg.Connection, tree: Tree
) -> None:
    officer = [Grant(Role.MAPPING_STAFF, tree.canton)]
    for inside in (tree.canton, tree.tianhe, tree.conghua):
        assert may_perform(officer, Action.EDIT_BOUNDARIES, load_unit_chain(conn, inside))
    assert not may_perform(officer, Action.EDIT_BOUNDARIES, load_unit_chain(conn, tree.shenzhen))


def test_an_unknown_code_or_role_is_told_with_its_field(conn: psycopg.Connection) -> None:
    with pytest.raises(UnknownCode) as unknown:
        find_current_unit(conn, "999999")
    assert unknown.value.field == "unit_code"
    with pytest.raises(InvalidValue) as no_role:
        parse_role("emperor")
    assert no_role.value.field == "role"

"""Which nodes of an index the publications after it may have changed.

Rather too many than too few: a node that is loaded again without need stays as it is.
"""

from collections.abc import Collection, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from gazetteer.records.levels import LEVELS, Level
from gazetteer.search.index.index_source import IndexChanges, NodeKind
from gazetteer.search.index.name_index import NameIndex
from gazetteer.search.index.unit_attributes import NO_NODE, NODE_NOT_INDEXED

MAX_CHANGES = 10_000
"""Changes of records up to which an index takes them in; after more a new one is built."""

_NODE_KINDS = ["unit", "code", "place", "name", "spelling", "succession"]
_TOWNSHIP = LEVELS.index(Level.TOWNSHIP)

_COUNT = "SELECT count(*) FROM change WHERE seq > %s AND kind = ANY(%s)"
_NODES = """
WITH changed AS (SELECT DISTINCT kind, record_id FROM change WHERE seq > %(seq)s),
names AS (
    SELECT record_id FROM changed WHERE kind = 'name'
    UNION SELECT s.name_id FROM changed c JOIN spelling_version s USING (record_id)
    WHERE c.kind = 'spelling'
),
units AS (
    SELECT record_id AS unit_id FROM changed WHERE kind = 'unit'
    UNION SELECT v.unit_id FROM changed c JOIN code_version v USING (record_id)
    WHERE c.kind = 'code'
    UNION SELECT unnest(ARRAY[v.from_unit, v.to_unit])
    FROM changed c JOIN succession_version v USING (record_id) WHERE c.kind = 'succession'
),
places AS (
    SELECT record_id AS place_id FROM changed WHERE kind = 'place'
    UNION SELECT n.place_id FROM names JOIN name_version n USING (record_id)
    UNION SELECT v.place_id FROM units u JOIN unit_version v ON v.record_id = u.unit_id
    WHERE v.place_id IS NOT NULL
)
SELECT unit_id::text FROM units
UNION SELECT place_id::text FROM places
UNION SELECT v.record_id::text FROM places p JOIN unit_version v USING (place_id)
"""
_LOCATED = """
SELECT DISTINCT v.unit_id::text FROM change c JOIN area_version v USING (record_id)
WHERE c.seq > %(seq)s AND c.kind = 'area'
"""
_PARENTS = """
SELECT parent_id::text FROM unit_state
WHERE upper_inf(recorded) AND unit_id = ANY(%(nodes)s::uuid[]) AND level = 'township'
UNION SELECT within::text FROM place_version
WHERE upper_inf(recorded) AND record_id = ANY(%(nodes)s::uuid[]) AND unit_id IS NULL
"""
_LYING_IN = """
SELECT unit_id::text FROM unit_state
WHERE upper_inf(recorded) AND unit_id = ANY(%(candidates)s::uuid[]) AND (
    subordination_parent = ANY(%(nodes)s::uuid[]) OR custody_parent = ANY(%(nodes)s::uuid[])
)
UNION SELECT record_id::text FROM place_version
WHERE upper_inf(recorded) AND record_id = ANY(%(candidates)s::uuid[])
AND within = ANY(%(nodes)s::uuid[])
"""
_NEIGHBOURS = """
SELECT unnest(ARRAY[from_unit, to_unit])::text FROM succession_version
WHERE from_unit = ANY(%(nodes)s::uuid[]) OR to_unit = ANY(%(nodes)s::uuid[])
"""


def find_index_changes(conn: Connection[Any], base: NameIndex) -> IndexChanges | None:
    """What was published since the state of an index; ``conn`` sees one state of the register.

    None if that is so much that building anew is no more work.
    """
    params = {"seq": base.seq}
    count = conn.execute(_COUNT, (base.seq, [*_NODE_KINDS, "area"])).fetchone()
    if count is None or count[0] > MAX_CHANGES:
        return None
    if not count[0]:
        return IndexChanges((), (), ())
    located = _query_ids(conn, _LOCATED, params)
    nodes = _query_ids(conn, _NODES, params)
    if nodes:
        nodes |= _find_dependents(conn, base, nodes)
        nodes |= _find_namesakes_nearby(conn, base, nodes)
    linked = _query_ids(conn, _NEIGHBOURS, {"nodes": list(nodes)}) if nodes else set()
    return IndexChanges(nodes, nodes | located, nodes | linked)


def _query_ids(conn: Connection[Any], query: str, params: dict[str, Any]) -> set[str]:
    return {row[0] for row in conn.execute(query, params)}


def _find_dependents(conn: Connection[Any], base: NameIndex, nodes: Collection[str]) -> set[str]:
    """What lies in the nodes: the forms of a name depend on the name of what is above it.

    And the numbers of parents on whether the index holds these.
    """
    numbers = _find_numbers(base, nodes)
    parents, *others = (
        np.asarray(column)
        for column in (base.parents, base.attributes.subordinations, base.attributes.custodies)
    )
    lies_in = np.logical_or.reduce([np.isin(column, numbers) for column in (parents, *others)])
    dependents = _list_ids(base, lies_in)
    new = [node for node in nodes if base.find_node(node) is None]
    lacks_parent = np.logical_or.reduce([column == NODE_NOT_INDEXED for column in others])
    lacks_parent |= (parents == NO_NODE) & _flag_states_of_places(base)
    candidates = _list_ids(base, lacks_parent)
    if new and candidates:
        dependents |= _query_ids(conn, _LYING_IN, {"nodes": new, "candidates": [*candidates]})
    return dependents


def _list_ids(base: NameIndex, is_state: NDArray[np.bool_]) -> set[str]:
    """The nodes of some states."""
    states = np.flatnonzero(is_state)
    nodes = np.searchsorted(np.asarray(base.state_offsets), states, side="right") - 1
    return {base.ids[node] for node in np.unique(nodes).tolist()}


def _flag_states_of_places(base: NameIndex) -> NDArray[Any]:
    is_place = np.asarray(base.kinds) == NodeKind.PLACE
    return np.repeat(is_place, np.diff(np.asarray(base.state_offsets)))


def _find_namesakes_nearby(
    conn: Connection[Any], base: NameIndex, nodes: Collection[str]
) -> set[str]:
    """The townships and places beside those among the nodes.

    An alias of a place may be one of a township of its parent, and so with every change of either.
    """
    parents, latest = base.list_latest_parents(), base.list_latest_states()
    is_place = np.asarray(base.kinds) == NodeKind.PLACE
    concerned = is_place | (np.asarray(base.levels)[latest] == _TOWNSHIP)
    own = _find_numbers(base, nodes)
    earlier = parents[own[concerned[own]]]
    now = _query_ids(conn, _PARENTS, {"nodes": list(nodes)})
    ids = [parent for parent in now if parent is not None]
    lacks_parent = len(_find_numbers(base, ids)) < len(now)
    groups = np.concatenate([earlier, _find_numbers(base, ids), [-1] * lacks_parent])
    found = np.flatnonzero(concerned & np.isin(parents, groups))
    return {base.ids[node] for node in found.tolist()}


def _find_numbers(base: NameIndex, nodes: Iterable[str]) -> NDArray[np.intp]:
    """The nodes that the index holds."""
    found = (base.find_node(node) for node in nodes)
    return np.asarray([number for number in found if number is not None], np.intp)

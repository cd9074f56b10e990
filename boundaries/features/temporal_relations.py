"""The temporal relations of CQL2 (21-065r2, 7.5) as SQL over starts and ends, which are dates."""

from collections.abc import Mapping

Ends = tuple[str, str]
"""The SQL of a start and of an end; an instant has the same for both."""

TEMPORAL_RELATIONS: Mapping[str, str] = {
    "t_after": "{s1} > {e2}",
    "t_before": "{e1} < {s2}",
    "t_contains": "{s1} < {s2} AND {e1} > {e2}",
    "t_disjoint": "{e1} < {s2} OR {s1} > {e2}",
    "t_during": "{s1} > {s2} AND {e1} < {e2}",
    "t_equals": "{s1} = {s2} AND {e1} = {e2}",
    "t_finishedby": "{s1} < {s2} AND {e1} = {e2}",
    "t_finishes": "{s1} > {s2} AND {e1} = {e2}",
    "t_intersects": "{s1} <= {e2} AND {e1} >= {s2}",
    "t_meets": "{e1} = {s2}",
    "t_metby": "{s1} = {e2}",
    "t_overlappedby": "{s1} > {s2} AND {s1} < {e2} AND {e1} > {e2}",
    "t_overlaps": "{s1} < {s2} AND {e1} > {s2} AND {e1} < {e2}",
    "t_startedby": "{s1} = {s2} AND {e1} > {e2}",
    "t_starts": "{s1} = {s2} AND {e1} < {e2}",
}
INSTANT_RELATIONS = ("t_after", "t_before", "t_disjoint", "t_equals", "t_intersects")
"""Those that instants can have too; the others are defined between intervals only."""


def build_relation_sql(name: str, one: Ends, other: Ends) -> str:
    """The condition that two instants or intervals have a relation."""
    relation = TEMPORAL_RELATIONS[name]
    return "(" + relation.format(s1=one[0], e1=one[1], s2=other[0], e2=other[1]) + ")"

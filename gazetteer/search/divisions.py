"""A unit by its code, from memory: what :func:`gazetteer.records.reads.division` tells, faster.

Only of the newest state of the register and by the days of effect, which an index knows. Where it
cannot tell all of the answer it tells nothing, and the database is asked.
"""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from typing import Any

from gazetteer.ledger.asof import echo_of_newest
from gazetteer.records.levels import LEVELS
from gazetteer.records.reads import told_kin
from gazetteer.search.days import OPEN_END, OPEN_START
from gazetteer.search.index import Index
from gazetteer.search.particulars import NOT_HERE

Answer = dict[str, Any]
_MOST_ABOVE = 4
"""Units above a unit: as many as there are levels above the lowest."""


def carrier(index: Index, code: str, day: int) -> int | None:
    """The state in which a unit carries the code on the day; of several the one begun last."""
    states = [
        state
        for state in index.particulars.numbered(code)
        if index.codes[state] == code and index.starts[state] <= day < index.ends[state]
    ]
    return max(states, key=lambda state: index.starts[state], default=None)


def node_of(index: Index, state: int) -> int:
    """The node whose state it is."""
    return bisect_right(index.state_at, state) - 1


def division(index: Index, code: str, at: date, today: date) -> Answer | None:
    """The unit that carried the code on the day; None if only the database can tell."""
    day = at.toordinal()
    state = carrier(index, code, day)
    if state is None or index.recorded_at is None:
        return None
    node = node_of(index, state)
    above = _above(index, node, state, day)
    if above is None:
        return None
    told, names = index.particulars, index.names
    words = told.words
    before, after = told_kin(told.kin.get(node))
    seat = told.seats.of(node, day)
    units = {n: _told_of(index, n, s) for n, s in above}
    return {
        "unit_id": index.ids[node],
        "code": code,
        "name": names[state],
        "romanized_name": index.romanized[state],
        "level": LEVELS[index.levels[state]],
        "unit_type": words[told.unit_types[state]],
        "place_id": index.places[node],
        "parent": _brief(units, index.parents[state]),
        "subordination_parent": _brief(units, told.subordinations[state]),
        "custody_parent": _brief(units, told.custodies[state]),
        "ancestors": list(reversed(units.values())),
        "seat": {"lon": seat[0], "lat": seat[1]} if seat else None,
        "valid": {
            "from": _day(index.starts[state]),
            "to": _day(index.ends[state]),
            "from_precision": words[told.start_precisions[state]],
            "to_precision": words[told.end_precisions[state]],
        },
        "status": "retired" if index.state(node, today.toordinal()) is None else "current",
        "predecessors": before,
        "successors": after,
        **echo_of_newest(at, index.recorded_at),
    }


def _above(index: Index, node: int, state: int, day: int) -> list[tuple[int, int]] | None:
    """Nodes and states of the units above, the lowest first; None if the index lacks one."""
    told, found = index.particulars, list[tuple[int, int]]()
    while True:
        if node in told.unsure or NOT_HERE in (told.subordinations[state], told.custodies[state]):
            return None
        node = index.parents[state]
        above = index.state(node, day) if node >= 0 else None
        if above is None:
            return found if node not in told.unsure else None
        if len(found) == _MOST_ABOVE:
            return found
        state = above
        found.append((node, state))


def _told_of(index: Index, node: int, state: int) -> Answer:
    """A unit as one above others is told; remembered, and not to be changed."""
    briefs = index.particulars.briefs
    told = briefs.get(state)
    if told is None:
        told = briefs[state] = {
            "unit_id": index.ids[node],
            "code": index.codes[state],
            "name": index.names[state],
            "level": LEVELS[index.levels[state]],
        }
    return told


def _brief(units: Mapping[int, Answer], node: int) -> Answer | None:
    unit = units.get(node)
    return None if unit is None else {"code": unit["code"], "name": unit["name"]}


def _day(day: int) -> str | None:
    return None if day in (OPEN_START, OPEN_END) else date.fromordinal(day).isoformat()

"""A unit by its code, from memory: faster, and what the database would answer.

The same as :func:`gazetteer.records.division_queries.load_division`, but only for the newest state
of the register and by the days of effect, which an index knows. Where it does not know all of the
answer it gives none, and the database is queried.
"""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from typing import Any

from gazetteer.ledger.as_of import newest_as_of_fields
from gazetteer.records.levels import LEVELS
from gazetteer.records.succession_queries import parse_succession
from gazetteer.search.index.day_ordinals import OPEN_END, OPEN_START
from gazetteer.search.index.name_index import NameIndex
from gazetteer.search.index.unit_attributes import NODE_NOT_INDEXED

JsonObject = dict[str, Any]
_MAX_UNITS_ABOVE = 4
"""Units above a unit: as many as there are levels above the lowest."""


def find_state_by_code(index: NameIndex, code: str, day: int) -> int | None:
    """The state in which a unit carries the code on the day; of several the one begun last."""
    states = [
        state
        for state in index.attributes.iter_states_by_code(code)
        if index.codes[state] == code and index.starts[state] <= day < index.ends[state]
    ]
    return max(states, key=lambda state: index.starts[state], default=None)


def find_node_of_state(index: NameIndex, state: int) -> int:
    """The node whose state it is."""
    return bisect_right(index.state_offsets, state) - 1


def find_division(index: NameIndex, code: str, at: date, today: date) -> JsonObject | None:
    """The unit that carried the code on the day; None if only the database knows all of it."""
    day = at.toordinal()
    state = find_state_by_code(index, code, day)
    if state is None or index.recorded_at is None:
        return None
    node = find_node_of_state(index, state)
    above = _find_units_above(index, node, state, day)
    if above is None:
        return None
    attributes, names = index.attributes, index.names
    words = attributes.words
    predecessors, successors = parse_succession(attributes.succession_json.get(node))
    seat = attributes.seats.find_point(node, day)
    units = {n: _summarize_unit(index, n, s) for n, s in above}
    return {
        "unit_id": index.ids[node],
        "code": code,
        "name": names[state],
        "romanized_name": index.romanized[state],
        "level": LEVELS[index.levels[state]],
        "unit_type": words[attributes.unit_types[state]],
        "place_id": index.places[node],
        "parent": _serialize_parent(units, index.parents[state]),
        "subordination_parent": _serialize_parent(units, attributes.subordinations[state]),
        "custody_parent": _serialize_parent(units, attributes.custodies[state]),
        "ancestors": list(reversed(units.values())),
        "seat": {"lon": seat[0], "lat": seat[1]} if seat else None,
        "valid": {
            "from": _format_day(index.starts[state]),
            "to": _format_day(index.ends[state]),
            "from_precision": words[attributes.start_precisions[state]],
            "to_precision": words[attributes.end_precisions[state]],
        },
        "status": _find_status(index, node, today.toordinal()),
        "predecessors": predecessors,
        "successors": successors,
        **newest_as_of_fields(at, index.recorded_at),
    }


def _find_status(index: NameIndex, node: int, today: int) -> str:
    if index.find_state(node, today) is not None:
        return "current"
    starts = index.starts[index.state_offsets[node] : index.state_offsets[node + 1]]
    return "upcoming" if min(starts) > today else "retired"


def _find_units_above(
    index: NameIndex, node: int, state: int, day: int
) -> list[tuple[int, int]] | None:
    """Nodes and states of the units above, the lowest first; None if the index lacks one."""
    attributes, units = index.attributes, list[tuple[int, int]]()
    while True:
        if node in attributes.incomplete_nodes or NODE_NOT_INDEXED in (
            attributes.subordinations[state],
            attributes.custodies[state],
        ):
            return None
        node = index.parents[state]
        above = index.find_state(node, day) if node >= 0 else None
        if above is None:
            return units if node not in attributes.incomplete_nodes else None
        if len(units) == _MAX_UNITS_ABOVE:
            return units
        state = above
        units.append((node, state))


def _summarize_unit(index: NameIndex, node: int, state: int) -> JsonObject:
    """The summary of a unit above others; cached, and not to be changed."""
    summaries = index.attributes.summary_cache
    summary = summaries.get(state)
    if summary is None:
        summary = summaries[state] = {
            "unit_id": index.ids[node],
            "code": index.codes[state],
            "name": index.names[state],
            "level": LEVELS[index.levels[state]],
        }
    return summary


def _serialize_parent(units: Mapping[int, JsonObject], node: int) -> JsonObject | None:
    unit = units.get(node)
    return None if unit is None else {"code": unit["code"], "name": unit["name"]}


def _format_day(day: int) -> str | None:
    return None if day in (OPEN_START, OPEN_END) else date.fromordinal(day).isoformat()

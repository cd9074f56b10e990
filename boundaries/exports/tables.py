"""Everything that can be exported, by one call: a table with the moment in every row."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import StrEnum

from boundaries.exports import network
from boundaries.exports.asking import Asked, Conn
from boundaries.exports.divisions import divisions
from boundaries.exports.places import places
from boundaries.layers.table import OutputTable
from gazetteer.ledger.asof import resolve_known_at
from gazetteer.problems import InvalidValue
from gazetteer.records.levels import LEVELS, UNIT_LEVELS
from gazetteer.records.reads import find_unit


class What(StrEnum):
    """What can be exported."""

    DIVISIONS = "divisions"
    EDGES = "edges"
    NODES = "nodes"
    LINES = "lines"
    PLACES = "places"


_TABLES: Mapping[What, Callable[[Conn, Asked], OutputTable]] = {
    What.DIVISIONS: divisions,
    What.EDGES: network.edges,
    What.NODES: network.nodes,
    What.LINES: network.lines,
    What.PLACES: places,
}
_DEFAULT_LEVEL = {What.DIVISIONS: "county", What.LINES: "county"}


def exported(conn: Conn, what: What, asked: Asked) -> OutputTable:
    """The table asked for, all of it from one state of the register.

    Without a level, divisions and lines are those of counties, and everything else is told
    whatever its level. Every row repeats ``at``, ``known_at`` and ``basis``.

    Raises:
        InvalidValue: a level that there is none of in such a table.
        UnknownCode, CodeNotInForce, NoDataBefore: ``within`` carried no unit then.
        NoAreaKnown: there is nothing on that day.
        TooLarge: more than may be read.
    """
    _check_level(what, asked.level)
    asked = replace(asked, level=asked.level or _DEFAULT_LEVEL.get(what))
    with conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        moment = asked.as_of.as_of_fields(resolve_known_at(conn, asked.as_of))
        if asked.within is not None:
            find_unit(conn, asked.within, asked.as_of, field="within")
        table = _TABLES[what](conn, asked)
    said = {name: [value] * len(table.geometries) for name, value in moment.items()}
    return replace(table, columns={**table.columns, **said})


def _check_level(what: What, level: str | None) -> None:
    levels = LEVELS if what is What.PLACES else UNIT_LEVELS
    if level is not None and level not in levels:
        known = ", ".join(levels)
        raise InvalidValue(
            f"{what} 没有 {level} 级；有：{known}。",
            f"there are no {what} of level {level!r}; levels: {known}",
            field="level",
        )

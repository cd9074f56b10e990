"""The register examines its network: areas are what the edges bound, on every day of change."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from psycopg import Connection
from psycopg.rows import tuple_row
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from boundaries.network.areas import areas
from boundaries.network.store import KnownNetwork, Unit, read_network
from boundaries.rules.coverage.evidence import Evidence
from boundaries.rules.coverage.gaps import gaps
from boundaries.rules.coverage.overlaps import overlaps
from boundaries.rules.metric import Metric
from boundaries.rules.tolerances import Tolerances
from gazetteer.ledger.asof import MOMENT, AsOf, in_force, today
from gazetteer.records.finding import Finding

Conn = Connection[Any]
_NOBODY = Unit("", None, None, None)
_NOWHERE = shapely.MultiPolygon()
LEVELS = ("province", "prefecture", "county", "township")

_AREAS = f"""
WITH {MOMENT}
SELECT a.unit_id, ST_AsBinary(a.geom) FROM moment, area_version a WHERE {in_force("a")}
"""

_DAYS = """
SELECT DISTINCT greatest(day, '1900-01-01') FROM edge_version,
    unnest(ARRAY[lower(valid), upper(valid)]) AS day
WHERE upper_inf(recorded) AND day <= %(today)s ORDER BY 1
"""


def areas_of_edges(conn: Conn) -> list[Finding]:
    """Areas in force today that are not, to the last bit, what today's edges bound (TOP-COV-05)."""
    as_of = AsOf(today())
    known = read_network(conn, as_of)
    with conn.cursor(row_factory=tuple_row) as cursor:
        stored: dict[UUID, bytes] = dict(cursor.execute(_AREAS, as_of.params()).fetchall())
    derived = {unit: shape for level in LEVELS for unit, shape in _derived(known, level)}
    return [
        _differs(known.units[unit], shape is None)
        for unit, geometry in stored.items()
        if unit in known.units and not _same(shapely.from_wkb(geometry), shape := derived.get(unit))
    ]


def coverage_on_every_day(conn: Conn) -> list[Finding]:
    """Days of change from which on the lowest known units overlap or leave gaps (TOP-VER-03).

    Of each day only the units are judged whose area changed on it, with those around them.
    """
    with conn.cursor(row_factory=tuple_row) as cursor:
        days = [row[0] for row in cursor.execute(_DAYS, {"today": today()})]
    before: Mapping[UUID, BaseGeometry] = {}
    found: list[Finding] = []
    for day in days:
        known = read_network(conn, AsOf(day))
        now = {known.faces[face]: shape for face, shape in areas(known.net).items()}
        found += _broken(day, known, _touched(before, now))
        before = now
    return found


CHECKS = (areas_of_edges, coverage_on_every_day)
"""All checks of the network."""


def _derived(known: KnownNetwork, level: str) -> Iterator[tuple[UUID, shapely.MultiPolygon]]:
    """The units of a level, with the areas that the edges bound."""
    labels, units = known.labels(level)
    for number, shape in areas(known.net, labels).items():
        if known.units[units[number]].level == level:
            yield units[number], shape


def _same(stored: BaseGeometry, derived: BaseGeometry | None) -> bool:
    if derived is None:
        return False
    one, other = shapely.normalize(stored), shapely.normalize(derived)
    return bool(shapely.equals_exact(one, other, tolerance=0.0))


def _differs(unit: Unit, missing: bool) -> Finding:
    zh = "没有围合它的界线" if missing else "与界线围合的范围不一致"
    en = "no edges bound it" if missing else "it is not what the edges bound"
    return Finding(
        "area_not_of_edges",
        "error",
        unit.code or "",
        f"{unit.name} 的边界面{zh}（TOP-COV-05）。",
        f"the area of {unit.code}: {en} (TOP-COV-05)",
        "请重新导入该单位的边界数据。",
        "import the boundary of the unit again",
    )


def _touched(
    before: Mapping[UUID, BaseGeometry], now: Mapping[UUID, BaseGeometry]
) -> dict[UUID, BaseGeometry]:
    """The areas that are not as they were, and those near them."""
    changed = [
        shape
        for unit in before.keys() | now.keys()
        if not _same(now.get(unit, _NOWHERE), before.get(unit))
        for shape in (before.get(unit), now.get(unit))
        if shape is not None
    ]
    units = list(now)
    if not changed or not units:
        return {}
    near = STRtree([now[unit] for unit in units]).query(changed)[1]
    return {units[number]: now[units[number]] for number in np.unique(near).tolist()}


def _broken(
    day: date, known: KnownNetwork, shapes: Mapping[UUID, BaseGeometry]
) -> Iterator[Finding]:
    units = [known.units.get(unit, _NOBODY) for unit in shapes]
    evidence = Evidence(
        np.array(list(shapes.values()), dtype=object),
        tuple(unit.name or "" for unit in units),
        Metric(),
        Tolerances(),
    )
    for found in (*overlaps(evidence), *gaps(evidence)):
        codes = " ".join(units[feature].code or "" for feature in found.features)
        yield Finding(
            "coverage_broken",
            "error",
            f"{day} {codes}",
            f"{day} 起：{found.zh}（TOP-VER-03）",
            f"from {day} on: {found.en} (TOP-VER-03)",
            "请按法定界线更正相邻单位的边界。",
            "correct the border between the units to the legal line",
        )

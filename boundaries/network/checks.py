"""The register examines its network: areas are what the edges bound, on every day of change."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from psycopg import Connection
from psycopg.rows import tuple_row
from shapely.geometry.base import BaseGeometry

from boundaries.network.areas import areas
from boundaries.network.edges import NOBODY, Network
from boundaries.network.segments import Ints
from boundaries.network.store import (
    KnownNetwork,
    NetworkHistory,
    Unit,
    read_history,
    read_network,
)
from boundaries.rules.coverage.evidence import Evidence
from boundaries.rules.coverage.gaps import gaps
from boundaries.rules.coverage.overlaps import overlaps
from boundaries.rules.metric import Metric
from boundaries.rules.tolerances import Tolerances
from gazetteer.ledger.asof import MOMENT, AsOf, in_force, today
from gazetteer.records.finding import Finding

Conn = Connection[Any]
_NOBODY = Unit("", None, None, None)
LEVELS = ("province", "prefecture", "county", "township")

_AREAS = f"""
WITH {MOMENT}
SELECT a.unit_id, ST_AsBinary(a.geom) FROM moment, area_version a WHERE {in_force("a")}
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

    Of each day only the units are judged whose borders changed on it, with their neighbours.
    """
    past = read_history(conn, AsOf(today()))
    before = past.on(date.min)
    found: list[Finding] = []
    for day in past.days(until=today()):
        now = past.on(day)
        changed = (now.left != before.left) | (now.right != before.right)
        touched = np.r_[now.left[changed], now.right[changed]]
        labels = _near(now, np.unique(touched[touched != NOBODY]), len(past.faces))
        found += _broken(day, past, areas(now, labels))
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


def _near(net: Network, faces: Ints, size: int) -> Ints:
    """Labels of faces and their neighbours; NOBODY for all others."""
    labels = np.full(size, NOBODY)
    labels[faces] = faces
    beside = np.isin(net.left, faces) | np.isin(net.right, faces)
    around = np.r_[net.left[beside], net.right[beside]]
    around = around[around != NOBODY]
    labels[around] = around
    return labels


def _broken(
    day: date, past: NetworkHistory, shapes: Mapping[int, BaseGeometry]
) -> Iterator[Finding]:
    units = [past.units.get(past.faces[face], _NOBODY) for face in shapes]
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

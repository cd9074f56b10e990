"""A register of the real areas of Guangdong and its neighbours, for tests that only read it."""

import gzip
import json
from csv import DictReader
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import psycopg
import shapely
from shapely.geometry import shape

from boundaries.schema.area_kinds import REGISTER_KINDS
from gazetteer.database.cluster import Cluster
from gazetteer.database.migrate import migrate_database
from gazetteer.database.requirements import ensure_database
from gazetteer.ledger.as_of import AsOf
from gazetteer.ledger.period import UNBOUNDED, Period, PeriodEnd, Precision
from gazetteer.ledger.publish import Changeset, Ledger
from gazetteer.ledger.versions import Statement
from gazetteer.records.unit_states import derive_states

FIXTURES = Path(__file__).parents[3] / "fixtures"
NAMESPACE = UUID("6f2c1d1e-5a0a-4b53-9a1e-3a4d1c1f7b10")
LEDGER = Ledger(REGISTER_KINDS, (derive_states,))
LOAD = Changeset("registrar", "areas of Guangdong", "load")

UNITS_SINCE, AREAS_SINCE = date(1981, 1, 1), date(2019, 12, 31)
TODAY = AsOf(date(2024, 1, 1))
ACCURACY_M = 200.0
CAMPUS = shapely.box(113.5400, 22.1280, 113.5440, 22.1340)
CAMPUS_SINCE = date(2013, 7, 20)


def record(*key: str) -> UUID:
    return uuid5(NAMESPACE, "/".join(key))


def span(start: date | None = None, end: date | None = None) -> Period:
    def bound(day: date | None) -> PeriodEnd:
        return PeriodEnd(day, None, Precision.DAY) if day else UNBOUNDED

    return Period(bound(start), bound(end))


def wkb(geometry: Any) -> str:
    """The form in which the ledger takes a geometry; polygons become multipolygons."""
    if geometry.geom_type == "Polygon":
        geometry = shapely.MultiPolygon([geometry])
    text: str = shapely.to_wkb(geometry, hex=True, byte_order=1)
    return text.lower()


@cache
def features() -> tuple[tuple[dict[str, str], Any], ...]:
    """Properties and polygon of every real area."""
    with gzip.open(FIXTURES / "guangdong_boundaries.geojson.gz") as file:
        layer = json.load(file)
    return tuple((f["properties"], shape(f["geometry"])) for f in layer["features"])


@cache
def polygons() -> dict[str, Any]:
    """The real polygons by code."""
    return {properties["code"]: polygon for properties, polygon in features()}


def unit(
    code: str,
    name: str,
    level: str,
    parent: str | None = None,
    *,
    start: date | None = UNITS_SINCE,
    end: date | None = None,
) -> list[Statement]:
    """A unit with its code and name."""
    life = span(start, end)
    place = {"legal_class": "division", "level": level, "unit_id": record("unit", code)}
    attributes = {
        "level": level,
        "place_id": record("place", code),
        "subordination_parent": record("unit", parent) if parent else None,
    }
    named = {
        "place_id": record("place", code),
        "text": name,
        "name_kind": "standard",
        "language": "zh-Hans",
    }
    coded = {"unit_id": record("unit", code), "code": code, "code_system": "mca"}
    return [
        Statement("unit", record("unit", code), life, attributes),
        Statement("place", record("place", code), life, place),
        Statement("name", record("name", code), life, named),
        Statement("code", record("code", code), life, coded),
    ]


def area(
    code: str,
    polygon: Any,
    start: date | None = AREAS_SINCE,
    end: date | None = None,
    accuracy_m: float | None = ACCURACY_M,
) -> Statement:
    """The area of a unit."""
    attributes = {
        "unit_id": record("unit", code),
        "geom": wkb(polygon),
        "accuracy_m": accuracy_m,
        "source": "OpenStreetMap 2019-2020",
    }
    return Statement("area", record("area", code), span(start, end), attributes)


def place(key: str, name: str, lon: float, lat: float) -> list[Statement]:
    """A place with a location."""
    attributes = {
        "legal_class": "natural",
        "level": "natural_feature",
        "location": wkb(shapely.Point(lon, lat)),
    }
    named = {
        "place_id": record("toponym", key),
        "text": name,
        "name_kind": "standard",
        "language": "zh-Hans",
    }
    return [
        Statement("place", record("toponym", key), Period(), attributes),
        Statement("name", record("toponym name", key), Period(), named),
    ]


@cache
def toponyms() -> tuple[tuple[str, str, float, float], ...]:
    """Id, Chinese name, lon and lat of the real toponyms that have a Chinese name."""
    with (FIXTURES / "toponyms_guangdong.csv").open(encoding="utf-8-sig", newline="") as file:
        return tuple(
            (row["id"], row["name_zh"], float(row["lon"]), float(row["lat"]))
            for row in DictReader(file)
            if row["name_zh"]
        )


def campus() -> list[Statement]:
    """Land in Hengqin under the jurisdiction of Macao; its outline here is only a rectangle."""
    act = {
        "title": "关于授权澳门特别行政区对设在横琴岛的澳门大学新校区实施管辖的决定",
        "authority": "全国人民代表大会常务委员会",
        "approved_on": date(2009, 6, 27),
        "effective_on": CAMPUS_SINCE,
    }
    override = {
        "grantor_unit": record("unit", "440402"),
        "holder_unit": record("unit", "820000"),
        "act_id": record("act", "campus"),
        "geom": wkb(CAMPUS),
    }
    return [
        Statement("act", record("act", "campus"), Period(), act),
        Statement("jurisdiction", record("campus"), span(CAMPUS_SINCE), override),
    ]


def build_real_areas() -> list[Statement]:
    """All real areas with their units, the toponyms, and one override."""
    known = polygons().keys()
    statements: list[Statement] = []
    for properties, polygon in features():
        code, parent = properties["code"], properties["parent_code"]
        parent = parent if parent in known else ""
        statements += unit(code, properties["name"], properties["level"], parent or None)
        statements.append(area(code, polygon))
    for toponym in toponyms():
        statements += place(*toponym)
    return statements + campus()


def guangdong(cluster: Cluster) -> str:
    """The connection string of the register, made once in a cluster; do not write to it."""
    conninfo = cluster.get_conninfo("real_areas")
    ensure_database(conninfo)
    migrate_database(conninfo)
    with psycopg.connect(conninfo, autocommit=True) as conn:
        if conn.execute("SELECT seq FROM ledger_head").fetchone() == (0,):
            LEDGER.publish_statements(conn, LOAD, build_real_areas())
            conn.execute("ANALYZE")
    return conninfo

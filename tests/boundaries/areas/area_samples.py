"""A register of the real areas of Guangdong and its neighbours, for tests that only read it."""

import gzip
import json
from collections.abc import Iterable, Sequence
from csv import DictReader
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import psycopg
import shapely
from psycopg import Connection
from shapely.geometry import shape

from boundaries.ingest.area_import import LayerRegions, build_area_batch, load_edges_around
from boundaries.ingest.register_files import load_register_units
from boundaries.network.leaf_faces import Region
from boundaries.network.redraw import DrawingPeriod
from boundaries.register_ledger import LEDGER
from gazetteer.database.cluster import Cluster
from gazetteer.database.migrate import migrate_database
from gazetteer.database.requirements import ensure_database
from gazetteer.ledger.as_of import AsOf
from gazetteer.ledger.period import UNBOUNDED, Period, PeriodEnd, Precision
from gazetteer.ledger.publish import Changeset
from gazetteer.ledger.versions import Statement

FIXTURES = Path(__file__).parents[3] / "fixtures"
NAMESPACE = UUID("6f2c1d1e-5a0a-4b53-9a1e-3a4d1c1f7b10")
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


@dataclass(frozen=True)
class SampleArea:
    """The ground of a unit from a day on, or for a time."""

    code: str
    polygon: Any
    start: date | None
    end: date | None
    accuracy_m: float | None


def area(
    code: str,
    polygon: Any,
    start: date | None = AREAS_SINCE,
    end: date | None = None,
    accuracy_m: float | None = ACCURACY_M,
) -> SampleArea:
    """The area of a unit."""
    return SampleArea(code, polygon, start, end, accuracy_m)


def publish(
    conn: Connection[Any], changeset: Changeset, items: Iterable[Statement | SampleArea]
) -> None:
    """Publish statements, then areas, which are drawn into the network as an import does."""
    listed = list(items)
    statements = [item for item in listed if isinstance(item, Statement)]
    if statements:
        LEDGER.publish_statements(conn, changeset, statements)
    areas = [item for item in listed if isinstance(item, SampleArea)]
    for start in sorted({item.start or date.min for item in areas}):
        draw_areas(conn, changeset, [a for a in areas if (a.start or date.min) == start])


def draw_areas(conn: Connection[Any], changeset: Changeset, areas: Sequence[SampleArea]) -> None:
    """Draw areas that begin on one day; ground that is known runs so from this day on."""
    units = load_register_units(conn)
    regions = [
        Region(
            a.code,
            None,
            a.polygon,
            ((record("unit", a.code), span(a.start, a.end)),),
            a.accuracy_m,
            "OpenStreetMap 2019-2020",
        )
        for a in areas
    ]
    layer = LayerRegions("samples", len(regions), tuple(regions), ())
    day = areas[0].start or date(1900, 1, 1)
    start = PeriodEnd(areas[0].start, None, Precision.DAY) if areas[0].start else UNBOUNDED
    known = load_edges_around(conn, layer, units, day)
    batch = build_area_batch(layer, units, DrawingPeriod(day, start), known)
    LEDGER.publish_timelines(conn, changeset, batch)


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


def build_real_areas() -> list[Statement | SampleArea]:
    """All real areas with their units, the toponyms, and one override."""
    known = polygons().keys()
    statements: list[Statement | SampleArea] = []
    for properties, polygon in features():
        code, parent = properties["code"], properties["parent_code"]
        if parent not in known and properties["level"] != "province":
            parent = code[:2] + "0000"  # the nearest unit above whose polygon is shipped
        above = parent if parent in known else None
        statements += unit(code, properties["name"], properties["level"], above)
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
            publish(conn, LOAD, build_real_areas())
            conn.execute("ANALYZE")
    return conninfo

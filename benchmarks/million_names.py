"""A register with a million generated names, in a database of its own that later runs reuse.

Their specific parts are made of those of the villages of the register, so that as many names are
the same or sound alike as where people have named things. The program itself derives their keys.
"""

import time
from collections.abc import Iterator
from random import Random
from typing import Any, NamedTuple

import psycopg
from psycopg import Connection, sql
from psycopg.conninfo import conninfo_to_dict

from gazetteer.database.cluster import Cluster
from gazetteer.naming.key_derivation import renew_name_keys

Conn = Connection[Any]
COUNT = 1_000_000
_POINTS_OF_A_COUNTY = 5000


class _NameGroup(NamedTuple):
    """Names of a class: the share of all, and what they end with."""

    legal_class: str
    level: str
    share: float
    endings: tuple[str, ...]


_GROUPS = (
    _NameGroup("village_seat", "village", 0.3, ("村民委员会", "社区居民委员会")),
    _NameGroup("road", "road", 0.4, ("路", "街", "巷", "大道", "新街")),
    _NameGroup("building", "building", 0.2, ("苑", "花园", "大厦", "广场")),
    _NameGroup("natural", "natural_feature", 0.1, ("山", "河", "岭", "塘")),
)

_TOWNS = """
CREATE TEMP TABLE town AS
SELECT row_number() OVER (ORDER BY t.code) - 1 AS number, t.unit_id, t.parent_id AS county
FROM unit_state t WHERE t.level = 'township' AND upper_inf(t.recorded) AND t.valid @> current_date
"""
_POINTS = """
CREATE TEMP TABLE point AS
SELECT c.county, (d.path)[1] - 1 AS number, d.geom
FROM (SELECT DISTINCT county FROM town) c
CROSS JOIN LATERAL (
    SELECT geom FROM area_version a WHERE a.unit_id = c.county AND upper_inf(a.recorded)
    AND a.valid @> current_date LIMIT 1
) a
CROSS JOIN LATERAL ST_Dump(ST_GeneratePoints(a.geom, %(points)s, 1)) d
"""
_PLACES = """
INSERT INTO place_version (record_id, valid, recorded, start_precision, end_precision, opened_in,
    digest, legal_class, level, within, location)
SELECT g.place, '(,)', tstzrange(now(), NULL), 'day', 'day', h.changeset, '', g.legal_class,
       g.level, t.unit_id, CASE WHEN g.legal_class <> 'village_seat' THEN
           ST_Translate(p.geom, random() * 0.02 - 0.01, random() * 0.02 - 0.01) END
FROM generated g
JOIN town t ON t.number = g.town
LEFT JOIN point p ON p.county = t.county AND p.number = g.point
CROSS JOIN (SELECT max(changeset_id) AS changeset FROM changeset) h
"""
_NAMES = """
INSERT INTO name_version (record_id, valid, recorded, start_precision, end_precision, opened_in,
    digest, place_id, text, name_kind, language)
SELECT g.name, '[1990-01-01,)', tstzrange(now(), NULL), 'day', 'day', h.changeset, '', g.place,
       g.text, 'standard', 'zh-Hans'
FROM generated g CROSS JOIN (SELECT max(changeset_id) AS changeset FROM changeset) h
"""
# Squares of some 10 km round a point of each county: there roads and buildings are compared.
_BUILT_UP_AREAS = """
INSERT INTO built_up_area (area_id, name, source, geom, valid, loaded_by, loaded_at)
SELECT gen_random_uuid(), 'area', 'bench', ST_Multi(ST_Expand(geom, 0.05)), '(,)', 'bench', now()
FROM point WHERE number = 0
"""


def ensure_million_names(own: Cluster, loaded: str) -> tuple[str, float | None]:
    """The register of a million names, and the seconds that their keys took, if they are new.

    Args:
        own: the cluster.
        loaded: the database of the shipped register, to which nobody is connected.
    """
    template = str(conninfo_to_dict(loaded)["dbname"])
    name = template.replace("bench_", "bench_names_", 1)
    conninfo = own.get_conninfo(name)
    with psycopg.connect(own.get_conninfo("postgres"), autocommit=True) as admin:
        if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
            return conninfo, None
        unfinished = sql.Identifier(f"{name}_unfinished")
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(unfinished))
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                unfinished, sql.Identifier(template)
            )
        )
        with psycopg.connect(own.get_conninfo(f"{name}_unfinished"), autocommit=True) as conn:
            _generate_places(conn)
            seconds = _derive_keys(conn)
        admin.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(unfinished, sql.Identifier(name))
        )
    return conninfo, seconds


def _generate_places(conn: Conn) -> None:
    conn.execute(_TOWNS)
    conn.execute(_POINTS, {"points": _POINTS_OF_A_COUNTY})
    conn.execute("CREATE INDEX ON point (county, number); ANALYZE town, point")
    conn.execute(
        "CREATE TEMP TABLE generated (place uuid DEFAULT gen_random_uuid(),"
        " name uuid DEFAULT gen_random_uuid(), text text, legal_class text, level text,"
        " town int, point int)"
    )
    statement = "COPY generated (text, legal_class, level, town, point) FROM STDIN"
    with conn.cursor() as cursor, cursor.copy(statement) as copy:
        for row in _iter_rows(conn):
            copy.write_row(row)
    with conn.transaction():
        conn.execute("SELECT setseed(0.5)")
        conn.execute("INSERT INTO record SELECT place, 'place' FROM generated")
        conn.execute("INSERT INTO record SELECT name, 'name' FROM generated")
        conn.execute(_PLACES)
        conn.execute(_NAMES)
        conn.execute(_BUILT_UP_AREAS)
    conn.execute("VACUUM (ANALYZE) place_version, name_version, built_up_area")


def _iter_rows(conn: Conn) -> Iterator[tuple[str, str, str, int, int]]:
    """Texts with class, level, and the numbers of a township and of a point; always the same."""
    random = Random(1)
    with psycopg.connect(conn.info.dsn) as reader:
        specifics = _load_specifics(reader)
        row = reader.execute(
            "SELECT count(*) FROM unit_state WHERE level = 'township' AND upper_inf(recorded)"
            " AND valid @> current_date"
        ).fetchone()
    assert row is not None
    for group in _GROUPS:
        for _ in range(int(COUNT * group.share)):
            specific = _make_specific(random, specifics)
            yield (
                *(specific + random.choice(group.endings), group.legal_class, group.level),
                *(random.randrange(row[0]), random.randrange(_POINTS_OF_A_COUNTY)),
            )


def _load_specifics(conn: Conn) -> list[str]:
    rows = conn.execute(
        "SELECT DISTINCT specific_key FROM name_key WHERE legal_class = 'village_seat'"
        " AND specific_key IS NOT NULL ORDER BY 1"
    )
    return [text for (text,) in rows]


def _make_specific(random: Random, specifics: list[str]) -> str:
    """The beginning of one and the end of another."""
    first, second = random.choice(specifics), random.choice(specifics)
    return first[:1] + second[-1:] if random.random() < 0.5 else first[:2] + second[-1:]


def _derive_keys(conn: Conn) -> float:
    conn.execute("UPDATE name_key_state SET version = 'before the names were generated'")
    begun = time.monotonic()
    renew_name_keys(conn)
    seconds = time.monotonic() - begun
    conn.execute("VACUUM (ANALYZE) name_key")
    return seconds

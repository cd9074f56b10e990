"""Questions to a register and its answers, by which a test compares two revisions.

It imports only what the program of revision 0008 has too: run there over the rows of
``at_0008.sql`` it prints ``answers_at_0008.json``::

    PYTHONPATH=. python tests/migrations/register_answers.py CONNINFO
"""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

import orjson
import psycopg
from psycopg import Connection

from boundaries.areas.area_queries import load_area_feature
from boundaries.areas.reverse_lookup import look_up_point
from boundaries.areas.vector_tiles import Tile, load_division_tile
from boundaries.layers.coordinates import Crs, GeodeticPosition
from boundaries.network.border_queries import load_unit_borders
from boundaries.schema.area_kinds import REGISTER_KINDS
from gazetteer.ledger.as_of import AsOf
from gazetteer.ledger.change_feed import load_change_page
from gazetteer.ledger.checksum import compute_checksum
from gazetteer.ledger.snapshot_export import stream_snapshot
from gazetteer.problems import Problem
from gazetteer.records.division_queries import load_children, load_division
from gazetteer.records.unit_history import load_history

Conn = Connection[Any]
TODAY = date(2026, 11, 29)
KINDS = {name: kind for name, kind in REGISTER_KINDS.items() if name != "document"}
"""The kinds of record of revision 0008."""

NEAR_M = 200.0


@dataclass(frozen=True, slots=True)
class Questions:
    """Codes, points and tiles, each asked as of all moments."""

    codes: tuple[str, ...]
    moments: tuple[AsOf, ...]
    points: tuple[tuple[float, float], ...]
    tiles: tuple[tuple[int, int, int], ...]


BEFORE_THE_CORRECTION = datetime.fromisoformat("2026-11-29T02:37:50Z")
QUESTIONS = Questions(
    codes=("440000", "440700", "440783", "440724", "440785", "440608"),
    moments=(
        AsOf(date(1990, 6, 1)),
        AsOf(date(2024, 1, 1)),
        AsOf(date(2024, 1, 1), known_at=BEFORE_THE_CORRECTION),
    ),
    points=(
        *((112.0 + 0.3 * x, 21.9 + 0.3 * y) for x in range(4) for y in range(4)),
        (112.9531, 22.3274),  # the tip of a spike
    ),
    tiles=((6, 51, 27), (6, 52, 27), (8, 207, 111), (8, 208, 111), (9, 416, 223)),
)


def collect_answers(conn: Conn, questions: Questions = QUESTIONS) -> dict[str, Any]:
    """Each question with its answer as JSON: geometries, tiles and long texts as their SHA-256.

    ``release`` is that of PostGIS, on which the bytes of tiles depend.
    """
    return {
        "release": _load_release(conn),
        **dict(_iter_copies(conn)),
        **dict(_iter_units(conn, questions)),
        **dict(_iter_points(conn, questions)),
        **dict(_iter_tiles(conn, questions)),
    }


def _load_release(conn: Conn) -> str:
    """The releases of PostGIS, PostgreSQL, GEOS and PROJ."""
    row = conn.execute("SELECT postgis_full_version()").fetchone()
    return str(row[0]).split(" LIBXML")[0] if row else ""


def _iter_copies(conn: Conn) -> Iterator[tuple[str, Any]]:
    """What followers get: the snapshot, the checksum, and the feed from its beginning."""
    head, *lines = b"".join(stream_snapshot(conn, KINDS)).splitlines(keepends=True)
    yield "snapshot", {"head": json.loads(head), "lines": _digest(b"".join(lines))}
    yield "checksum", compute_checksum(conn, KINDS).serialize()
    after = 0
    while (page := load_change_page(conn, KINDS, after))["changes"]:
        yield f"changes after {after}", _digest(orjson.dumps(page))
        after = page["next_after"]


def _iter_units(conn: Conn, questions: Questions) -> Iterator[tuple[str, Any]]:
    asked: dict[str, Callable[[str, AsOf], Any]] = {
        "division": lambda code, moment: load_division(conn, code, moment, TODAY),
        "children": lambda code, moment: load_children(conn, code, moment),
        "history": lambda code, moment: load_history(conn, code, moment),
        "area": lambda code, moment: load_area_feature(conn, code, moment, Crs.CGCS2000),
        "borders": lambda code, moment: load_unit_borders(conn, code, moment),
    }
    for moment in questions.moments:
        for code in questions.codes:
            for what, load_answer in asked.items():
                yield f"{what} {code} {_label(moment)}", _answer(load_answer, code, moment)


def _iter_points(conn: Conn, questions: Questions) -> Iterator[tuple[str, Any]]:
    for moment in questions.moments:
        for lon, lat in questions.points:
            point = GeodeticPosition(lon, lat)
            answer = _simplify(look_up_point(conn, point, moment, NEAR_M))
            yield f"point {lon:.6f} {lat:.6f} {_label(moment)}", answer


def _iter_tiles(conn: Conn, questions: Questions) -> Iterator[tuple[str, Any]]:
    for moment in questions.moments:
        for z, x, y in questions.tiles:
            _, tile = load_division_tile(conn, Tile(z, x, y), moment)
            yield f"tile {z}/{x}/{y} {_label(moment)}", {"bytes": len(tile), "is": _digest(tile)}


def _label(moment: AsOf) -> str:
    known = f" known {moment.known_at:%Y-%m-%dT%H:%M:%S}" if moment.known_at else ""
    return f"{moment.at}{known}"


def _answer(load_answer: Callable[[str, AsOf], Any], code: str, moment: AsOf) -> Any:
    try:
        return _simplify(load_answer(code, moment))
    except Problem as problem:
        return {"problem": problem.code}


def _simplify(answer: Any) -> Any:
    """The answer as plain JSON: geometries as digests, numbers to the sixth decimal."""
    return _simplify_value(orjson.loads(orjson.dumps(answer)))


def _simplify_value(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _digest(orjson.dumps(part)) if key == "geometry" else _simplify_value(part)
            for key, part in value.items()
        }
    if isinstance(value, list):
        return [_simplify_value(part) for part in value]
    return round(value, 6) if isinstance(value, float) else value


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()[:32]


if __name__ == "__main__":
    with psycopg.connect(sys.argv[1], autocommit=True) as connection:
        json.dump(collect_answers(connection), sys.stdout, ensure_ascii=False, indent=1)
        print()

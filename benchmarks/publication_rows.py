"""Publications as an editor makes them: a moved vertex, a county that becomes a district.

What is measured is the publishing transaction with all that is derived in it: areas of every
level, the states of units, what look-ups and tiles read.
"""

import json
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from statistics import median
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import psycopg
from psycopg import Connection

from benchmarks.results_table import BenchmarkRow
from benchmarks.servers import serve_register
from boundaries.network.edge_versions import decode_line, encode_line
from boundaries.register_ledger import LEDGER
from gazetteer.ledger.as_of import today
from gazetteer.ledger.changesets import Changeset
from gazetteer.ledger.period import Period, PeriodEnd, Precision
from gazetteer.ledger.version_store import load_known_versions
from gazetteer.ledger.versions import Statement, Version

Conn = Connection[Any]
_PUBLICATIONS = 20
_SHIFT_DEGREES = 1e-5
_ARRIVALS = 5
_PATIENCE_SECONDS = 600  # the index of a country is built within the first answer
_ANSWERS_IN_A_ROW = 60
"""As many in a row come from every process, however they share the connections."""

_EDGES = """
SELECT e.record_id FROM edge_version e
JOIN unit_state l ON l.unit_id = e.left_unit AND upper_inf(l.recorded) AND l.valid @> %(day)s
JOIN unit_state r ON r.unit_id = e.right_unit AND upper_inf(r.recorded) AND r.valid @> %(day)s
WHERE upper_inf(e.recorded) AND e.valid @> %(day)s AND ST_NPoints(e.geom) > 20
AND l.level = 'county' AND r.level = 'county'
AND (left(l.code, 2) <> left(r.code, 2)) = %(on_province_line)s
AND (left(l.code, 4) = left(r.code, 4) OR %(on_province_line)s)
ORDER BY md5(e.record_id::text) LIMIT %(count)s
"""

_COUNTIES = """
SELECT s.unit_id, c.record_id AS code, n.record_id AS name, p.record_id AS spelling
FROM unit_state s
JOIN code_version c ON c.unit_id = s.unit_id AND upper_inf(c.recorded) AND c.valid @> %(day)s
    AND c.code_system = 'mca'
JOIN name_version n ON n.place_id = s.place_id AND upper_inf(n.recorded) AND n.valid @> %(day)s
    AND n.name_kind = 'standard'
JOIN spelling_version p ON p.name_id = n.record_id AND upper_inf(p.recorded) AND p.valid @> %(day)s
WHERE upper_inf(s.recorded) AND s.valid @> %(day)s AND s.name LIKE '%%县' AND s.level = 'county'
ORDER BY md5(s.unit_id::text) LIMIT %(count)s
"""


def measure_publications(database: str) -> Iterator[BenchmarkRow]:
    """The rows over a register with the network of the whole country; it is changed by them."""
    with psycopg.connect(database, autocommit=True) as conn:
        yield _measure_moved_vertices(conn, "between two counties", 50, on_province_line=False)
        yield _measure_moved_vertices(conn, "on a province line", 300, on_province_line=True)
        yield _measure_new_districts(conn)
        yield _measure_arrival(conn, database)


def _measure_moved_vertices(
    conn: Conn, where: str, ceiling: float, *, on_province_line: bool
) -> BenchmarkRow:
    spent = []
    for edge in find_edges(conn, _PUBLICATIONS, on_province_line=on_province_line):
        statement = _state_moved_vertex(edge, _find_version(conn, "edge", edge))
        spent.append(_time_publication(conn, [statement]))
    return _build_row(f"publication of a moved vertex {where}", spent, ceiling)


def find_edges(conn: Conn, count: int, *, on_province_line: bool) -> list[UUID]:
    """Edges between two counties, of one prefecture or of two provinces, always the same ones."""
    params = {"day": today(), "on_province_line": on_province_line, "count": count}
    return [row[0] for row in conn.execute(_EDGES, params)]


def _state_moved_vertex(edge: UUID, version: Version) -> Statement:
    line = decode_line(version.attributes["geom"])
    line[len(line) // 2] += _SHIFT_DEGREES
    moved = {**version.attributes, "geom": encode_line(line)}
    return Statement("edge", edge, version.period, moved)


def _measure_new_districts(conn: Conn) -> BenchmarkRow:
    """县 become 市辖区 today: unit, code, name and spelling, each with its act."""
    counties = conn.execute(_COUNTIES, {"day": today(), "count": _PUBLICATIONS}).fetchall()
    spent = [
        _time_publication(conn, _state_new_district(conn, number, row))
        for number, row in enumerate(counties)
    ]
    return _build_row("publication of a county that becomes a district", spent, 100)


def _state_new_district(conn: Conn, number: int, row: Sequence[Any]) -> list[Statement]:
    unit, code, name, spelling = row
    act, day = uuid4(), today()
    start = PeriodEnd(day, act, Precision.DAY)
    known = {
        kind: _find_version(conn, kind, record)
        for kind, record in (("unit", unit), ("code", code), ("name", name), ("spelling", spelling))
    }
    new_name, text = uuid4(), known["name"].attributes["text"].removesuffix("县") + "区"
    renamed = {**known["name"].attributes, "text": text, "generic_part": "区"}
    respelled = {**known["spelling"].attributes, "name_id": new_name}
    return [
        Statement("act", act, Period(), {"title": f"benchmark {number}"}),
        _state_beginning("unit", unit, known, start, {"unit_type": "市辖区"}),
        _state_end("code", code, known, start),
        _state_beginning("code", uuid4(), known, start, {"code": f"99{number:02}01"}),
        _state_end("name", name, known, start),
        Statement("name", new_name, Period(start), renamed),
        _state_end("spelling", spelling, known, start),
        Statement("spelling", uuid4(), Period(start), respelled),
    ]


def _state_beginning(
    kind: str,
    record: UUID,
    known: Mapping[str, Version],
    start: PeriodEnd,
    changed: Mapping[str, object],
) -> Statement:
    version = known[kind]
    period = Period(start, version.period.end)
    return Statement(kind, record, period, {**version.attributes, **changed})


def _state_end(kind: str, record: UUID, known: Mapping[str, Version], stop: PeriodEnd) -> Statement:
    return Statement(kind, record, replace(known[kind].period, start=stop), None)


def _measure_arrival(conn: Conn, database: str) -> BenchmarkRow:
    """From the commit of a new name until every process of the service finds it.

    The first one is not counted: the index is built before it.
    """
    spent = []
    with serve_register(database) as server:
        for number in range(_ARRIVALS):
            text = f"基准{time.time_ns()}{number}县"
            _, _, name, _ = conn.execute(
                _COUNTIES, {"day": today(), "count": _ARRIVALS}
            ).fetchall()[number]
            version = _find_version(conn, "name", name)
            named = {**version.attributes, "text": text}
            _time_publication(conn, [Statement("name", name, version.period, named)])
            spent.append(_time_arrival(server.port, text))
    spent = spent[1:]
    remark = f"median of {len(spent)}, the slowest {max(spent):.2f} s; 2 processes"
    work = "a new name found by all processes after its commit"
    return BenchmarkRow(work, median(spent), "s", "", ceiling=1.0, remark=remark)


def _time_arrival(port: int, text: str) -> float:
    """Seconds until the first of many answers in a row that all have the name."""
    url = f"http://127.0.0.1:{port}/v1/search?q={quote(text)}"
    begun = first = time.perf_counter()
    found = 0
    while found < _ANSWERS_IN_A_ROW:
        with urllib.request.urlopen(url, timeout=_PATIENCE_SECONDS) as response:
            places = json.load(response)["features"]
        is_found = any(text in place["properties"]["geocoding"].values() for place in places)
        if is_found and not found:
            first = time.perf_counter()
        found = found + 1 if is_found else 0
    return first - begun


def _find_version(conn: Conn, kind: str, record: UUID) -> Version:
    rows = load_known_versions(conn, LEDGER.kinds[kind], [record])[record]
    return next(r.version for r in rows if r.version.period.contains_day(today()))


def _time_publication(conn: Conn, statements: Sequence[Statement]) -> float:
    """Milliseconds from the statements to the commit."""
    acts = [s.record_id for s in statements if s.kind == "act"]
    purpose = "act" if acts else "correction"
    begun = time.perf_counter()
    LEDGER.publish_statements(conn, Changeset("bench", "benchmark", purpose, acts), statements)
    return (time.perf_counter() - begun) * 1000


def _build_row(work: str, spent: Sequence[float], ceiling: float) -> BenchmarkRow:
    remark = f"median of {len(spent)}, the slowest {max(spent):.0f} ms"
    peer = "all counties of China"
    return BenchmarkRow(work, median(spent), "ms", peer, ceiling=ceiling, remark=remark)

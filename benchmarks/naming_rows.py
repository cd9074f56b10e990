"""Names checked and searched for defects in a register of a million names."""

import http.client
import json
import time
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import psycopg
from psycopg import Connection

from benchmarks.http_load import run_http_load
from benchmarks.million_names import ensure_million_names
from benchmarks.results_table import BenchmarkRow
from benchmarks.servers import run_program, serve_register
from gazetteer.database.cluster import Cluster

Conn = Connection[Any]
Body = dict[str, Any]
_CHECKS, _WARM_UP = 200, 400
_CONNECTIONS, _WARM_UP_SECONDS = 16, 20.0
_PATIENCE_SECONDS = 600  # the index of so many names is built meanwhile
_CEILING_MS, _CEILING_SECONDS = 50, 120
_PEER = "a million names"

_SAMPLE = """
SELECT k.text, k.legal_class, c.code, ST_X(p.location), ST_Y(p.location)
FROM name_key k
JOIN unit_state c ON c.unit_id = k.county AND upper_inf(c.recorded) AND c.valid @> current_date
JOIN place_version p ON p.record_id = k.place_id AND upper_inf(p.recorded)
WHERE k.legal_class <> 'division' AND k.valid @> current_date AND c.code IS NOT NULL
ORDER BY md5(k.name_id::text) LIMIT %s
"""
# Names of villages in their counties, without the keys that the program compares.
_VILLAGES = """
SELECT n.text, c.code FROM name_version n
JOIN place_version p ON p.record_id = n.place_id AND upper_inf(p.recorded)
    AND p.legal_class = 'village_seat' AND p.valid @> current_date
JOIN unit_state u ON u.unit_id = coalesce(p.unit_id, p.within) AND upper_inf(u.recorded)
    AND u.valid @> current_date
JOIN unit_state t ON t.unit_id = CASE u.level WHEN 'village' THEN u.parent_id ELSE u.unit_id END
    AND upper_inf(t.recorded) AND t.valid @> current_date
JOIN unit_state c ON c.unit_id = t.parent_id AND upper_inf(c.recorded) AND c.valid @> current_date
WHERE upper_inf(n.recorded) AND n.valid @> current_date AND n.name_kind = 'standard'
AND n.text ~ '(村民委员会|社区居民委员会)$'
"""
_COMMITTEES = ("社区居民委员会", "村民委员会")
_MOST_LIKE_NAMES = 30


def measure_naming(own: Cluster, loaded: str) -> Iterator[BenchmarkRow]:
    """The rows over a register with a million names, which is made at the first run.

    Raises:
        ValueError: a check does not find as many duplicates as a plain count.
    """
    conninfo, seconds = ensure_million_names(own, loaded)
    if seconds is not None:
        yield BenchmarkRow("derivation of the keys of names", seconds, "s", _PEER)
    cost = run_program(conninfo, "naming", "defects", "--json")
    remark = f"peak {cost.peak_mib:.0f} MiB"
    yield BenchmarkRow(
        "search for defects", cost.seconds, "s", _PEER, ceiling=_CEILING_SECONDS, remark=remark
    )
    with psycopg.connect(conninfo) as conn:
        bodies = _draw_bodies(conn)
        expected = _count_villages(conn)
    with serve_register(conninfo) as server:
        yield _measure_checks(server.port, bodies, expected)


def _measure_checks(port: int, bodies: list[Body], expected: Counter[Any]) -> BenchmarkRow:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_SECONDS)
    # Every process builds its index first, however they share the connections.
    run_http_load(port, ["/v1/search?q=%E5%A4%A9%E6%B2%B3"], _CONNECTIONS, _WARM_UP_SECONDS)
    spent = []
    for number, body in enumerate(bodies):
        begun = time.perf_counter()
        answer = _send_check(client, body)
        if number >= _WARM_UP:
            spent.append((time.perf_counter() - begun) * 1000)
        _compare_count(body, answer, expected)
    spent.sort()
    remark = f"median {spent[len(spent) // 2]:.0f} ms, the slowest {spent[-1]:.0f} ms"
    p95 = spent[int(0.95 * len(spent))]
    return BenchmarkRow(
        "p95 of a check of a name", p95, "ms", _PEER, ceiling=_CEILING_MS, remark=remark
    )


def _draw_bodies(conn: Conn) -> list[Body]:
    """Names of the register and names with other characters, always the same ones."""
    random = Random(2)
    rows = conn.execute(_SAMPLE, (_CHECKS + _WARM_UP,)).fetchall()
    return [_build_body(random, rows, number) for number in range(len(rows))]


def _build_body(random: Random, rows: list[Any], number: int) -> Body:
    text, legal_class, code, lon, lat = rows[number]
    if legal_class == "natural" and random.random() < 0.5:
        legal_class = "facility"  # which is compared with what lies around it
        text = f"{text[:2]}桥"
    if random.random() < 0.5:
        other = random.choice(rows)[0]
        text = other[:1] + text[1:]
    body: Body = {"name": text, "legal_class": legal_class, "within": code}
    if lon is not None:
        body["geometry"] = {"type": "Point", "coordinates": [lon, lat]}
    return body


def _send_check(client: http.client.HTTPConnection, body: Body) -> Body:
    headers = {"Content-Type": "application/json"}
    client.request("POST", "/v1/naming/check", json.dumps(body), headers)
    response = client.getresponse()
    answer: Body = json.loads(response.read())
    if response.status != 200:
        raise ValueError(f"{body}: {answer}")
    return answer


def _count_villages(conn: Conn) -> Counter[Any]:
    """How many villages of each county have which name, counted without any key."""
    return Counter((_strip_committee(text), code) for text, code in conn.execute(_VILLAGES))


def _compare_count(body: Body, answer: Body, expected: Counter[Any]) -> None:
    if body["legal_class"] != "village_seat":
        return
    count = expected[_strip_committee(body["name"]), body["within"]]
    found = [f for f in answer["findings"] if (f["rule"], f["kind"]) == ("NR-013", "duplicate")]
    names = len(found[0]["names"]) if found else 0
    if names < min(count, _MOST_LIKE_NAMES):
        raise ValueError(f"{body}: {names} duplicates, a plain count finds {count}")


def _strip_committee(text: str) -> str:
    ending = next((one for one in _COMMITTEES if text.endswith(one)), "")
    return text.removesuffix(ending)

"""Drafts as an editor's program uses them: a command with its findings, and a publication.

Requests over HTTP to a running service, each with all that the answer has in it.
"""

import json
import time
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import median
from typing import Any
from uuid import UUID

import psycopg
from psycopg import Connection

from benchmarks.http_load import run_http_load
from benchmarks.publication_rows import find_edges
from benchmarks.request_samples import draw_request_paths
from benchmarks.results_table import BenchmarkRow
from benchmarks.role_keys import create_role_key
from benchmarks.servers import serve_register
from boundaries.network.edge_versions import decode_line
from boundaries.register_ledger import LEDGER
from gazetteer.accounts.roles import Role, load_unit_chain
from gazetteer.ledger.as_of import today
from gazetteer.ledger.version_store import load_known_versions
from gazetteer.ledger.versions import Attributes

Conn = Connection[Any]
_SHIFT_DEGREES = 1e-5
_DRAFTS = 10
_CONNECTIONS = 4
_BEFORE_SECONDS, _AFTER_SECONDS = 20.0, 60.0


@dataclass(frozen=True, slots=True)
class _Office:
    """The service as an editor and a reviewer reach it."""

    port: int
    editor: str
    reviewer: str

    def send_request(
        self, path: str, body: dict[str, Any], *, as_reviewer: bool = False
    ) -> dict[str, Any]:
        """The answer to a write.

        Raises:
            HTTPError: it was refused.
        """
        key = self.reviewer if as_reviewer else self.editor
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", json.dumps(body).encode(), headers
        )
        with urllib.request.urlopen(request, timeout=600) as response:
            answer: dict[str, Any] = json.load(response)
        return answer


def measure_drafts(database: str) -> Iterator[BenchmarkRow]:
    """The rows over a register with the network of the whole country; it is changed by them."""
    with psycopg.connect(database, autocommit=True) as conn, serve_register(database) as server:
        office = _Office(server.port, *(create_role_key(conn, role) for role in _ROLES))
        for where, on_province_line in (
            ("between two counties", False),
            ("on a province line", True),
        ):
            edges = find_edges(conn, _DRAFTS + 1, on_province_line=on_province_line)
            yield from _measure_place(conn, office, where, edges)
        yield _measure_answers_meanwhile(conn, office, draw_request_paths(database)["geocode"])


def _measure_answers_meanwhile(conn: Conn, office: _Office, paths: list[str]) -> BenchmarkRow:
    """The slowest hundredth of geocoding in the minute of a publication, and before it."""
    run_http_load(office.port, paths, _CONNECTIONS, _BEFORE_SECONDS)
    before = run_http_load(office.port, paths, _CONNECTIONS, _BEFORE_SECONDS)
    (edge,) = find_edges(conn, 1, on_province_line=False)
    path = _approve_moved_vertex(conn, office, edge, [])
    with ThreadPoolExecutor(1) as pool:
        load = pool.submit(run_http_load, office.port, paths, _CONNECTIONS, _AFTER_SECONDS)
        office.send_request(f"{path}/publish", {"revision": 1}, as_reviewer=True)
        after = load.result()
    p99 = [load.compute_latency_ms(0.99) for load in (after, before)]
    remark = f"{p99[0]:.1f} ms and {p99[1]:.1f} ms, {_CONNECTIONS} connections"
    work = "p99 of /v1/geocode in the minute of a publication"
    return BenchmarkRow(work, p99[0] / p99[1], "×", "before it", ceiling=2.0, remark=remark)


_ROLES = (Role.MAPPING_STAFF, Role.REVIEWER)
_PLACES = (("between two counties", False), ("on a province line", True))


def _measure_place(
    conn: Conn, office: _Office, where: str, edges: Sequence[UUID]
) -> Iterator[BenchmarkRow]:
    """A draft for each edge; the first one warms the service up."""
    commands: list[float] = []
    publications: list[float] = []
    for edge in edges:
        path = _approve_moved_vertex(conn, office, edge, commands)
        begun = time.perf_counter()
        office.send_request(f"{path}/publish", {"revision": 1}, as_reviewer=True)
        publications.append((time.perf_counter() - begun) * 1000)
    yield _build_row(f"a command on a draft, with its findings, {where}", commands[1:], 150)
    yield _build_row(f"publication of that draft, {where}", publications[1:], 1000)


def _approve_moved_vertex(conn: Conn, office: _Office, edge: UUID, commands: list[float]) -> str:
    """The path of a draft that is ready to be published; adds the milliseconds of its command."""
    unit = str(_find_province(conn, edge))
    stated = {"title": "benchmark", "purpose": "correction", "unit": unit}
    draft = office.send_request("/v1/drafts", stated)
    path = f"/v1/drafts/{draft['id']}"
    lon, lat = _find_middle(conn, edge)
    moved = {"edge": str(edge), "at": [lon, lat], "to": [lon + _SHIFT_DEGREES, lat]}
    begun = time.perf_counter()
    office.send_request(f"{path}/commands", {"revision": 0, "command": "move_vertex", **moved})
    commands.append((time.perf_counter() - begun) * 1000)
    office.send_request(f"{path}/submit", {"revision": 1})
    office.send_request(f"{path}/approve", {"revision": 1}, as_reviewer=True)
    return path


def _find_province(conn: Conn, edge: UUID) -> UUID:
    """The unit of the highest level on the left of an edge."""
    left: UUID = _find_attributes(conn, edge)["left_unit"]
    return load_unit_chain(conn, left)[-1]


def _find_middle(conn: Conn, edge: UUID) -> tuple[float, float]:
    line = decode_line(_find_attributes(conn, edge)["geom"])
    lon, lat = line[len(line) // 2].tolist()
    return lon, lat


def _find_attributes(conn: Conn, edge: UUID) -> Attributes:
    rows = load_known_versions(conn, LEDGER.kinds["edge"], [edge])[edge]
    return next(row.version.attributes for row in rows if row.version.period.contains_day(today()))


def _build_row(work: str, spent: Sequence[float], ceiling: float) -> BenchmarkRow:
    remark = f"median of {len(spent)}, the slowest {max(spent):.0f} ms"
    peer = "all counties of China"
    return BenchmarkRow(work, median(spent), "ms", peer, ceiling=ceiling, remark=remark)

"""The rows of the OGC API - Features: features a second, time of GeoJSON, memory of a stream."""

import http.client
import json
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import cpu_count
from pathlib import Path
from statistics import median
from subprocess import CalledProcessError
from typing import NamedTuple, TypeVar

import psycopg
import shapely

from benchmarks.feature_peer import (
    COUNTY_TABLE,
    build_county_query,
    create_county_table,
    drop_county_table,
    serve_pygeoapi,
)
from benchmarks.results_table import BenchmarkRow
from benchmarks.servers import ServerProcess, serve_register
from boundaries.features.feature_query import stream_features
from gazetteer.settings import get_settings

_LIMIT = 1000
_COUNTIES = f"/ogc/collections/divisions/items?limit={_LIMIT}&level=county"
_PEER_COUNTIES = f"/collections/county/items?f=json&limit={_LIMIT}"
_IN_GUANGDONG = "f.code LIKE '44%%'"
_GUANGDONG_COUNTIES = f"{_COUNTIES}&filter=code%20LIKE%20%2744%25%27"
_STATEMENT = f"""
SELECT ST_AsGeoJSON(geom, 15, 0) FROM {COUNTY_TABLE} WHERE code LIKE '44%' ORDER BY id
LIMIT {_LIMIT}
"""
T = TypeVar("T")
_FEW, _ALL = (f"/ogc/collections/divisions/items?limit={limit}" for limit in (100, 10_000))
_STREAMS = 6
"""So many that every serving process gets some of them."""
_PATIENCE_SECONDS, _IDLE_SECONDS, _IDLE_TICKS = 120, 4, 3
_RESET_PEAK = "5"
"""What proc(5) wants written to ``clear_refs``."""


class _PageSize(NamedTuple):
    """What two pages have to have in common."""

    features: int
    vertices: int


def measure_detailed_features(conninfo: str, rounds: int) -> Iterator[BenchmarkRow]:
    """The rows of speed and memory over counties in full detail."""
    create_county_table(conninfo)
    try:
        with serve_register(conninfo) as server:
            yield from measure_geojson(server.port, conninfo, rounds, "in full detail")
    finally:
        drop_county_table(conninfo)
    yield measure_stream_memory(conninfo, "in full detail")


def measure_features(
    server: ServerProcess, conninfo: str, rounds: int, seconds: float
) -> Iterator[BenchmarkRow]:
    """The rows of speed, over the counties that are loaded."""
    create_county_table(conninfo)
    try:
        try:
            yield _measure_peer(server.port, conninfo, rounds, seconds)
        except CalledProcessError:
            print("pygeoapi cannot be installed: not measured.", file=sys.stderr)
        yield from measure_geojson(server.port, conninfo, 5 * rounds, "as shipped")
    finally:
        drop_county_table(conninfo)


def _measure_peer(port: int, conninfo: str, rounds: int, seconds: float) -> BenchmarkRow:
    """Features a second over as many connections as there are serving processes."""
    settings = get_settings()
    processes = settings.processes or cpu_count()
    with serve_pygeoapi(conninfo, processes, settings.threads) as peer_port:
        targets = ((port, _COUNTIES), (peer_port, _PEER_COUNTIES))
        size, peer_size = (_read_size(*target) for target in targets)
        if size != peer_size:
            raise ValueError(f"not the same counties: {size} and {peer_size}")
        for target in targets:
            _measure_request_rate(*target, processes, seconds)  # the first ones warm up
        rates = [
            [_measure_request_rate(*target, processes, seconds) for target in targets]
            for _ in range(rounds)
        ]
    ours, theirs = (median(rate) * size.features for rate in zip(*rates, strict=True))
    remark = f"{ours:.0f}/s and {theirs:.0f}/s, {size.features} counties, {size.vertices} vertices"
    ratio = median(our_rate / peer_rate for our_rate, peer_rate in rates)
    return BenchmarkRow("OGC API items", ratio, "×", "pygeoapi", floor=3.0, remark=remark)


def _read_size(port: int, path: str) -> _PageSize:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
        content = answer.read().decode()
    features = len(json.loads(content)["features"])
    return _PageSize(features, int(shapely.get_num_coordinates(shapely.from_geojson(content))))


def _measure_request_rate(port: int, path: str, connections: int, seconds: float) -> float:
    """Requests a second, each connection by its own clock, so that none waits for another."""
    with ThreadPoolExecutor(connections) as pool:
        running = [pool.submit(_repeat_request, port, path, seconds) for _ in range(connections)]
        return sum(one.result() for one in running)


def _repeat_request(port: int, path: str, seconds: float) -> float:
    """Requests a second over one connection, at least one request."""
    server = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    count, begun = 0, time.perf_counter()
    while (spent := time.perf_counter() - begun) < seconds or not count:
        _request_bytes(server, path)
        count += 1
    server.close()
    return count / spent


def _request_bytes(server: http.client.HTTPConnection, path: str) -> int:
    """The size of an answer, which is read in parts and not kept.

    Raises:
        ValueError: it is not 200.
    """
    server.request("GET", path)
    answer = server.getresponse()
    size = sum(map(len, iter(lambda: answer.read(1 << 16), b"")))
    if answer.status != 200:
        raise ValueError(f"{path}: {answer.status}")
    return size


def measure_geojson(port: int, conninfo: str, rounds: int, detail: str) -> Iterator[BenchmarkRow]:
    """The counties of Guangdong by a request, by its statement, and out of a table, in turn.

    Args:
        port: of the service.
        conninfo: its database, in which the table :data:`COUNTY_TABLE` is.
        rounds: how often.
        detail: which polygons they are, for the table of results.
    """
    server = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    query = build_county_query(_IN_GUANGDONG, limit=_LIMIT)
    times = []
    with psycopg.connect(conninfo, autocommit=True) as conn:
        for _ in range(rounds + 2):
            served, size = _time_call(lambda: _request_bytes(server, _GUANGDONG_COUNTIES))
            bare, features = _time_call(lambda: list(stream_features(conn, query)))
            plain, rows = _time_call(lambda: conn.execute(_STATEMENT.encode()).fetchall())
            if len(rows) != len(features):
                raise ValueError(f"not the same counties: {len(features)} and {len(rows)}")
            times.append((served, bare, plain))
    server.close()
    measured = times[2:]  # the first ones warm up
    ours, bare, plain = (median(spent) * 1000 for spent in zip(*measured, strict=True))
    work = f"time of {len(rows)} counties as GeoJSON, {detail}"
    ratio = median(served / bare for served, bare, _ in measured)
    remark = f"{ours:.1f} ms and {bare:.1f} ms, {size / 1e6:.1f} MB"
    yield BenchmarkRow(work, ratio, "×", "the bare statement", ceiling=1.3, remark=remark)
    ratio = median(served / plain for served, _, plain in measured)
    remark = f"{ours:.1f} ms and {plain:.1f} ms"
    yield BenchmarkRow(work, ratio, "×", "a table of polygons without history", remark=remark)


def _time_call(call: Callable[[], T]) -> tuple[float, T]:
    begun = time.perf_counter()
    result = call()
    return time.perf_counter() - begun, result


def measure_stream_memory(conninfo: str, detail: str) -> BenchmarkRow:
    """How much a serving process grows while all divisions stream, and while a few of them do.

    The service is a new one: pages that earlier requests have freed stay resident, and what is
    allocated in them would not be seen. Its indexes are loaded first, which takes far more.
    """
    with serve_register(conninfo) as server:
        before = _wait_until_idle(server)
        for pid in before:
            Path(f"/proc/{pid}/clear_refs").write_text(_RESET_PEAK)
        few_bytes, few = _stream_repeatedly(server.port, _FEW), _compute_growth(before)
        size, grown = _stream_repeatedly(server.port, _ALL), _compute_growth(before)
    few_text = f"{few:.1f} MiB after pages of 100 ({few_bytes / 1e6:.1f} MB)"
    remark = f"{_STREAMS} times {size / 1e6:.0f} MB; {few_text}"
    work = f"growth of a serving process while all divisions stream, {detail}"
    return BenchmarkRow(work, grown, "MiB", remark=remark)


def _wait_until_idle(server: ServerProcess) -> dict[str, float]:
    """The resident memory (MiB) of each serving process, once none has anything to do.

    Raises:
        TimeoutError: they go on working.
    """
    parent = server.process.pid
    spent: list[dict[str, int]] = []
    for _ in range(_PATIENCE_SECONDS):
        pids = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        spent.append({pid: _read_ticks(pid) for pid in pids})
        last = spent[-_IDLE_SECONDS:]
        if len(last) == _IDLE_SECONDS and _is_idle(last[0], last[-1]):
            return {pid: _read_status_mib(pid, "VmRSS") for pid in pids}
        time.sleep(1)
    raise TimeoutError("the serving processes do not become idle")


def _is_idle(first: Mapping[str, int], last: Mapping[str, int]) -> bool:
    """Whether the same processes have spent next to nothing."""
    return first.keys() == last.keys() and all(
        last[pid] - ticks <= _IDLE_TICKS for pid, ticks in first.items()
    )


def _stream_repeatedly(port: int, path: str) -> int:
    """The size of an answer that is read several times, each time over a new connection."""
    sizes = set()
    for _ in range(_STREAMS):
        server = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        sizes.add(_request_bytes(server, path))
        server.close()
    return max(sizes)


def _compute_growth(before: Mapping[str, float]) -> float:
    """MiB from the memory before to the peak since, of the process that grew most."""
    return max(_read_status_mib(pid, "VmHWM") - resident for pid, resident in before.items())


def _read_ticks(pid: str) -> int:
    """Processor time; 0 of a process that has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0
    return int(fields[11]) + int(fields[12])


def _read_status_mib(pid: str, field: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    raise OSError(f"the system does not report {field} of process {pid}")

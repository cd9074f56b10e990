"""The rows of the service: each ratio is the median of rounds that measure both sides in turn."""

import json
import os
import time
import urllib.request
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.feature_rows import measure_features, measure_stream_memory
from benchmarks.http_load import HttpLoad, run_http_load
from benchmarks.request_samples import HISTORICAL_DAY, draw_request_paths
from benchmarks.results_table import BenchmarkRow
from benchmarks.servers import ProgramCost, ServerProcess, serve_empty, serve_register
from benchmarks.tile_rows import measure_tile_seconds
from gazetteer.ledger.follower import Follower

CONNECTIONS = 8
_WARM_UP_SECONDS = 3.0
"""For each kind of request, before the measurements: then the caches of all processes are full."""
_READS = (
    ("division", "/v1/divisions/{code}"),
    ("reverse", "/v1/reverse"),
    ("geocode", "/v1/geocode"),
    ("suggest", "/v1/suggest"),
    ("search", "/v1/search"),
)


def measure_service(
    conninfo: str, loading: ProgramCost | None, rounds: int, seconds: float
) -> Iterator[BenchmarkRow]:
    """All rows over one loaded database."""
    if loading:
        remark = f"peak {loading.peak_mib:.0f} MiB"
        yield BenchmarkRow("load", loading.seconds, "s", remark=remark)
    with serve_register(conninfo) as server, serve_empty() as empty:
        yield BenchmarkRow("start of a loaded register", server.start_seconds, "s")
        loads = _measure_loads(server, empty, draw_request_paths(conninfo), rounds, seconds)
        yield from _build_read_rows(loads)
        yield _build_historical_row(loads)
        yield _measure_tiles(server, conninfo, rounds)
        yield BenchmarkRow(
            "memory of a serving process",
            server.measure_pss_mib(),
            "MiB",
            ceiling=300,
            remark="PSS",
        )
        yield from measure_features(server, conninfo, rounds, seconds)
        yield from _measure_follower(server)
    yield measure_stream_memory(conninfo, "as shipped")


def _measure_loads(
    server: ServerProcess,
    empty: ServerProcess,
    paths_by_work: Mapping[str, list[str]],
    rounds: int,
    seconds: float,
) -> dict[str, list[HttpLoad]]:
    targets = {"empty": (empty.port, ["/empty"])}
    targets |= {name: (server.port, paths) for name, paths in paths_by_work.items()}
    for port, paths in targets.values():
        run_http_load(port, paths, CONNECTIONS, _WARM_UP_SECONDS)
    loads: dict[str, list[HttpLoad]] = {name: [] for name in targets}
    for _ in range(rounds):
        for name, (port, paths) in targets.items():
            loads[name].append(run_http_load(port, paths, CONNECTIONS, seconds))
    for name, measured in loads.items():
        statuses = sum((load.statuses for load in measured), Counter[int]())
        if set(statuses) != {200}:
            raise ValueError(f"{name}: not all answers are 200: {dict(statuses)}")
    return loads


def _build_read_rows(loads: Mapping[str, list[HttpLoad]]) -> Iterator[BenchmarkRow]:
    empty = loads["empty"]
    yield BenchmarkRow(
        "empty endpoint", _compute_median_rate(empty), "/s", remark=_format_latency(empty)
    )
    for name, work in _READS:
        ratio = _compute_median_ratio(loads[name], empty)
        remark = f"{_compute_median_rate(loads[name]):.0f}/s, {_format_latency(loads[name])}"
        yield BenchmarkRow(work, ratio, "×", "empty endpoint", floor=0.5, remark=remark)


def _build_historical_row(loads: Mapping[str, list[HttpLoad]]) -> BenchmarkRow:
    ratio = _compute_median_ratio(loads["today"], loads["past"])
    return BenchmarkRow(
        f"time of a read at {HISTORICAL_DAY}", ratio, "×", "the same codes today", ceiling=1.2
    )


def _measure_tiles(server: ServerProcess, conninfo: str, rounds: int) -> BenchmarkRow:
    pairs = measure_tile_seconds(server.port, conninfo, 5 * rounds)
    ratio = median(served / bare for served, bare in pairs)
    worst = max(served / bare for served, bare in pairs)
    remark = f"worst tile {worst:.2f}, {median(s for s, _ in pairs) * 1000:.1f} ms"
    return BenchmarkRow(
        "time of a tile", ratio, "×", "its bare statement", ceiling=1.3, remark=remark
    )


def _measure_follower(server: ServerProcess) -> Iterator[BenchmarkRow]:
    url = f"http://127.0.0.1:{server.port}"
    begun = time.monotonic()
    with urllib.request.urlopen(f"{url}/v1/snapshot") as answer:
        size = sum(map(len, iter(lambda: answer.read(1 << 16), b"")))
    megabytes = size / 1e6 / (time.monotonic() - begun)
    yield BenchmarkRow("snapshot", megabytes, "MB/s", remark=f"{size / 1e6:.0f} MB as sent")
    with TemporaryDirectory() as folder:
        follower = Follower(url, Path(folder) / "copy.sqlite")
        begun = time.monotonic()
        follower.reload_snapshot()
        spent = time.monotonic() - begun
        yield BenchmarkRow("follower: snapshot taken over and proven", spent, "s")
    pages, count = 20, 0
    begun = time.monotonic()
    for page in range(pages):
        with urllib.request.urlopen(f"{url}/v1/changes?after={page * 1000}&limit=1000") as answer:
            count += len(json.load(answer)["changes"])
    yield BenchmarkRow("changes, in pages of 1000", count / (time.monotonic() - begun), "/s")


def _compute_median_rate(loads: Iterable[HttpLoad]) -> float:
    return median(load.rate for load in loads)


def _compute_median_ratio(loads: Iterable[HttpLoad], others: Iterable[HttpLoad]) -> float:
    return median(mine.rate / other.rate for mine, other in zip(loads, others, strict=True))


def _format_latency(loads: list[HttpLoad]) -> str:
    half, most = (median(load.compute_latency_ms(share) for load in loads) for share in (0.5, 0.99))
    return f"p50 {half:.1f} ms, p99 {most:.1f} ms"


def describe_machine() -> str:
    """The machine, and how busy it is with other work."""
    return f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start"

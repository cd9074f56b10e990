"""The rows: each ratio is the median of rounds in which both sides were asked one after another."""

import json
import os
import time
import urllib.request
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.client import Load, put_load
from benchmarks.questions import PAST, questions
from benchmarks.stage import Loading, Server, serving, serving_nothing
from benchmarks.table import Row
from benchmarks.tiles import tile_seconds
from gazetteer.ledger.follow import Follower

CONNECTIONS = 8
_WARMING_SECONDS = 3.0
"""For each work, before any is measured: by then all processes have read what they remember."""
_READS = (
    ("division", "/v1/divisions/{code}"),
    ("reverse", "/v1/reverse"),
    ("geocode", "/v1/geocode"),
    ("suggest", "/v1/suggest"),
    ("search", "/v1/search"),
)


def rows(conninfo: str, loading: Loading | None, rounds: int, seconds: float) -> Iterator[Row]:
    """All rows over one loaded database."""
    if loading:
        remark = f"peak {loading.peak_mib:.0f} MiB"
        yield Row("load", loading.seconds, "s", remark=remark)
    with serving(conninfo) as server, serving_nothing() as empty:
        yield Row("start of a loaded register", server.start_seconds, "s")
        loads = _loads(server, empty, questions(conninfo), rounds, seconds)
        yield from _reads(loads)
        yield _past(loads)
        yield _tile(server, conninfo, rounds)
        yield Row("memory of a serving process", server.pss_mib(), "MiB", ceiling=300, remark="PSS")
        yield from _follower(server)


def _loads(
    server: Server, empty: Server, asked: Mapping[str, list[str]], rounds: int, seconds: float
) -> dict[str, list[Load]]:
    targets = {"empty": (empty.port, ["/empty"])}
    targets |= {name: (server.port, paths) for name, paths in asked.items()}
    for port, paths in targets.values():
        put_load(port, paths, CONNECTIONS, _WARMING_SECONDS)
    loads: dict[str, list[Load]] = {name: [] for name in targets}
    for _ in range(rounds):
        for name, (port, paths) in targets.items():
            loads[name].append(put_load(port, paths, CONNECTIONS, seconds))
    for name, measured in loads.items():
        statuses = sum((load.statuses for load in measured), Counter[int]())
        if set(statuses) != {200}:
            raise ValueError(f"{name}: not all answers are 200: {dict(statuses)}")
    return loads


def _reads(loads: Mapping[str, list[Load]]) -> Iterator[Row]:
    empty = loads["empty"]
    yield Row("empty endpoint", _rate(empty), "/s", remark=_latency(empty))
    for name, work in _READS:
        ratio = _ratio(loads[name], empty)
        remark = f"{_rate(loads[name]):.0f}/s, {_latency(loads[name])}"
        yield Row(work, ratio, "×", "empty endpoint", floor=0.5, remark=remark)


def _past(loads: Mapping[str, list[Load]]) -> Row:
    ratio = _ratio(loads["today"], loads["past"])
    return Row(f"time of a read at {PAST}", ratio, "×", "the same codes today", ceiling=1.2)


def _tile(server: Server, conninfo: str, rounds: int) -> Row:
    pairs = tile_seconds(server.port, conninfo, 5 * rounds)
    ratio = median(served / bare for served, bare in pairs)
    worst = max(served / bare for served, bare in pairs)
    remark = f"worst tile {worst:.2f}, {median(s for s, _ in pairs) * 1000:.1f} ms"
    return Row("time of a tile", ratio, "×", "its bare statement", ceiling=1.3, remark=remark)


def _follower(server: Server) -> Iterator[Row]:
    url = f"http://127.0.0.1:{server.port}"
    begun = time.monotonic()
    with urllib.request.urlopen(f"{url}/v1/snapshot") as answer:
        size = sum(map(len, iter(lambda: answer.read(1 << 16), b"")))
    megabytes = size / 1e6 / (time.monotonic() - begun)
    yield Row("snapshot", megabytes, "MB/s", remark=f"{size / 1e6:.0f} MB as sent")
    with TemporaryDirectory() as folder:
        follower = Follower(url, Path(folder) / "copy.sqlite")
        begun = time.monotonic()
        follower.reload_snapshot()
        spent = time.monotonic() - begun
        yield Row("follower: snapshot taken over and proven", spent, "s")
    pages, count = 20, 0
    begun = time.monotonic()
    for page in range(pages):
        with urllib.request.urlopen(f"{url}/v1/changes?after={page * 1000}&limit=1000") as answer:
            count += len(json.load(answer)["changes"])
    yield Row("changes, in pages of 1000", count / (time.monotonic() - begun), "/s")


def _rate(loads: Iterable[Load]) -> float:
    return median(load.rate for load in loads)


def _ratio(loads: Iterable[Load], others: Iterable[Load]) -> float:
    return median(mine.rate / other.rate for mine, other in zip(loads, others, strict=True))


def _latency(loads: list[Load]) -> str:
    half, most = (median(load.latency_ms(share) for load in loads) for share in (0.5, 0.99))
    return f"p50 {half:.1f} ms, p99 {most:.1f} ms"


def machine() -> str:
    """What was measured on, and how busy it was with other things."""
    return f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start"

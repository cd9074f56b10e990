"""The speed of geocoding a batch in one process, compared with the peers on the same rows."""

import gc
import time
from collections.abc import Iterator
from statistics import median
from typing import NamedTuple

import psycopg

from benchmarks.generated_addresses import generate_addresses
from benchmarks.peers import PeerClient, run_peers
from benchmarks.results_table import BenchmarkRow
from gazetteer.ledger.as_of import today
from gazetteer.search.geocoder.geocoding import geocode_many
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.index.index_loading import load_index

_ROWS = 2000
_ROWS_OF_JIONLP = 100


def load_day_index(conninfo: str) -> DayIndex:
    """The register of this day in memory, as in a process that geocodes batches."""
    with psycopg.connect(conninfo, autocommit=True) as conn:
        index = load_index(conn)
    gc.collect()
    gc.freeze()
    return DayIndex(index, today())


def measure_geocoding(day_index: DayIndex, addresses: list[str]) -> float:
    """Processor time for geocoding all, including scores, faults and unmatched parts."""
    begun = time.process_time()
    for answer in geocode_many(day_index, addresses):
        for match in answer.matches:
            _ = match.score, match.match_level, match.faults, match.unmatched
    return time.process_time() - begun


class _RoundRates(NamedTuple):
    """Rows a second: ours on new rows, ours on the same rows again, and the peers."""

    unseen: float
    again: float
    cpca: float
    jionlp: float


_WORKS = {"unseen": "batch geocoding, rows unseen", "again": "batch geocoding, the same rows again"}
_FLOORS = {"cpca": 0.3, "jionlp": 50.0}


def measure_batch(conninfo: str, rounds: int) -> Iterator[BenchmarkRow]:
    """Rows a second as ratios; every round has new addresses."""
    day_index = load_day_index(conninfo)
    addresses = generate_addresses(day_index, _ROWS * (rounds + 1))
    measure_geocoding(day_index, addresses[:_ROWS])
    with run_peers() as others:
        measured = [
            _measure_round(day_index, others, addresses[_ROWS * n : _ROWS * (n + 1)])
            for n in range(1, rounds + 1)
        ]
    for ours, work in _WORKS.items():
        for who, floor in _FLOORS.items():
            ratio = median(getattr(each, ours) / getattr(each, who) for each in measured)
            rate = median(getattr(each, ours) for each in measured)
            peer = median(getattr(each, who) for each in measured)
            remark = f"{rate:.0f} rows/s, {who} {peer:.0f}"
            yield BenchmarkRow(work, ratio, "×", who, floor=floor, remark=remark)


def _measure_round(day_index: DayIndex, others: PeerClient, addresses: list[str]) -> _RoundRates:
    jionlp_addresses = addresses[:_ROWS_OF_JIONLP]
    return _RoundRates(
        len(addresses) / measure_geocoding(day_index, addresses),
        len(addresses) / measure_geocoding(day_index, addresses),
        len(addresses) / others.parse_addresses("cpca", addresses).seconds,
        len(jionlp_addresses) / others.parse_addresses("jionlp", jionlp_addresses).seconds,
    )

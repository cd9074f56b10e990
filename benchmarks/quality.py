"""``python -m benchmarks.quality``: how well addresses are read, by us and by two peers.

Every row of ``addresses.csv`` has the units that it means, by name, as of today; in the class
``undecided`` the right answer is that the text does not decide. The peers know province, city
and county only, so those are compared; townships and villages are counted for us besides.

The peers are in the dependency group ``quality`` of ``pyproject.toml``, which nothing else needs.
"""

import csv
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import psycopg

from benchmarks.stage import cluster, loaded
from gazetteer.ledger.asof import today
from gazetteer.records.levels import LEVELS
from gazetteer.search.geocode import Status, geocode
from gazetteer.search.index import build
from gazetteer.search.loading import read_source
from gazetteer.search.view import View

ADDRESSES = Path(__file__).with_name("addresses.csv")
SHARED_LEVELS = ("province", "prefecture", "county")
_SECONDS = 3.0


@dataclass(frozen=True)
class Case:
    kind: str
    address: str
    expected: tuple[str, ...]  # province to village; empty where the text says nothing


@dataclass(frozen=True)
class Reading:
    """Names from province down; ``undecided`` if it was said that the text does not decide."""

    names: tuple[str, ...] = ()
    undecided: bool = False


Reader = Callable[[Sequence[str]], list[Reading]]


def cases() -> list[Case]:
    with ADDRESSES.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [Case(r["class"], r["address"], tuple(r[level] for level in LEVELS[:5])) for r in rows]


def ours(view: View) -> Reader:
    def one(address: str) -> Reading:
        answer = geocode(view, address)
        if answer.status is not Status.MATCHED:
            return Reading(undecided=answer.status is Status.AMBIGUOUS)
        by_level = {spot.level: spot.name for spot in answer.matches[0].chain}
        return Reading(tuple(by_level.get(level, "") for level in range(5)))

    return lambda addresses: [one(address) for address in addresses]


def by_cpca(addresses: Sequence[str]) -> list[Reading]:
    import cpca

    table = cpca.transform(list(addresses))
    return [
        Reading(tuple(_plain(value) for value in row))
        for row in table[["省", "市", "区"]].itertuples(index=False)
    ]


def by_jionlp(addresses: Sequence[str]) -> list[Reading]:
    import jionlp

    found = (jionlp.parse_location(address) for address in addresses)
    return [Reading(tuple(_plain(f[x]) for x in ("province", "city", "county"))) for f in found]


def _plain(value: Any) -> str:
    """A peer writes 市辖区 or repeats the province where there is no prefecture."""
    return value if isinstance(value, str) and value not in ("市辖区", "县") else ""


def right(case: Case, reading: Reading, depth: int) -> bool:
    if case.kind == "undecided":
        return reading.undecided or not any(reading.names)
    told = (*reading.names, "", "", "", "", "")[:depth]
    return all(_same(i, case.expected, told) for i in range(depth))


def _same(level: int, expected: tuple[str, ...], told: tuple[str, ...]) -> bool:
    if told[level] == expected[level]:
        return True
    # 北京市 stands for the missing prefecture with the peers; 东莞市 has no county
    return not expected[level] and told[level] in (expected[0], expected[1])


def wrong_parent(case: Case, reading: Reading) -> bool:
    """Whether a unit is answered that the text does not mean."""
    told = (*reading.names, "", "", "")[:3]
    if case.kind == "undecided":
        return any(told)
    return any(name and not _same(i, case.expected, told) for i, name in enumerate(told))


@dataclass(frozen=True)
class Line:
    kind: str
    rows: int
    recall: dict[str, float]
    wrong: dict[str, float]
    undecided: float
    deep: float


def lines(rows: Sequence[Case], told: dict[str, list[Reading]]) -> Iterator[Line]:
    kinds = [*dict.fromkeys(case.kind for case in rows), "all"]
    for kind in kinds:
        chosen = [i for i, case in enumerate(rows) if kind in (case.kind, "all")]

        def share(counts: Callable[[int], bool], chosen: list[int] = chosen) -> float:
            return sum(counts(i) for i in chosen) / len(chosen)

        yield Line(
            kind,
            len(chosen),
            {who: share(lambda i, a=a: right(rows[i], a[i], 3)) for who, a in told.items()},
            {who: share(lambda i, a=a: wrong_parent(rows[i], a[i])) for who, a in told.items()},
            share(lambda i: told["ours"][i].undecided),
            share(lambda i: right(rows[i], told["ours"][i], 5)),
        )


def rate(reader: Reader, addresses: Sequence[str]) -> float:
    """Rows a second of processor time of one process, by whole batches, after one to warm up."""
    batch = list(addresses) * 5
    reader(batch)
    begun, done = time.process_time(), 0
    while time.process_time() - begun < _SECONDS:
        reader(batch)
        done += len(batch)
    return done / (time.process_time() - begun)


@click.command()
def main() -> None:
    """Print recall at 1 and the share of wrong units for each class, and rows a second."""
    rows = cases()
    addresses = [case.address for case in rows]
    with cluster() as own:
        conninfo, _ = loaded(own, None)
        with psycopg.connect(conninfo, autocommit=True) as conn:
            view = View(build(read_source(conn)), today())
    readers: dict[str, Reader] = {"ours": ours(view), "cpca": by_cpca, "jionlp": by_jionlp}
    told = {who: reader(addresses) for who, reader in readers.items()}
    click.echo(
        "| class | rows | recall at 1: ours, cpca, jionlp | wrong unit: the same"
        " | undecided (ours) | to the village (ours) |"
    )
    click.echo("|---|---|---|---|---|---|")
    for line in lines(rows, told):
        recall = " · ".join(f"{value:.0%}" for value in line.recall.values())
        wrong = " · ".join(f"{value:.0%}" for value in line.wrong.values())
        click.echo(
            f"| {line.kind} | {line.rows} | {recall} | {wrong} | {line.undecided:.0%}"
            f" | {line.deep:.0%} |"
        )
    speed = {who: rate(reader, addresses) for who, reader in readers.items()}
    click.echo(
        "\nrows a second in one process: "
        + ", ".join(f"{who} {value:,.0f}" for who, value in speed.items())
    )
    click.echo(
        f"ratio to cpca {speed['ours'] / speed['cpca']:.2f},"
        f" to jionlp {speed['ours'] / speed['jionlp']:.0f}"
    )


if __name__ == "__main__":
    main()

"""``make quality``: how well addresses are read, by us and by two peers, on the same rows.

Every row of ``addresses.csv`` has the units that it means, by name, as of today; in the class
``undecided`` the right answer is that the text does not decide. A second file may be given, with
an expected code in each row. The peers know province, city and county only; what they say below
is not counted against them.
"""

import csv
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click

from benchmarks.batch import loaded_view
from benchmarks.peers import NAMES, peers
from benchmarks.stage import cluster, loaded
from gazetteer.records.levels import LEVELS
from gazetteer.search.geocode import GeocodeStatus, geocode_many
from gazetteer.search.view import DayIndex

ADDRESSES = Path(__file__).with_name("addresses.csv")
WHO = ("ours", *NAMES)
_LEVELS = (("province", 1), ("city", 2), ("county", 3), ("village", 5))
"""Recall is told down to each of these; the number is how many names have to be right."""


@dataclass(frozen=True, slots=True)
class Case:
    """An address and the names that it means, province to village, empty where it says nothing.

    ``certain`` is how many of them are known: a code of a county says nothing of townships.
    """

    kind: str
    address: str
    expected: tuple[str, ...]
    certain: int = 5


@dataclass(frozen=True, slots=True)
class Reading:
    """Names from province down; ``undecided`` if it was said that the text does not decide."""

    names: tuple[str, ...] = ()
    undecided: bool = False


def own_cases() -> list[Case]:
    """The rows of ``addresses.csv``."""
    with ADDRESSES.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [Case(r["class"], r["address"], tuple(r[level] for level in LEVELS[:5])) for r in rows]


def cases_of(path: Path, view: DayIndex) -> Iterator[Case]:
    """Rows with ``address`` and ``expected_code``; a code is led to the unit it means today.

    A row whose code never was one of a unit of the register is passed over, and told.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            code = row["expected_code"][:6]
            if not code:
                continue
            names = _names_today(view, code)
            if names:
                yield Case(path.name, row["address"], names, len(names))
            else:
                click.echo(
                    f"passed over, {code} is no unit of the register: {row['address']}", err=True
                )


def _names_today(view: DayIndex, code: str) -> tuple[str, ...]:
    """The names, down to the county, of the one unit that has or follows the unit of a code."""
    index = view.index
    state = max(
        index.attributes.iter_states_by_code(code), key=index.starts.__getitem__, default=None
    )
    if state is None:
        return ()
    reached = view.resolve_in_force(bisect_right(index.state_offsets, state) - 1)
    if len(reached) != 1:
        return ()
    by_level = {spot.level: spot.name for spot in view.get_chain(reached[0])}
    return tuple(by_level.get(level, "") for level in range(3))


def ours(view: DayIndex, addresses: Sequence[str]) -> list[Reading]:
    """What the geocoder says."""
    told = []
    for answer in geocode_many(view, addresses):
        if answer.status is GeocodeStatus.MATCHED:
            by_level = {spot.level: spot.name for spot in answer.matches[0].chain}
            told.append(Reading(tuple(by_level.get(level, "") for level in range(5))))
        else:
            told.append(Reading(undecided=answer.status is GeocodeStatus.AMBIGUOUS))
    return told


def right(case: Case, reading: Reading, depth: int) -> bool:
    """Whether the reading is right down to a depth."""
    if case.kind == "undecided":
        return reading.undecided or not any(reading.names)
    told = (*reading.names, "", "", "", "", "")[: min(depth, case.certain)]
    return all(_same(i, case.expected, told) for i in range(len(told)))


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


def lines(rows: Sequence[Case], told: dict[str, list[Reading]]) -> Iterator[str]:
    """The table, a line for each class and one for all."""
    titles = [f"{name} right" for name, _ in _LEVELS]
    yield f"| class | rows | {' | '.join(titles)} | wrong unit | undecided |"
    yield "|---" * (4 + len(titles)) + "|"
    for kind in [*dict.fromkeys(case.kind for case in rows), "all"]:
        chosen = [i for i, case in enumerate(rows) if kind in (case.kind, "all")]

        def shares(counts: Callable[[Case, Reading], bool], chosen: list[int] = chosen) -> str:
            counted = (sum(counts(rows[i], told[who][i]) for i in chosen) for who in WHO)
            return " · ".join(f"{count / len(chosen):.0%}" for count in counted)

        def down_to(depth: int) -> Callable[[Case, Reading], bool]:
            return lambda row, reading: right(row, reading, depth)

        recall = [shares(down_to(depth)) for _, depth in _LEVELS]
        undecided = shares(lambda _, reading: reading.undecided)
        cells = [kind, str(len(chosen)), *recall, shares(wrong_parent), undecided]
        yield f"| {' | '.join(cells)} |"


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--wrong", is_flag=True, help="Tell the rows that we read wrong.")
def main(files: tuple[Path, ...], wrong: bool) -> None:
    """Print recall at 1 and the share of wrong units for each class: ours, cpca, jionlp.

    FILES are CSV files with the columns address and expected_code.
    """
    with cluster() as own:
        conninfo, _ = loaded(own, None)
        view = loaded_view(conninfo)
    rows = [*own_cases(), *(case for path in files for case in cases_of(path, view))]
    addresses = [case.address for case in rows]
    told = {"ours": ours(view, addresses)}
    with peers() as others:
        for who in NAMES:
            told[who] = [Reading(names) for names in others.read(who, addresses).names]
    click.echo(f"{date.today()}; in each cell: {', '.join(WHO)}\n")
    click.echo("\n".join(lines(rows, told)))
    for case, reading in zip(rows, told["ours"], strict=True):
        if wrong and not right(case, reading, 5):
            said = "".join(reading.names) or ("undecided" if reading.undecided else "nothing")
            click.echo(f"{case.address}: {said}, not {''.join(case.expected)}")


if __name__ == "__main__":
    main()

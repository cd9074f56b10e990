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

from benchmarks.batch_rows import load_day_index
from benchmarks.calibration import (
    geocode_empty_classes,
    iter_calibration_lines,
    score_generated,
    score_named,
)
from benchmarks.peers import NAMES, run_peers
from benchmarks.servers import ensure_loaded, run_cluster
from gazetteer.records.levels import LEVELS
from gazetteer.search.geocoder.geocoding import GeocodeStatus, geocode_many
from gazetteer.search.index.day_index import DayIndex

ADDRESSES = Path(__file__).with_name("addresses.csv")
GEOCODERS = ("ours", *NAMES)
_LEVELS = (("province", 1), ("city", 2), ("county", 3), ("village", 5))
"""The levels of recall, and how many names have to be right down to each."""


@dataclass(frozen=True, slots=True)
class AddressCase:
    """An address and the names that are right, province to village, empty where it has none.

    ``certain`` is how many of them are known: the code of a county has no township.
    """

    kind: str
    address: str
    expected: tuple[str, ...]
    certain: int = 5


@dataclass(frozen=True, slots=True)
class GeocodedNames:
    """Names from province down; ``undecided`` if the result is that the text is ambiguous."""

    names: tuple[str, ...] = ()
    undecided: bool = False


def read_own_cases() -> list[AddressCase]:
    """The rows of ``addresses.csv``."""
    with ADDRESSES.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [
        AddressCase(r["class"], r["address"], tuple(r[level] for level in LEVELS[:5])) for r in rows
    ]


def read_cases(path: Path, day_index: DayIndex) -> Iterator[AddressCase]:
    """Rows with ``address`` and ``expected_code``; a code is resolved to its unit of today.

    A row whose code was never that of a unit of the register is skipped with a note.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            code = row["expected_code"][:6]
            if not code:
                continue
            names = _find_current_names(day_index, code)
            if names:
                yield AddressCase(path.name, row["address"], names, len(names))
            else:
                click.echo(
                    f"skipped, {code} is no unit of the register: {row['address']}", err=True
                )


def _find_current_names(day_index: DayIndex, code: str) -> tuple[str, ...]:
    """The names, down to the county, of the one unit that has or follows the unit of a code."""
    index = day_index.index
    state = max(
        index.attributes.iter_states_by_code(code), key=index.starts.__getitem__, default=None
    )
    if state is None:
        return ()
    reached = day_index.resolve_in_force(bisect_right(index.state_offsets, state) - 1)
    if len(reached) != 1:
        return ()
    by_level = {unit.level: unit.name for unit in day_index.get_chain(reached[0])}
    return tuple(by_level.get(level, "") for level in range(3))


def geocode_addresses(day_index: DayIndex, addresses: Sequence[str]) -> list[GeocodedNames]:
    """The results of the geocoder."""
    results = []
    for answer in geocode_many(day_index, addresses):
        if answer.status is GeocodeStatus.MATCHED:
            by_level = {unit.level: unit.name for unit in answer.matches[0].chain}
            results.append(GeocodedNames(tuple(by_level.get(level, "") for level in range(5))))
        else:
            results.append(GeocodedNames(undecided=answer.status is GeocodeStatus.AMBIGUOUS))
    return results


def is_correct(case: AddressCase, result: GeocodedNames, depth: int) -> bool:
    """Whether the result is right down to a depth."""
    if case.kind == "undecided":
        return result.undecided or not any(result.names)
    names = (*result.names, "", "", "", "", "")[: min(depth, case.certain)]
    return all(_is_same_name(i, case.expected, names) for i in range(len(names)))


def _is_same_name(level: int, expected: tuple[str, ...], names: tuple[str, ...]) -> bool:
    if names[level] == expected[level]:
        return True
    # the peers repeat 北京市 as the missing prefecture; 东莞市 has no county
    return not expected[level] and names[level] in (expected[0], expected[1])


def has_wrong_unit(case: AddressCase, result: GeocodedNames) -> bool:
    """Whether the result has a unit that is not in the address."""
    names = (*result.names, "", "", "")[:3]
    if case.kind == "undecided":
        return any(names)
    return any(name and not _is_same_name(i, case.expected, names) for i, name in enumerate(names))


def iter_table_lines(
    rows: Sequence[AddressCase], results: dict[str, list[GeocodedNames]]
) -> Iterator[str]:
    """The table, a line for each class and one for all."""
    titles = [f"{name} right" for name, _ in _LEVELS]
    yield f"| class | rows | {' | '.join(titles)} | wrong unit | undecided |"
    yield "|---" * (4 + len(titles)) + "|"
    for kind in [*dict.fromkeys(case.kind for case in rows), "all"]:
        chosen = [i for i, case in enumerate(rows) if kind in (case.kind, "all")]

        def format_shares(
            counts: Callable[[AddressCase, GeocodedNames], bool], chosen: list[int] = chosen
        ) -> str:
            counts_by_geocoder = (
                sum(counts(rows[i], results[who][i]) for i in chosen) for who in GEOCODERS
            )
            return " · ".join(f"{count / len(chosen):.0%}" for count in counts_by_geocoder)

        def build_correctness_test(depth: int) -> Callable[[AddressCase, GeocodedNames], bool]:
            return lambda row, result: is_correct(row, result, depth)

        recall = [format_shares(build_correctness_test(depth)) for _, depth in _LEVELS]
        undecided = format_shares(lambda _, result: result.undecided)
        cells = [kind, str(len(chosen)), *recall, format_shares(has_wrong_unit), undecided]
        yield f"| {' | '.join(cells)} |"


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--wrong", is_flag=True, help="Print the rows with a wrong result.")
def main(files: tuple[Path, ...], wrong: bool) -> None:
    """Print recall at 1 and the share of wrong units for each class: ours, cpca, jionlp.

    FILES are CSV files with the columns address and expected_code.
    """
    with run_cluster() as own:
        conninfo, _ = ensure_loaded(own, None)
        day_index = load_day_index(conninfo)
    rows = [*read_own_cases(), *(case for path in files for case in read_cases(path, day_index))]
    addresses = [case.address for case in rows]
    results = {"ours": geocode_addresses(day_index, addresses)}
    with run_peers() as others:
        for who in NAMES:
            results[who] = [
                GeocodedNames(names) for names in others.parse_addresses(who, addresses).names
            ]
    click.echo(f"{date.today()}; in each cell: {', '.join(GEOCODERS)}\n")
    click.echo("\n".join(iter_table_lines(rows, results)))
    named = [case for case in rows if case.kind != "undecided"]
    matches = [
        *score_named(day_index, [c.address for c in named], [c.expected for c in named]),
        *score_generated(day_index),
    ]
    classes = geocode_empty_classes(day_index)
    click.echo("\n" + "\n".join(iter_calibration_lines(matches, classes)))
    if wrong:
        for each in classes:
            for address, match in each.claimed:
                click.echo(f"{address}: {''.join(unit.name for unit in match.chain)}, no unit")
    for case, result in zip(rows, results["ours"], strict=True):
        if wrong and not is_correct(case, result, 5):
            answer = "".join(result.names) or ("undecided" if result.undecided else "nothing")
            click.echo(f"{case.address}: {answer}, not {''.join(case.expected)}")


if __name__ == "__main__":
    main()

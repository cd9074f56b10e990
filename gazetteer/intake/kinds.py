"""The kinds of files that can be taken in, and the shipped data of Guangdong as a whole."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from gazetteer.intake import rows
from gazetteer.intake.batch import Batch, Progress, joined, no_progress
from gazetteer.intake.divisions import STATE, divisions
from gazetteer.intake.history import STATED_COLUMNS, records
from gazetteer.intake.index import UnitIndex
from gazetteer.intake.toponyms import toponyms
from gazetteer.problems import InvalidValue

HONGKONG_STATE = date(2019, 12, 31)
"""The day whose state the list of Hong Kong's districts shows: that of the polygons."""

Files = Mapping[str, Path]
"""The files of one import by kind: the file itself, and those that go with it."""

Reader = Callable[[Files, UnitIndex, Progress, date], Batch]


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file: its columns, and how it is read with the files that go with it."""

    name: str
    zh: str
    en: str
    columns: tuple[str, ...]
    read: Reader | None = None  # None: only beside a file of the kind ``goes_with``
    goes_with: str | None = None


def _records(files: Files, known: UnitIndex, progress: Progress, state: date) -> Batch:
    del known, state  # a history of codes stands for itself
    return records(files["records"], files.get("changes"), files.get("days"), progress)


def _divisions(files: Files, known: UnitIndex, progress: Progress, state: date) -> Batch:
    return divisions(files["divisions"], known, files.get("townships"), state, progress)


def _toponyms(files: Files, known: UnitIndex, progress: Progress, state: date) -> Batch:
    del state  # nothing is known of when names began
    return toponyms(files["toponyms"], known, progress)


KNOWN_KINDS: Mapping[str, FileKind] = {
    kind.name: kind
    for kind in (
        FileKind(
            "records", "区划沿革记录", "periods of codes of county level and above",
            rows.RECORD_COLUMNS, _records,
        ),
        FileKind(
            "changes", "区划变更及批文", "changes between periods, with their documents",
            rows.CHANGE_COLUMNS, goes_with="records",
        ),
        FileKind(
            "days", "文件载明的生效日", "days of effect that an act states",
            STATED_COLUMNS, goes_with="records",
        ),
        FileKind(
            "divisions", "某一时点的区划表", "a list of divisions at one point in time",
            rows.DIVISION_COLUMNS, _divisions,
        ),
        FileKind(
            "townships", "乡级区划变更", "changes of townships by year",
            rows.TOWNSHIP_COLUMNS, goes_with="divisions",
        ),
        FileKind("toponyms", "地名及坐标", "names with points", rows.TOPONYM_COLUMNS, _toponyms),
    )
}  # fmt: skip


def read_files(
    kind: str,
    files: Files,
    known: UnitIndex,
    progress: Progress = no_progress,
    state: date = STATE,
) -> Batch:
    """Read a file of ``kind`` (and those beside it) on top of the units that are known.

    ``state`` is the day that a list of divisions shows.

    Raises:
        InvalidValue: an unknown kind, or one that needs another file beside it.
        UnreadableFile: a file cannot be read as CSV with the columns it must have.
    """
    found = KNOWN_KINDS.get(kind)
    if found is None:
        names = ", ".join(KNOWN_KINDS)
        raise InvalidValue(
            f"未知的文件种类“{kind}”;可用:{names}",
            f"unknown kind of file '{kind}'; known: {names}",
            field="kind",
        )
    if found.read is None:
        raise InvalidValue(
            f"“{kind}”须与“{found.goes_with}”文件一起导入",
            f"'{kind}' is read together with a file of the kind '{found.goes_with}'",
            field="kind",
        )
    return found.read(files, known, progress, state)


def national_history(fixtures: Path, progress: Progress = no_progress) -> Batch:
    """Units of county level and above of all China since 1981, from the shipped files."""
    return records(
        fixtures / "division_records.csv",
        fixtures / "division_changes.csv",
        fixtures / "division_days_of_effect.csv",
        progress,
    )


def guangdong(fixtures: Path, progress: Progress = no_progress) -> Batch:
    """The shipped names half: all China to the county, Guangdong to the village, and toponyms."""
    return country(fixtures, fixtures / "guangdong_divisions.csv.gz", progress)


def country(fixtures: Path, divisions_file: Path, progress: Progress = no_progress) -> Batch:
    """The shipped history and toponyms with a list of divisions of any extent (all China)."""
    history = national_history(fixtures, progress)
    known, lands = history.known, history.territory
    townships = fixtures / "township_changes_2014_2023.csv"
    listed = divisions(divisions_file, known, townships, progress=progress)
    hongkong = divisions(fixtures / "hongkong_districts.csv", known, state=HONGKONG_STATE)
    names = toponyms(fixtures / "toponyms_guangdong.csv", known, progress)
    return joined(divisions_file.name, (history, listed, hongkong, names), known, lands)

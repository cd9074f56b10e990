"""The kinds of files that can be taken in, and the shipped data of Guangdong as a whole."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from gazetteer.ingest import typed_rows
from gazetteer.ingest.code_index import CodeIndex
from gazetteer.ingest.county_history import STATED_COLUMNS, read_county_history
from gazetteer.ingest.division_list import LIST_DAY, read_division_list
from gazetteer.ingest.staged_batch import Progress, StagedBatch, ignore_progress, merge_batches
from gazetteer.ingest.toponyms import read_toponyms
from gazetteer.problems import InvalidValue

HONGKONG_LIST_DAY = date(2019, 12, 31)
"""The day whose state the list of Hong Kong's districts shows: that of the polygons."""

FilesByKind = Mapping[str, Path]
"""The files of one import by kind: the file itself, and those that go with it."""

BatchReader = Callable[[FilesByKind, CodeIndex, Progress, date], StagedBatch]


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file: its columns, and how it is read with the files that go with it."""

    name: str
    zh: str
    en: str
    columns: tuple[str, ...]
    reader: BatchReader | None = None  # None: only beside a file of the kind ``goes_with``
    companion_of: str | None = None


def _read_record_files(
    files: FilesByKind, code_index: CodeIndex, progress: Progress, list_day: date
) -> StagedBatch:
    del code_index, list_day  # a history of codes stands for itself
    return read_county_history(files["records"], files.get("changes"), files.get("days"), progress)


def _read_division_files(
    files: FilesByKind, code_index: CodeIndex, progress: Progress, list_day: date
) -> StagedBatch:
    return read_division_list(
        files["divisions"], code_index, files.get("townships"), list_day, progress
    )


def _read_toponym_files(
    files: FilesByKind, code_index: CodeIndex, progress: Progress, list_day: date
) -> StagedBatch:
    del list_day  # nothing is known of when names began
    return read_toponyms(files["toponyms"], code_index, progress)


CSV_FILE_KINDS: Mapping[str, FileKind] = {
    kind.name: kind
    for kind in (
        FileKind(
            "records", "区划沿革记录", "periods of codes of county level and above",
            typed_rows.RECORD_COLUMNS, _read_record_files,
        ),
        FileKind(
            "changes", "区划变更及批文", "changes between periods, with their documents",
            typed_rows.CHANGE_COLUMNS, companion_of="records",
        ),
        FileKind(
            "days", "文件载明的生效日", "days of effect that an act states",
            STATED_COLUMNS, companion_of="records",
        ),
        FileKind(
            "divisions", "某一时点的区划表", "a list of divisions at one point in time",
            typed_rows.DIVISION_COLUMNS, _read_division_files,
        ),
        FileKind(
            "townships", "乡级区划变更", "changes of townships by year",
            typed_rows.TOWNSHIP_COLUMNS, companion_of="divisions",
        ),
        FileKind("toponyms", "地名及坐标", "names with points", typed_rows.TOPONYM_COLUMNS, _read_toponym_files),
    )
}  # fmt: skip


def read_files(
    kind: str,
    files: FilesByKind,
    code_index: CodeIndex,
    progress: Progress = ignore_progress,
    list_day: date = LIST_DAY,
) -> StagedBatch:
    """Read a file of ``kind`` (and those beside it) on top of the units that are known.

    ``state`` is the day that a list of divisions shows.

    Raises:
        InvalidValue: an unknown kind, or one that needs another file beside it.
        UnreadableFile: a file cannot be read as CSV with the columns it must have.
    """
    file_kind = CSV_FILE_KINDS.get(kind)
    if file_kind is None:
        names = ", ".join(CSV_FILE_KINDS)
        raise InvalidValue(
            f"未知的文件种类“{kind}”;可用:{names}",
            f"unknown kind of file '{kind}'; known: {names}",
            field="kind",
        )
    if file_kind.reader is None:
        raise InvalidValue(
            f"“{kind}”须与“{file_kind.companion_of}”文件一起导入",
            f"'{kind}' is read together with a file of the kind '{file_kind.companion_of}'",
            field="kind",
        )
    return file_kind.reader(files, code_index, progress, list_day)


def read_national_history(fixtures: Path, progress: Progress = ignore_progress) -> StagedBatch:
    """Units of county level and above of all China since 1981, from the shipped files."""
    return read_county_history(
        fixtures / "division_records.csv",
        fixtures / "division_changes.csv",
        fixtures / "division_days_of_effect.csv",
        progress,
    )


def read_guangdong(fixtures: Path, progress: Progress = ignore_progress) -> StagedBatch:
    """The shipped names half: all China to the county, Guangdong to the village, and toponyms."""
    return read_country(fixtures, fixtures / "guangdong_divisions.csv.gz", progress)


def read_country(
    fixtures: Path, divisions_file: Path, progress: Progress = ignore_progress
) -> StagedBatch:
    """The shipped history and toponyms with a list of divisions of any extent (all China)."""
    history = read_national_history(fixtures, progress)
    code_index, territory_changes = history.code_index, history.territory_changes
    townships_file = fixtures / "township_changes_2014_2023.csv"
    division_batch = read_division_list(
        divisions_file, code_index, townships_file, progress=progress
    )
    hongkong_batch = read_division_list(
        fixtures / "hongkong_districts.csv", code_index, list_day=HONGKONG_LIST_DAY
    )
    toponym_batch = read_toponyms(fixtures / "toponyms_guangdong.csv", code_index, progress)
    return merge_batches(
        divisions_file.name,
        (history, division_batch, hongkong_batch, toponym_batch),
        code_index,
        territory_changes,
    )

"""The kinds of CSV files that can be imported, and the shipped data of Guangdong as a whole."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from gazetteer.ingest import typed_rows
from gazetteer.ingest.code_index import CodeIndex
from gazetteer.ingest.county_history import STATED_COLUMNS, read_county_history
from gazetteer.ingest.division_list import LIST_DAY, read_division_list
from gazetteer.ingest.staged_batch import StagedBatch, ignore_progress, merge_batches
from gazetteer.ingest.toponyms import read_toponyms
from gazetteer.messages import AnyOf, Message, message
from gazetteer.problems import InvalidValue
from gazetteer.progress import Progress

HONGKONG_LIST_DAY = date(2019, 12, 31)
"""The day whose state the list of Hong Kong's districts shows: that of the polygons."""

FilesByKind = Mapping[str, Path]
"""The files of one import by kind: the file itself, and those that go with it."""

BatchReader = Callable[[FilesByKind, CodeIndex, Progress, date], StagedBatch]


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file: its columns, and how it is read with the files that go with it.

    A kind without ``reader`` is only read beside a file of the kind ``companion_of``.
    """

    name: str
    columns: tuple[str, ...]
    reader: BatchReader | None = None
    companion_of: str | None = None


def _read_record_files(
    files: FilesByKind, code_index: CodeIndex, progress: Progress, list_day: date
) -> StagedBatch:
    del code_index, list_day  # a history of codes needs no other units
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
    del list_day  # it is not known when names began
    return read_toponyms(files["toponyms"], code_index, progress)


CSV_FILE_KINDS: Mapping[str, FileKind] = {
    kind.name: kind
    for kind in (
        FileKind("records", typed_rows.RECORD_COLUMNS, _read_record_files),
        FileKind("changes", typed_rows.CHANGE_COLUMNS, companion_of="records"),
        FileKind("days", STATED_COLUMNS, companion_of="records"),
        FileKind("divisions", typed_rows.DIVISION_COLUMNS, _read_division_files),
        FileKind("townships", typed_rows.TOWNSHIP_COLUMNS, companion_of="divisions"),
        FileKind("toponyms", typed_rows.TOPONYM_COLUMNS, _read_toponym_files),
    )
}
"""The kinds by name; their titles are the messages ``ingest.kind.<name>``."""


def read_files(
    kind: str,
    files: FilesByKind,
    code_index: CodeIndex,
    progress: Progress = ignore_progress,
    list_day: date = LIST_DAY,
) -> StagedBatch:
    """Read a file of a kind, with its companions, on top of the units that are known.

    Args:
        kind: The kind of the file, one of :data:`CSV_FILE_KINDS`.
        files: The file and its companions by kind.
        code_index: The units that are known.
        progress: Called with the rows done, their total and the name of the file.
        list_day: The day whose state a list of divisions shows.

    Raises:
        InvalidValue: an unknown kind, or one that is only read beside another file.
        UnreadableFile: a file cannot be read as CSV with the columns it must have.
    """
    file_kind = CSV_FILE_KINDS.get(kind)
    if file_kind is None:
        known = AnyOf([_describe_kind(name) for name in CSV_FILE_KINDS])
        raise InvalidValue(
            message("ingest.file_kind_unknown", kind=kind, known=known), field="kind"
        )
    if file_kind.reader is None:
        companion = _describe_kind(str(file_kind.companion_of))
        raise InvalidValue(
            message("ingest.companion_required", kind=_describe_kind(kind), companion=companion),
            field="kind",
        )
    return file_kind.reader(files, code_index, progress, list_day)


def _describe_kind(name: str) -> Message:
    return message("ingest.kind_and_title", kind=name, title=message(f"ingest.kind.{name}"))


def read_national_history(fixtures: Path, progress: Progress = ignore_progress) -> StagedBatch:
    """Units of county level and above of all China since 1981, from the shipped files."""
    return read_county_history(
        fixtures / "division_records.csv",
        fixtures / "division_changes.csv",
        fixtures / "division_days_of_effect.csv",
        progress,
    )


def read_guangdong(fixtures: Path, progress: Progress = ignore_progress) -> StagedBatch:
    """The shipped names: all China to the county, Guangdong to the village, and toponyms."""
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

"""A file of columns is what was written, or it is refused."""

from pathlib import Path

import pytest

from gazetteer.search.index.column_file import (
    ColumnFile,
    DamagedColumns,
    open_column_file,
    write_column_file,
)
from gazetteer.search.index.columns import Column, pack_texts, pack_values

COLUMNS = {
    "numbers": pack_values("i", range(5000)),
    "none": pack_values("d", []),
    **pack_texts("names", ["天河区", "", "😀"]),
}


@pytest.fixture
def file(tmp_path: Path) -> ColumnFile:
    write_column_file(tmp_path / "one", {"seq": 1}, COLUMNS)
    return open_column_file(tmp_path / "one")


def test_columns_are_read_as_they_were_written(file: ColumnFile) -> None:
    assert file.header == {"seq": 1}
    assert {name: column.array_view.tolist() for name, column in file.columns.items()} == {
        name: column.array_view.tolist() for name, column in COLUMNS.items()
    }
    assert list(file.columns["numbers"].value_view[:3]) == [0, 1, 2]


def test_what_has_not_changed_stays_in_the_earlier_file(file: ColumnFile, tmp_path: Path) -> None:
    changed = {**file.columns, "none": Column("d", bytes(8))}
    write_column_file(tmp_path / "two", {"seq": 2}, changed, file)
    assert (tmp_path / "two").stat().st_size < file.path.stat().st_size
    following = open_column_file(tmp_path / "two", file)
    assert following.columns["numbers"] is file.columns["numbers"]
    assert following.file_names == {"one", "two"}
    alone = open_column_file(tmp_path / "two")
    assert alone.columns["numbers"].array_view.tolist() == list(range(5000))
    assert alone.columns["none"].array_view.tolist() == [0.0]
    file.path.unlink()
    assert alone.columns["numbers"].array_view.tolist() == list(range(5000))
    with pytest.raises(FileNotFoundError):
        open_column_file(tmp_path / "two")


def test_a_column_computed_anew_with_the_same_values_stays_too(
    file: ColumnFile, tmp_path: Path
) -> None:
    numbers = list(range(5000))
    same = {**COLUMNS, "numbers": pack_values("i", numbers)}
    write_column_file(tmp_path / "two", {}, same, file)
    assert open_column_file(tmp_path / "two", file).stored == file.stored
    for column in (pack_values("i", [1, *numbers[1:]]), pack_values("I", numbers)):
        write_column_file(tmp_path / "two", {}, {**COLUMNS, "numbers": column}, file)
        written = open_column_file(tmp_path / "two", file)
        assert written.stored["numbers"].file == "two"
        assert written.columns["numbers"].array_view.tolist() == column.array_view.tolist()


def test_any_damage_is_found(file: ColumnFile) -> None:
    content = file.path.read_bytes()
    damaged = [content[:length] for length in (0, 10, 5000, len(content) // 2, len(content) - 1)]
    damaged += [
        content[:offset] + bytes([content[offset] ^ 1]) + content[offset + 1 :]
        for offset in (0, 9, file.stored["numbers"].offset + 77, len(content) - 2)
    ]
    for bytes_now in damaged:
        file.path.unlink()
        file.path.write_bytes(bytes_now)
        with pytest.raises(DamagedColumns):
            open_column_file(file.path)

"""The manifest agrees with the shipped files."""

from pathlib import Path
from shutil import copytree

from gazetteer.ingest import CSV_FILE_KINDS
from gazetteer.ingest.fixture_manifest import iter_manifest_differences, read_manifest


def test_the_manifest_equals_the_files(fixtures: Path) -> None:
    assert list(iter_manifest_differences(fixtures)) == []


def test_every_file_names_its_licence_source_and_flaws(fixtures: Path) -> None:
    for shipped in read_manifest(fixtures):
        assert shipped.licence
        assert shipped.source
        assert shipped.remarks
        assert shipped.kind in {*CSV_FILE_KINDS, "areas"}


def test_a_changed_missing_or_unlisted_file_is_reported(fixtures: Path, tmp_path: Path) -> None:
    folder = copytree(fixtures, tmp_path / "copy")
    (folder / "hongkong_districts.csv").unlink()
    (folder / "division_days_of_effect.csv").write_text("code\n", encoding="utf-8")
    (folder / "more.csv").write_text("x", encoding="utf-8")
    differences = list(iter_manifest_differences(folder))
    assert [line.split(":")[0] for line in differences] == [
        "more.csv",
        "division_days_of_effect.csv",
        "hongkong_districts.csv",
    ]

"""``-`` is standard input: commands read from a pipe what they read from a file."""

import subprocess
from pathlib import Path

import pytest

from tests.web.run_command import command, environment

SQUARE = (
    '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"440106"},'
    '"geometry":{"type":"Polygon","coordinates":[[[113.12345678,23.12345678],'
    "[113.22345678,23.12345678],[113.22345678,23.22345678],[113.12345678,23.12345678]]]}}]}"
)


def pipe(
    database: str, home: Path, content: bytes, *arguments: str
) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        command(*arguments),
        env=environment(database, home),
        input=content,
        capture_output=True,
        timeout=250,
        check=False,
    )


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_list_from_a_pipe_is_answered_as_that_of_a_file(
    database: str, tmp_path: Path, encoding: str
) -> None:
    content = "name,legal_class\n天河路,road\n龍华路,road\n".encode(encoding)
    file = tmp_path / "names.csv"
    file.write_bytes(content)
    piped = pipe(database, tmp_path, content, "naming", "check", "-")
    assert piped.returncode == 0, piped.stderr
    read = pipe(database, tmp_path, b"", "naming", "check", str(file))
    assert piped.stdout == read.stdout
    assert "admissible" in piped.stdout.decode(encoding)


def test_a_layer_from_a_pipe_is_validated(database: str, tmp_path: Path) -> None:
    done = pipe(database, tmp_path, SQUARE.encode(), "validate", "-", "--json")
    assert done.returncode in (0, 1), done.stderr
    assert b'"FeatureCollection"' in done.stdout


def test_the_copy_of_what_was_piped_is_removed(database: str, tmp_path: Path) -> None:
    place = tmp_path / "temporary"
    place.mkdir()
    done = subprocess.run(
        command("validate", "-", "--json"),
        env={**environment(database, tmp_path), "TMPDIR": str(place)},
        input=SQUARE.encode(),
        capture_output=True,
        timeout=250,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    assert [path.name for path in place.glob("gazetteer-stdin-*")] == []


def test_a_file_that_is_not_there_is_wrong_usage(database: str, tmp_path: Path) -> None:
    for arguments in (["geocode", "/no/such"], ["validate", "/no/such"]):
        assert pipe(database, tmp_path, b"", *arguments).returncode == 2

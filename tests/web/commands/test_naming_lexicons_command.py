"""``gazetteer naming lexicons`` on a real register."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gazetteer.naming.lexicon_files import LEXICON_IDS, read_shipped_text
from gazetteer.problems import InvalidValue
from gazetteer.settings import get_settings
from web.commands import cli

HEADER = "# source: office\n# coverage: Guangzhou\n# licence: none\nname\tdivision_code\tlist\n"
Run = Callable[..., Result]


@pytest.fixture
def run(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    monkeypatch.setenv("GAZETTEER_DATABASE_URL", database)
    monkeypatch.setenv("LC_ALL", "C")
    get_settings.cache_clear()

    def command(*arguments: str) -> Result:
        result = CliRunner().invoke(cli, ["naming", "lexicons", *arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    yield command
    get_settings.cache_clear()


def test_lexicons_are_listed_with_source_and_coverage(run: Run) -> None:
    listed = json.loads(run("list", "--json").stdout)
    assert [lexicon["id"] for lexicon in listed] == list(LEXICON_IDS)
    characters = listed[0]
    assert characters["entries"] == 8105
    assert characters["source"] and characters["coverage"] and characters["licence"]
    assert characters["installed_at"] is None
    text = run("list").stdout
    assert "characters: 8105 entries" in text
    assert "coverage: empty: fill in" in text


def test_a_lexicon_is_shown_changed_and_put_in_its_place(run: Run, tmp_path: Path) -> None:
    assert run("show", "generics").stdout == read_shipped_text("generics")
    file = tmp_path / "protected.tsv"
    file.write_text(HEADER + "沙面大街\t440103\t第一批\n", encoding="utf-8")
    assert "1 entry" in run("replace", "protected_names", str(file)).stdout
    assert run("show", "protected_names").stdout == file.read_text("utf-8")
    assert "installed by operator:" in run("list").stdout


def test_a_faulty_file_is_refused_with_line_and_column(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "protected.tsv"
    for content in (f"{HEADER}沙面大街\t440103\n".encode(), HEADER.encode() + b"\xff\t\t\n"):
        file.write_bytes(content)
        with pytest.raises(InvalidValue, match="Line 5, column"):
            run("replace", "protected_names", str(file))
    assert "coverage: empty: fill in" in run("list").stdout

"""What the documents refer to exists: files, links, settings, commands."""

import re
from pathlib import Path

import pytest

from gazetteer.settings import DEFAULTS, Settings
from web.commands import COMMANDS

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FOLDERS = (
    "benchmarks", "boundaries", "docs", "fixtures", "gazetteer", "migrations", "tests", "tools",
    "web",
)  # fmt: skip
HISTORY = ROOT / "CHANGELOG.md"
"""Its older entries may name files that have moved since."""
FORMER_SETTINGS = {"GAZETTEER_KEY_RATE_LIMIT"}
"""Names of settings that only the history may give."""
PICTURES = sorted((ROOT / "docs").rglob("*.png"))
LARGEST_PICTURE, ALL_PICTURES = 100_000, 3_000_000


def relative_name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def find_named_files(text: str) -> set[str]:
    """The files and folders of this tree that stand in backticks, by themselves or in a command."""
    words = {word for span in re.findall(r"`([^`\n]+)`", text) for word in span.split()}
    folder = "|".join(FOLDERS)
    return {
        word
        for word in words
        if re.fullmatch(rf"(?:{folder})/[\w./-]*|[\w-]+\.(?:md|toml|lock)|Makefile", word)
    }


@pytest.mark.parametrize("path", DOCUMENTS, ids=relative_name)
def test_every_link_to_a_file_leads_to_one(path: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
    local = [link for link in links if "://" not in link and not link.startswith(("/", "mailto:"))]
    assert [link for link in local if not (path.parent / link).exists()] == []


def test_every_picture_is_shown_by_a_guide_of_its_language() -> None:
    shown = {
        ((path.parent / name).resolve(), "zh" if path.stem.endswith(".zh") else "en")
        for path in DOCUMENTS
        for name in re.findall(r"!\[[^\]]+\]\(([^)\s]+)\)", path.read_text(encoding="utf-8"))
    }
    assert shown == {(path, path.stem.rpartition(".")[2]) for path in PICTURES}


def test_pictures_are_small() -> None:
    sizes = {relative_name(path): path.stat().st_size for path in PICTURES}
    assert {name: size for name, size in sizes.items() if size > LARGEST_PICTURE} == {}
    assert sum(sizes.values()) <= ALL_PICTURES


@pytest.mark.parametrize("path", [path for path in DOCUMENTS if path != HISTORY], ids=relative_name)
def test_every_file_that_is_named_exists(path: Path) -> None:
    files = find_named_files(path.read_text(encoding="utf-8"))
    assert sorted(file for file in files if not (ROOT / file).exists()) == []


def test_files_are_found_by_themselves_and_in_commands() -> None:
    text = "`web/api/jobs.py`, `gazetteer validate fixtures/a.gz`, `make test`, `/v1/jobs`, `a.md`"
    assert find_named_files(text) == {"web/api/jobs.py", "fixtures/a.gz", "a.md"}


@pytest.mark.parametrize("path", DOCUMENTS, ids=relative_name)
def test_every_setting_that_is_named_exists(path: Path) -> None:
    known = {f"GAZETTEER_{name.upper()}" for name in Settings.model_fields}
    named = set(re.findall(r"GAZETTEER_[A-Z][A-Z_]*[A-Z]", path.read_text(encoding="utf-8")))
    assert named <= (known | FORMER_SETTINGS if path == HISTORY else known)


@pytest.mark.parametrize("path", DOCUMENTS, ids=relative_name)
def test_every_command_that_is_named_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^|`|/)gazetteer ([a-z]+)", text, flags=re.MULTILINE))
    assert named <= set(COMMANDS)


def test_every_setting_is_in_the_defaults_with_an_explanation() -> None:
    text = DEFAULTS.read_text(encoding="utf-8")
    for name in Settings.model_fields:
        assert re.search(rf"^GAZETTEER_{name.upper()}=", text, flags=re.MULTILINE), name
    blocks = [block for block in text.split("\n\n") if "=" in block]
    assert all(block.lstrip().startswith("#") for block in blocks)


@pytest.mark.parametrize(
    "path", [path for path in DOCUMENTS if path.with_suffix(".zh.md").exists()], ids=relative_name
)
def test_the_chinese_twin_has_the_same_headings_and_examples(path: Path) -> None:
    english, chinese = (p.read_text(encoding="utf-8") for p in (path, path.with_suffix(".zh.md")))
    assert len(re.findall(r"^#+ ", english, re.M)) == len(re.findall(r"^#+ ", chinese, re.M))
    assert english.count("```") == chinese.count("```")

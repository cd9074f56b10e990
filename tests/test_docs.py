"""What the documents name is there: files, links, settings, commands."""

import re
from pathlib import Path

import pytest

from gazetteer.settings import DEFAULTS, Settings
from web.commands import COMMANDS

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_every_link_to_a_file_leads_to_one(path: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
    local = [link for link in links if "://" not in link and not link.startswith(("/", "mailto:"))]
    assert [link for link in local if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_every_setting_that_is_named_exists(path: Path) -> None:
    known = {f"GAZETTEER_{name.upper()}" for name in Settings.model_fields}
    told = set(re.findall(r"GAZETTEER_[A-Z][A-Z_]*[A-Z]", path.read_text(encoding="utf-8")))
    assert told <= known


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_every_command_that_is_named_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    told = set(re.findall(r"(?:^|`|/)gazetteer ([a-z]+)", text, flags=re.MULTILINE))
    assert told <= set(COMMANDS)


def test_every_setting_stands_in_the_defaults_with_an_explanation() -> None:
    text = DEFAULTS.read_text(encoding="utf-8")
    for name in Settings.model_fields:
        assert re.search(rf"^GAZETTEER_{name.upper()}=", text, flags=re.MULTILINE), name
    blocks = [block for block in text.split("\n\n") if "=" in block]
    assert all(block.lstrip().startswith("#") for block in blocks)


@pytest.mark.parametrize(
    "path", [p for p in DOCUMENTS if p.with_suffix(".zh.md").exists()], ids=named
)
def test_the_chinese_twin_has_the_same_headings_and_examples(path: Path) -> None:
    english, chinese = (p.read_text(encoding="utf-8") for p in (path, path.with_suffix(".zh.md")))
    assert len(re.findall(r"^#+ ", english, re.M)) == len(re.findall(r"^#+ ", chinese, re.M))
    assert english.count("```") == chinese.count("```")

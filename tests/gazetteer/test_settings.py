"""Each setting has a default, and something uses it."""

import re
from pathlib import Path

from gazetteer.settings import DEFAULTS, Settings

ROOT = Path(__file__).parents[2]
NAMES = set(Settings.model_fields)


def test_every_setting_has_its_default_in_one_file() -> None:
    defaults = re.findall(r"^GAZETTEER_(\w+)=", DEFAULTS.read_text("utf-8"), re.MULTILINE)
    assert sorted(defaults) == sorted(name.upper() for name in NAMES)


def test_no_setting_is_without_use() -> None:
    sources = [
        path.read_text("utf-8")
        for package in ("gazetteer", "boundaries", "web")
        for path in (ROOT / package).rglob("*.py")
        if "node_modules" not in path.parts
    ]
    used = {name for text in sources for name in re.findall(r"\.(\w+)", text)}
    assert used >= NAMES

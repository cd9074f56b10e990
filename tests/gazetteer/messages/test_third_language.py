"""A third language is one more file: nothing else has to know of it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import gazetteer

FRENCH = """msgid ""
msgstr ""
"Language: fr\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

msgid "language.name"
msgstr "Français"

msgid "list.separator"
msgstr ", "

msgid "search.count"
msgid_plural "search.count"
msgstr[0] "{n} résultat"
msgstr[1] "{n} résultats"
"""

PROGRAM = """
import json
from gazetteer.accounts.account_fields import check_language
from gazetteer.messages import LANGS, message
from web.commands.terminal_language import detect_terminal_language

check_language("fr")
print(json.dumps({
    "languages": LANGS,
    "none": message("search.count", n=0).text("fr"),
    "many": message("search.count", n=2).text("fr"),
    "missing": message("menu").text("fr"),
    "terminal": detect_terminal_language(),
}))
"""


def test_a_third_language_is_one_file(tmp_path: Path) -> None:
    source = Path(gazetteer.__file__).parents[1]
    for package in ("gazetteer", "boundaries", "web"):
        ignored = shutil.ignore_patterns("client", "static", "__pycache__")
        shutil.copytree(source / package, tmp_path / package, ignore=ignored)
    (tmp_path / "gazetteer" / "messages" / "fr.po").write_text(FRENCH, "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "LC_ALL": "fr_FR.UTF-8"}
    printed = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=tmp_path,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert json.loads(printed) == {
        "languages": ["zh", "en", "fr"],
        "none": "0 résultat",
        "many": "2 résultats",
        "missing": "Menu",
        "terminal": "fr",
    }

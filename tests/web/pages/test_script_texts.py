"""Each page carries every text that its script uses."""

import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

import web

SOURCES = Path(web.__file__).parent / "client" / "src"
SHARED = ("measures.ts", "tools/table.ts")
VALIDATE = ("validate/*.ts", *SHARED)
FINDINGS = (
    *("findings/*.ts", "validate/findings-map.ts", "validate/findings-table.ts"),
    *("validate/rule-dialog.ts", *SHARED),
)
TOOLS = ("tools/*.ts",)
ONLY_WITH_PROPOSALS = {"validate.propose", "validate.proposals"}
"""The table of findings uses them on the page that proposes repairs."""


def ids_in(patterns: tuple[str, ...]) -> tuple[set[str], set[str]]:
    """The ids in literals, and the beginnings of those that are computed."""
    paths = {path for pattern in patterns for path in SOURCES.glob(pattern)}
    assert paths
    text = "\n".join(path.read_text("utf-8") for path in paths)
    computed = set(re.findall(r"\bt\(`([\w.]+)\$", text))
    return set(re.findall(r'\bt\("([\w.]+)"', text)), computed


@pytest.mark.parametrize(
    ("path", "patterns", "other_ids"),
    [
        ("/validate", VALIDATE, ("tool.",)),
        ("/findings", FINDINGS, ("tool.", *ONLY_WITH_PROPOSALS)),
        ("/geocode", TOOLS, ()),
        ("/coverage", TOOLS, ()),
        ("/codes", TOOLS, ()),
    ],
)
def test_a_page_carries_the_texts_of_its_script(
    client: FlaskClient, path: str, patterns: tuple[str, ...], other_ids: tuple[str, ...]
) -> None:
    page = client.get(path).text
    found = re.search(r'<script[^>]* id="tool-texts">(.*?)</script>', page, re.DOTALL)
    assert found
    texts = json.loads(found[1])
    ids, starts = ids_in(patterns)
    assert {id_ for id_ in ids - texts.keys() if not id_.startswith(other_ids or ("-",))} == set()
    assert all(any(id_.startswith(start) for id_ in texts) for start in starts)

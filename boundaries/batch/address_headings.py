"""Which columns of a table hold addresses, by their headings."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from gazetteer.records.levels import UNIT_LEVELS

HEADINGS_FILE = Path(__file__).with_name("address_columns.toml")
_IGNORED = re.compile(r"\([^()]*\)|[\W_]+")


def guess_address_columns(header: Sequence[str]) -> list[int]:
    """The positions of the address and of its parts before it, or of the only column there is.

    Empty where no heading is that of an address.
    """
    if len(header) == 1:
        return [0]
    headings, known = [_fold_heading(text) for text in header], _read_headings()
    address = next((headings.index(name) for name in known["address"] if name in headings), None)
    if address is None:
        return []
    parts = [
        next((headings.index(name) for name in known[level] if name in headings), None)
        for level in UNIT_LEVELS
    ]
    return [*(position for position in parts if position is not None), address]


def _fold_heading(text: str) -> str:
    """A heading in lower case, without what is added to it: *地址(必填)."""
    return _IGNORED.sub("", unicodedata.normalize("NFKC", text).lower())


@cache
def _read_headings() -> Mapping[str, Sequence[str]]:
    return tomllib.loads(HEADINGS_FILE.read_text("utf-8"))

"""What the columns of a table hold, by their headings: addresses and their parts, positions, codes.

The pages guess by the same lists, which they are sent.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from gazetteer.records.levels import UNIT_LEVELS

HEADINGS_FILE = Path(__file__).with_name("column_headings.toml")
_IGNORED = re.compile(r"\([^()]*\)|[\W_]+")


def guess_address_columns(header: Sequence[str]) -> list[int]:
    """The positions of the address and of its parts before it, or of the only column there is.

    Empty where no heading is that of an address.
    """
    if len(header) == 1:
        return [0]
    address = _find_column(header, "address")
    if address is None:
        return []
    parts = (_find_column(header, level) for level in UNIT_LEVELS)
    return [*(position for position in parts if position is not None), address]


def guess_position_columns(header: Sequence[str]) -> tuple[int, int] | None:
    """The positions of longitude and latitude; None where a heading of one is missing."""
    lon, lat = _find_column(header, "lon"), _find_column(header, "lat")
    return None if lon is None or lat is None else (lon, lat)


def guess_code_column(header: Sequence[str]) -> int | None:
    """The position of the division code, or of the only column; None where there is neither."""
    return 0 if len(header) == 1 else _find_column(header, "code")


@cache
def read_headings() -> Mapping[str, Sequence[str]]:
    """The headings of each kind of column as they are compared, the likeliest first."""
    return tomllib.loads(HEADINGS_FILE.read_text("utf-8"))


def _find_column(header: Sequence[str], kind: str) -> int | None:
    headings = [_fold_heading(text) for text in header]
    return next((headings.index(name) for name in read_headings()[kind] if name in headings), None)


def _fold_heading(text: str) -> str:
    """A heading in lower case, without what is added to it: *地址(必填)."""
    return _IGNORED.sub("", unicodedata.normalize("NFKC", text).lower())

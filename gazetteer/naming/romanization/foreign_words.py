"""Foreign words in the place of a generic term (RM-10): ``Nanjing Road`` is no spelling."""

import csv
import re
from functools import cache
from pathlib import Path

FOREIGN_FILE = Path(__file__).with_name("foreign_generics.csv")
_WORD = re.compile(r"[^\W\d_]+")


@cache
def _read_foreign_words() -> frozenset[str]:
    with FOREIGN_FILE.open(encoding="utf-8", newline="") as file:
        return frozenset(row["word"].casefold() for row in csv.DictReader(file))


def find_foreign_generics(spelling: str) -> tuple[str, ...]:
    """The foreign words of a spelling after its first word: ``("Road",)`` of ``Nanjing Road``.

    The first word is a specific part, which may look foreign by chance.
    """
    _first, *others = _WORD.findall(spelling) or [""]
    return tuple(word for word in others if word.casefold() in _read_foreign_words())

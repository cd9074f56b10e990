"""A name that is wrong by one character, looked for only where the rest of the text leads.

Homophones and look-alikes such as 麻冲 for 麻涌 are common in addresses. What lies directly under
the unit that was understood is compared; a single one that fits is taken, and told as a fault.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from gazetteer.records.levels import LEVELS
from gazetteer.search.elements import Element
from gazetteer.search.forms import is_bare
from gazetteer.search.normalize import key_of
from gazetteer.search.view import Spot, View

_NAMED = re.compile(r"[\u3400-\u9fff]{2,6}?(?:街道|镇|乡|区|县|市|村)")


@dataclass(frozen=True, slots=True)
class Correction:
    """The unit that was meant, how it was written, and what is left of the text."""

    spot: Spot
    written: str
    rest: list[Element]

    @property
    def told(self) -> tuple[str, str, str]:
        """Level, text and name of the register, as a fault tells them."""
        return LEVELS[self.spot.level], self.written, self.spot.name


def corrected(view: View, leaf: Spot, parts: Sequence[Element]) -> Correction | None:
    """The one unit under ``leaf`` whose name is a character away from what was not understood."""
    for number, part in enumerate(parts):
        found = _NAMED.match(part.text) if part.kind in ("unmatched", "estate", "poi") else None
        if not found or is_bare(found[0]):  # 高新区 is no way to write 高明区
            continue
        fitting = [s for s in view.below(leaf.node) if _one_apart(key_of(s.name), found[0])]
        if len(fitting) != 1:
            return None
        left = part.text[found.end() :]
        rest = list(parts)
        rest[number : number + 1] = (
            [replace(part, text=left, start=part.start + found.end())] if left else []
        )
        return Correction(fitting[0], found[0], rest)
    return None


def _one_apart(name: str, written: str) -> bool:
    return (
        len(name) == len(written) > 2
        and sum(a != b for a, b in zip(name, written, strict=True)) == 1
    )

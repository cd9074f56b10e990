"""A name that is wrong by one character, searched only where the rest of the text leads.

Homophones and look-alikes such as 麻冲 for 麻涌 are common in addresses. The names directly under
the unit that was recognised are compared; a single one that fits is taken, and is a fault.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from gazetteer.records.levels import LEVELS
from gazetteer.search.index.day_index import DayIndex, UnitRef
from gazetteer.search.text.address_components import AddressComponent
from gazetteer.search.text.name_forms import is_generic_only
from gazetteer.search.text.normalize import normalize_name

_UNIT_NAME = re.compile(r"[\u3400-\u9fff]{2,6}?(?:街道|镇|乡|区|县|市|村)")


@dataclass(frozen=True, slots=True)
class SpellingCorrection:
    """The unit with the correct name, the name as written, and what is left of the text."""

    unit: UnitRef
    written: str
    rest: list[AddressComponent]

    @property
    def fault_details(self) -> tuple[str, str, str]:
        """The level, text and registered name of the fault."""
        return LEVELS[self.unit.level], self.written, self.unit.name


def correct_last_level(
    day_index: DayIndex, leaf: UnitRef, components: Sequence[AddressComponent]
) -> SpellingCorrection | None:
    """The one unit under ``leaf`` whose name differs by one character from an unmatched text."""
    for number, component in enumerate(components):
        match = (
            _UNIT_NAME.match(component.text)
            if component.kind in ("unmatched", "estate", "poi")
            else None
        )
        if not match or is_generic_only(match[0]):  # 高新区 is no way to write 高明区
            continue
        fitting = [
            s
            for s in day_index.iter_children(leaf.node)
            if _is_one_apart(normalize_name(s.name), match[0])
        ]
        if len(fitting) != 1:
            return None
        left = component.text[match.end() :]
        rest = list(components)
        rest[number : number + 1] = (
            [replace(component, text=left, start=component.start + match.end())] if left else []
        )
        return SpellingCorrection(fitting[0], match[0], rest)
    return None


def _is_one_apart(name: str, written: str) -> bool:
    return (
        len(name) == len(written) > 2
        and sum(a != b for a, b in zip(name, written, strict=True)) == 1
    )

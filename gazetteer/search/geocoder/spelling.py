"""A name that is wrong by one character, searched only where the rest of the text leads.

Homophones such as 麻冲 for 麻涌 are common in addresses. The names directly under the unit that was
recognised are compared; a single one that fits is taken, and is a fault. Of a short name one
character is half of it: the two must sound alike.
"""

from gazetteer.search.index.character_readings import sound_alike
from gazetteer.search.index.day_index import DayIndex, UnitRef
from gazetteer.search.text.name_forms import find_township_generic, is_generic_only

_MIN_LONG_NAME = 3
"""Characters of a specific part of which any one may be wrong."""


def find_misspelled_child(day_index: DayIndex, node: int, written: str) -> UnitRef | None:
    """The one unit under a node whose name differs by one character from what is written."""
    if is_generic_only(written):  # 高新区 is no way to write 高明区
        return None
    fitting = [
        unit
        for name, unit in day_index.list_named_children(node)
        if len(name) == len(written) > 2 and _is_misspelled(day_index, name, written)
    ]
    return fitting[0] if len(fitting) == 1 else None


def _is_misspelled(day_index: DayIndex, name: str, written: str) -> bool:
    different = [(a, b) for a, b in zip(name, written, strict=True) if a != b]
    if len(different) != 1:
        return False
    generic = find_township_generic(name) or name[-1]
    if len(name) - len(generic) >= _MIN_LONG_NAME:
        return True
    return sound_alike(day_index, *different[0])

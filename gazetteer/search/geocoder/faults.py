"""What departs from the register in an address, and what each such fault costs.

The score of an answer is 1 less the penalties of its faults, not below 0, with two decimals. It is
no probability. A reader who weighs the faults otherwise decides by the faults themselves.
"""

from collections.abc import Collection
from enum import StrEnum

from gazetteer.messages import Message, message
from gazetteer.search.text.structs import FrozenStruct


class FaultKind(StrEnum):
    """The kind of a discrepancy between an address and the register."""

    NOT_WRITTEN = "not_written"
    SHORT_FORM = "short_form"
    ALIAS = "alias"
    PART_OF_UNIT = "part_of_unit"
    OTHER_GENERIC = "other_generic"
    ORDER = "order"
    FORMER_NAME = "former_name"
    SUCCESSOR = "successor"
    PART_OF_SUCCESSOR = "part_of_successor"
    FORMER_PARENT = "former_parent"
    LATER_NAME = "later_name"
    SPELLED_WRONG = "spelled_wrong"
    CONTRADICTION = "contradiction"
    RELATIVE = "relative"
    UNMATCHED = "unmatched"
    UNSUPPORTED = "unsupported"
    OVERLONG = "overlong"
    AMBIGUOUS = "ambiguous"

    @property
    def message(self) -> Message:
        """The kind of fault, to be worded for a reader."""
        return message(f"fault.{self}")


PENALTIES = {
    FaultKind.NOT_WRITTEN: 0.02,
    FaultKind.SHORT_FORM: 0.01,
    FaultKind.ALIAS: 0.02,
    FaultKind.PART_OF_UNIT: 0.05,
    FaultKind.OTHER_GENERIC: 0.05,
    FaultKind.ORDER: 0.02,
    FaultKind.FORMER_NAME: 0.05,
    FaultKind.SUCCESSOR: 0.05,
    FaultKind.PART_OF_SUCCESSOR: 0.10,
    FaultKind.FORMER_PARENT: 0.10,
    FaultKind.LATER_NAME: 0.05,
    FaultKind.SPELLED_WRONG: 0.15,
    FaultKind.CONTRADICTION: 0.30,
    FaultKind.RELATIVE: 0.05,
    FaultKind.UNMATCHED: 0.05,
    FaultKind.UNSUPPORTED: 0.15,
    FaultKind.OVERLONG: 0.10,
    FaultKind.AMBIGUOUS: 0.40,
}
"""What one fault of the kind costs; unmatched text costs once, however many pieces it has."""


class Fault(FrozenStruct, frozen=True):
    """One fault: at which level, in which piece of the text, and what the register has instead."""

    kind: FaultKind
    level: str | None = None
    text: str | None = None
    registered_name: str | None = None

    @property
    def penalty(self) -> float:
        """What it takes from the score."""
        return PENALTIES[self.kind]


def compute_score(faults: Collection[Fault]) -> float:
    """1 less all penalties, not below 0."""
    if not faults:
        return 1.0
    return max(0.0, round(1.0 - sum([PENALTIES[fault.kind] for fault in faults]), 2))

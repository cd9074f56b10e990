"""What is not as it should be in an address, and what each such fault costs.

The score of an answer is 1 less the penalties of its faults, not below 0; two digits. That is
all: it is no probability. A reader who minds one fault more than another decides by the faults.
"""

from collections.abc import Collection
from enum import StrEnum

from gazetteer.search.text.structs import FrozenStruct


class FaultKind(StrEnum):
    """The kinds of fault; the penalty of each stands in :data:`PENALTIES`."""

    NOT_WRITTEN = "not_written"
    SHORT_FORM = "short_form"
    ALIAS = "alias"
    OTHER_GENERIC = "other_generic"
    ORDER = "order"
    FORMER_NAME = "former_name"
    SUCCESSOR = "successor"
    PART_OF_SUCCESSOR = "part_of_successor"
    FORMER_PARENT = "former_parent"
    SPELLED_WRONG = "spelled_wrong"
    CONTRADICTION = "contradiction"
    RELATIVE = "relative"
    UNMATCHED = "unmatched"
    OVERLONG = "overlong"
    AMBIGUOUS = "ambiguous"


PENALTIES = {
    FaultKind.NOT_WRITTEN: 0.02,
    FaultKind.SHORT_FORM: 0.01,
    FaultKind.ALIAS: 0.02,
    FaultKind.OTHER_GENERIC: 0.05,
    FaultKind.ORDER: 0.02,
    FaultKind.FORMER_NAME: 0.05,
    FaultKind.SUCCESSOR: 0.05,
    FaultKind.PART_OF_SUCCESSOR: 0.10,
    FaultKind.FORMER_PARENT: 0.10,
    FaultKind.SPELLED_WRONG: 0.15,
    FaultKind.CONTRADICTION: 0.30,
    FaultKind.RELATIVE: 0.05,
    FaultKind.UNMATCHED: 0.05,
    FaultKind.OVERLONG: 0.10,
    FaultKind.AMBIGUOUS: 0.40,
}
"""One fault of the kind costs this much; unmatched text costs once, however many pieces."""

FAULT_TEXTS = {
    FaultKind.NOT_WRITTEN: ("未写出该级", "the level is not in the text"),
    FaultKind.SHORT_FORM: ("用了简称", "a short form is used"),
    FaultKind.ALIAS: ("用了别名", "an alias is used"),
    FaultKind.OTHER_GENERIC: ("通名与登记不符", "the generic part is not the register's"),
    FaultKind.ORDER: ("次序不是由大到小", "not in order from large to small"),
    FaultKind.FORMER_NAME: ("用了曾用名", "a former name of the unit is used"),
    FaultKind.SUCCESSOR: (
        "所写单位已撤销，由此单位承继",
        "the unit named has ended; this one follows",
    ),
    FaultKind.PART_OF_SUCCESSOR: (
        "所写单位已撤销，其区域分属数个单位",
        "the unit named has ended and several hold its territory",
    ),
    FaultKind.FORMER_PARENT: (
        "所写为该地从前所属的单位",
        "the territory belonged to the unit named in the past",
    ),
    FaultKind.SPELLED_WRONG: ("有一字之差", "one character differs"),
    FaultKind.CONTRADICTION: ("与其余文字相矛盾", "it contradicts the rest of the text"),
    FaultKind.RELATIVE: ("位置是相对的", "the position is relative to what is named"),
    FaultKind.UNMATCHED: ("有未能理解的文字", "some text was not understood"),
    FaultKind.OVERLONG: ("过长，只读了开头", "too long; only its beginning was read"),
    FaultKind.AMBIGUOUS: ("文字不足以判定", "the text does not decide between candidates"),
}
"""In words, Chinese and English."""


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

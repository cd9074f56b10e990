"""An address cut into segments by what was recognised, to be shown as it was entered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class AddressSegment:
    """A part of the address; ``kind`` is that of its element, ``unit`` or ``unmatched``."""

    text: str
    kind: str


def segment_address(
    address: str, elements: Iterable[Mapping[str, Any]], unmatched: str
) -> list[AddressSegment]:
    """The whole address in segments: its elements by their offsets, the text between them as units.

    ``unmatched`` holds the words that were not recognised, normalised and without offsets: they
    are searched for between the elements.
    """
    unmatched_words = unmatched.split()
    segments: list[AddressSegment] = []
    done = 0
    for element in sorted(elements, key=lambda e: int(e["start"])):
        start, end = max(done, element["start"]), element["end"]
        segments += _segment_gap(address[done:start], unmatched_words)
        if start < end:
            kind = "unit_of_building" if element["kind"] == "unit" else element["kind"]
            segments.append(AddressSegment(address[start:end], kind))
        done = max(done, end)
    return [*segments, *_segment_gap(address[done:], unmatched_words)]


def _segment_gap(text: str, unmatched_words: list[str]) -> list[AddressSegment]:
    for word in unmatched_words:
        before, matched, after = text.partition(word)
        if matched:
            unmatched_words.remove(word)
            return [
                *_segment_gap(before, unmatched_words),
                AddressSegment(word, "unmatched"),
                *_segment_gap(after, unmatched_words),
            ]
    return [AddressSegment(text, "unit" if text.strip(" ,，;；") else "")] if text else []

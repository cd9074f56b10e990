"""An address cut into the pieces that were understood, to be shown as it was written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the address; ``kind`` is that of its element, ``unit`` or ``unmatched``."""

    text: str
    kind: str


def pieces(address: str, elements: Iterable[Mapping[str, Any]], unmatched: str) -> list[Piece]:
    """The whole address in pieces: its elements by their offsets, what is between them as units.

    What was not understood is told without offsets, as the normalised text has it; it is sought
    in what lies between the elements.
    """
    rest = unmatched.split()
    found: list[Piece] = []
    done = 0
    for element in sorted(elements, key=lambda e: int(e["start"])):
        start, end = max(done, element["start"]), element["end"]
        found += _between(address[done:start], rest)
        if start < end:
            kind = "unit_of_building" if element["kind"] == "unit" else element["kind"]
            found.append(Piece(address[start:end], kind))
        done = max(done, end)
    return [*found, *_between(address[done:], rest)]


def _between(text: str, rest: list[str]) -> list[Piece]:
    for word in rest:
        before, found, after = text.partition(word)
        if found:
            rest.remove(word)
            return [*_between(before, rest), Piece(word, "unmatched"), *_between(after, rest)]
    return [Piece(text, "unit" if text.strip(" ,，;；") else "")] if text else []

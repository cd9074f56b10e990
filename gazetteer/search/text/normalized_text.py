"""A text after steps of normalisation, with where each of its characters came from."""

import re
from collections.abc import Callable, Sequence

from gazetteer.search.text.structs import FrozenStruct


class NormalizedText(FrozenStruct, frozen=True):
    """A text after some steps, and where each of its characters came from.

    ``source_offsets[i]`` is the offset in the input of character ``i``, non-decreasing; None while
    nothing has moved. ``source_length`` is the length of the input.
    """

    value: str
    source_length: int
    source_offsets: Sequence[int] | None = None

    def find_source_span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the input behind ``value[start:end]``, half-open."""
        if start >= end:
            return self.find_source_offset(start), self.find_source_offset(start)
        return self.find_source_offset(start), self.find_source_offset(end - 1) + 1

    def find_source_offset(self, position: int) -> int:
        """The offset in the input of one character of ``value``, or of its end."""
        if self.source_offsets is None:
            return position
        return (
            self.source_offsets[position]
            if position < len(self.source_offsets)
            else self.source_length
        )


NormalizationStep = Callable[[NormalizedText], NormalizedText]
Replacement = str | Callable[[re.Match[str]], str]


def substitute_matches(
    text: NormalizedText, pattern: re.Pattern[str], replacement: Replacement
) -> NormalizedText:
    """Matches replaced; every new character points to the beginning of what it stands for."""
    if not (matches := list(pattern.finditer(text.value))):
        return text
    old_offsets = range(len(text.value)) if text.source_offsets is None else text.source_offsets
    pieces: list[str] = []
    source_offsets: list[int] = []
    done = 0
    for match in matches:
        start, end = match.span()
        new = replacement if isinstance(replacement, str) else replacement(match)
        pieces += (text.value[done:start], new)
        source_offsets += old_offsets[done:start]
        source_offsets += [old_offsets[min(start + i, end - 1)] for i in range(len(new))]
        done = end
    pieces.append(text.value[done:])
    source_offsets += old_offsets[done:]
    return NormalizedText("".join(pieces), text.source_length, source_offsets)

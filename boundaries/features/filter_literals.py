"""Literals of CQL2 text (OGC 21-065r2, 8.4) rewritten into the forms that every parser reads."""

import re
from dataclasses import dataclass
from decimal import Decimal

LITERAL = re.compile(r"'(?:\\.|''|[^'\\])*'", re.DOTALL)
"""A character literal: a quotation mark in it is doubled, or follows a backslash."""
_NUMBER = r"(?<![\w.])(?:\d+\.?\d*E[+-]?\d{1,3}|\.\d+(?:E[+-]?\d{1,3})?)(?![\w.])"
_TOKEN = re.compile(
    rf"({LITERAL.pattern})|(\"(?:[^\"]|\"\")*\")|({_NUMBER})", re.DOTALL | re.IGNORECASE
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_CONTROLS = {"a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r"}


@dataclass(frozen=True, slots=True)
class RewrittenText:
    """A filter whose literals are rewritten, and what of it stands where in the original.

    ``shifts`` are offsets in ``text`` with the offsets in the original that they come from.
    """

    text: str
    shifts: tuple[tuple[int, int], ...]

    def find_position(self, offset: int) -> int:
        """The position in the original, from 1, of an offset in the rewritten text."""
        own, original = max(pair for pair in self.shifts if pair[0] <= offset)
        return original + offset - own + 1


def rewrite_literals(text: str) -> RewrittenText:
    """A filter with quotation marks doubled, control characters as such and plain decimal numbers.

    A backslash before any other character stays, so that it can escape a wildcard of LIKE.
    """
    parts: list[str] = []
    shifts = [(0, 0)]
    end = length = 0
    for found in _TOKEN.finditer(text):
        literal, identifier, number = found.groups()
        if identifier is not None:
            continue
        before = text[end : found.start()]
        new = _rewrite_literal(literal) if number is None else f"{Decimal(number):f}"
        parts += (before, new)
        length += len(before) + len(new)
        end = found.end()
        shifts.append((length, end))
    return RewrittenText("".join((*parts, text[end:])), tuple(shifts))


def _rewrite_literal(literal: str) -> str:
    return "'" + _ESCAPE.sub(_decode_escape, literal[1:-1]) + "'"


def _decode_escape(found: re.Match[str]) -> str:
    character = found[1]
    if character == "'":
        return "''"
    return _CONTROLS.get(character, "\\" if character == "\\" else found[0])

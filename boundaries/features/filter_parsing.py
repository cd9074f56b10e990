"""Filters in CQL2 (OGC 21-065r2), as text or as JSON, read into one tree.

The grammar is that of the library ``cql2``; what a tree means is decided in
:mod:`boundaries.features.filter_sql`. Its parser is recursive and has no limit of its own: a text
nested some thousand times deep would end the process. It knows neither the escapes of literals
(``/req/cql2-text/escaping``) nor numbers such as ``.5``, or ``1E2`` in coordinates:
:mod:`boundaries.features.filter_literals` rewrites them before.
"""

import re
from typing import Any

import cql2
import orjson

from boundaries.features.filter_literals import LITERAL, RewrittenText, rewrite_literals
from gazetteer.messages import Message, message
from gazetteer.problems import InvalidValue

FilterTree = Any
"""CQL2 as JSON: objects with ``op`` and ``args``, properties, literals and geometries."""
MAX_CHARACTERS = 20_000
MAX_NESTING = 64
_FIELD = "filter"
_PLACE = re.compile(r"--> (\d+):(\d+)")
_JSON_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|[\[{\]}]', re.DOTALL)
_TEXT_TOKEN = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|[(),]|[-+*/%^<>=]|\b(?:and|or|not|like|in|is|between|div)\b""",
    re.IGNORECASE,
)


class FilterError(InvalidValue):
    """A filter that cannot be read or evaluated; ``position`` says where.

    In a text it is the number of the character, from 1; in JSON the pointer (RFC 6901).
    """

    code = "invalid_filter"

    def __init__(self, words: Message, position: int | str | None) -> None:
        super().__init__(words, field=_FIELD, position=position)


def parse_text(text: str) -> FilterTree:
    """The tree of a filter in CQL2 text.

    Raises:
        FilterError: with the position of what was not expected.
    """
    _check_size(text)
    rewritten = rewrite_literals(text)
    _check_text_nesting(rewritten)
    try:
        return orjson.loads(orjson.dumps(cql2.parse_text(rewritten.text).to_json()))
    except cql2.ParseError as error:
        raise _describe_parse_error(str(error), rewritten) from None


def parse_json(text: str) -> FilterTree:
    """The tree of a filter in CQL2 JSON.

    Raises:
        FilterError: it is no JSON; with the position in the text.
    """
    _check_size(text)
    _check_json_nesting(text)
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        words = message("feature.filter_not_json", position=error.pos + 1)
        raise FilterError(words, error.pos + 1) from None


def locate_name(text: str, name: str) -> int | None:
    """The position of the first use of a property in a text, from 1; not within a literal."""
    without_literals = LITERAL.sub(lambda found: " " * len(found[0]), text)
    pattern = rf'(?<![\w"]){re.escape(name)}(?![\w"])|"{re.escape(name)}"'
    found = re.search(pattern, without_literals)
    return found.start() + 1 if found else None


def _check_size(text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        words = message("feature.filter_too_long", limit=MAX_CHARACTERS)
        raise FilterError(words, MAX_CHARACTERS + 1)


def _check_json_nesting(text: str) -> None:
    depth = 0
    for found in _JSON_TOKEN.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(found[0], 0)
        if depth > MAX_NESTING:
            raise _describe_nesting(found.start() + 1)


def _check_text_nesting(rewritten: RewrittenText) -> None:
    """Count what the parser descends into: brackets, and operators without AND, OR or a comma."""
    chains = [0]  # operators of each open bracket
    for found in _TEXT_TOKEN.finditer(rewritten.text):
        part = found[0].lower()
        if part[0] in "'\"":
            continue
        if part == "(":
            chains.append(0)
        elif part == ")":
            chains = chains[:-1] or [0]
        elif part in (",", "and", "or"):
            chains[-1] = 0
        else:
            chains[-1] += 1
        if len(chains) + sum(chains) > MAX_NESTING:
            raise _describe_nesting(rewritten.find_position(found.start()))


def _describe_nesting(position: int) -> FilterError:
    return FilterError(message("feature.filter_too_deep", limit=MAX_NESTING), position)


def _describe_parse_error(described: str, rewritten: RewrittenText) -> FilterError:
    found = _PLACE.search(described)
    if found is None:
        return FilterError(message("feature.filter_unreadable", position=1), 1)
    line, column = int(found[1]), int(found[2])
    before = rewritten.text.split("\n")[: line - 1]
    position = rewritten.find_position(sum(len(one) + 1 for one in before) + column - 1)
    return FilterError(message("feature.filter_unreadable", position=position), position)

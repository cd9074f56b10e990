"""A large JSON object whose one long array is read item by item.

As lists of Python numbers, the polygons of a country take ten times the memory of their text.
"""

import json
import re
from collections.abc import Callable
from typing import Any

_DECODER = json.JSONDecoder()
_FEATURE_START = re.compile(
    r"""\s*\{[^{}]*"type"\s*:\s*"Feature"|\s*\{\s*"(?:properties|geometry|id)\""""
)
_SEQUENCE_SIGNS = "\x1e \r\t"
_SPACE = re.compile(r"[ \t\n\r]*")


def read_object(text: str, array: str, take_item: Callable[[int, Any], Any]) -> Any:
    """The object of a JSON text; of its member ``array`` what ``take_item`` makes of each item.

    NaN and Infinity are accepted. A text that is no object is returned as what it is.

    Args:
        text: the JSON.
        array: the name of a member; if it is an array, its items are taken one after the other.
        take_item: called with the number and the value of each item, which is not kept.

    Raises:
        json.JSONDecodeError: with the position of the fault.
        RecursionError: nested too deeply.
    """
    at = _skip_space(text, 0)
    if text[at : at + 1] != "{":
        return json.loads(text)
    members: dict[str, Any] = {}
    at = _skip_space(text, at + 1)
    is_first = True
    while text[at : at + 1] != "}":
        at = at if is_first else _skip_sign(text, at, ",")
        is_first = False
        if text[at : at + 1] != '"':
            raise json.JSONDecodeError(
                "Expecting property name enclosed in double quotes", text, at
            )
        name, at = _DECODER.raw_decode(text, at)
        at = _skip_sign(text, _skip_space(text, at), ":")
        if name == array and text[at : at + 1] == "[":
            members[name], at = _read_array(text, at + 1, take_item)
        else:
            members[name], at = _DECODER.raw_decode(text, at)
        at = _skip_space(text, at)
    at = _skip_space(text, at + 1)
    if at < len(text):
        raise json.JSONDecodeError("Extra data", text, at)
    return members


def read_sequence(text: str, take_item: Callable[[int, Any], Any]) -> dict[str, Any] | None:
    """A collection of the features that stand one on each line (RFC 8142); None for other texts.

    The first line must be a whole feature, and another must follow.

    Raises:
        json.JSONDecodeError: A later line is none.
    """
    begin = text[:1].strip("\x1e") + text[1:100]
    if not _FEATURE_START.match(begin):
        return None
    first, _, rest = text.partition("\n")
    if not rest.strip("\x1e \r\n\t"):
        return None
    try:
        _DECODER.decode(first.strip(_SEQUENCE_SIGNS))
    except json.JSONDecodeError:
        return None
    items: list[Any] = []
    for line in text.split("\n"):
        bare = line.strip(_SEQUENCE_SIGNS)
        if bare:
            items.append(take_item(len(items), json.loads(bare)))
    return {"type": "FeatureCollection", "features": items}


def _read_array(text: str, at: int, take_item: Callable[[int, Any], Any]) -> tuple[list[Any], int]:
    """The items of an array that begins before ``at``, and the position after its end."""
    items: list[Any] = []
    at = _skip_space(text, at)
    while text[at : at + 1] != "]":
        at = _skip_sign(text, at, ",") if items else at
        value, at = _DECODER.raw_decode(text, at)
        items.append(take_item(len(items), value))
        at = _skip_space(text, at)
    return items, at + 1


def _skip_sign(text: str, at: int, sign: str) -> int:
    """The position of what follows a sign that has to stand at ``at``."""
    if text[at : at + 1] != sign:
        raise json.JSONDecodeError(f"Expecting '{sign}' delimiter", text, at)
    return _skip_space(text, at + 1)


def _skip_space(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at

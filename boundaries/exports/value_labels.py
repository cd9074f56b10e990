"""Columns for people in an export: the words of coded values, beside the codes for programs."""

from collections.abc import Mapping, Sequence
from typing import Any

from gazetteer.messages import Lang, has_message, message

LABEL_SUFFIX = "_label"

_MESSAGE_AREAS = {
    "level": "level",
    "left_level": "level",
    "right_level": "level",
    "unit_type": "unit_type",
    "legal_class": "legal_class",
    "beyond": "beyond",
}
"""The coded columns, and the area of the message catalogue that has the words of their values."""


def add_label_columns(columns: Mapping[str, Sequence[Any]], lang: Lang) -> dict[str, Sequence[Any]]:
    """The columns with a further one after each coded column: its values in a language.

    A value that the catalogue does not have is repeated as it is.
    """
    labelled: dict[str, Sequence[Any]] = {}
    for name, values in columns.items():
        labelled[name] = values
        area = _MESSAGE_AREAS.get(name)
        if area is not None:
            words = {value: _word_value(area, value, lang) for value in set(values)}
            labelled[name + LABEL_SUFFIX] = [words[value] for value in values]
    return labelled


def _word_value(area: str, value: Any, lang: Lang) -> Any:
    id_ = f"{area}.{value}"
    return message(id_).text(lang) if value is not None and has_message(id_) else value

"""A message: an id and parameters where something is to be said, worded when somebody reads it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from babel.lists import format_list

from gazetteer.messages.catalogue import Lang, find_template

_LIST_SEPARATOR = "list.separator"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Alternatives as a parameter: *a, b or c* in the language of the reader."""

    values: Sequence[object]


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be said. Parameters are numbers, texts, dates, lists, :class:`AnyOf`, messages.

    Lists are worded as enumerations; the parameter ``n`` decides between singular and plural.
    """

    id: str
    params: Mapping[str, object] = field(default_factory=dict)

    def __hash__(self) -> int:
        """Equal messages have equal ids; parameters may be lists, which have no hash."""
        return hash(self.id)

    def __str__(self) -> str:
        """The English words, for logs and tracebacks."""
        return self.text("en")

    def text(self, lang: Lang) -> str:
        """The words in a language.

        Raises:
            KeyError: No catalogue has the id, or its words need a parameter that is missing.
        """
        n = self.params.get("n")
        template = find_template(self.id, lang, n if isinstance(n, int) else None)
        return template.format_map(
            {name: _word_parameter(value, lang) for name, value in self.params.items()}
        )

    def as_json(self) -> dict[str, Any]:
        """The message as it is stored: :func:`read_message` makes it again."""
        params = {name: _serialize_parameter(value) for name, value in self.params.items()}
        return {"id": self.id, "params": params}


def message(id_: str, /, **params: object) -> Message:
    """The message of an id with its parameters by name."""
    return Message(id_, params)


def read_message(stored: Mapping[str, Any]) -> Message:
    """A message out of its stored form."""
    params = stored["params"].items()
    return Message(stored["id"], {name: _read_parameter(value) for name, value in params})


def _word_parameter(value: object, lang: Lang) -> object:
    match value:
        case Message():
            return value.text(lang)
        case AnyOf():
            words = [str(_word_parameter(part, lang)) for part in value.values]
            return format_list(words, "or", locale=lang)
        case list() | tuple():
            words = [str(_word_parameter(part, lang)) for part in value]
            return find_template(_LIST_SEPARATOR, lang).join(words)
        case _:
            return value


def _serialize_parameter(value: object) -> object:
    match value:
        case Message():
            return {"message": value.as_json()}
        case AnyOf():
            return {"any_of": [_serialize_parameter(part) for part in value.values]}
        case list() | tuple():
            return [_serialize_parameter(part) for part in value]
        case date():
            return value.isoformat()
        case bool() | int() | float() | str() | None:
            return value
        case _:
            return str(value)


def _read_parameter(value: Any) -> object:
    match value:
        case {"message": stored}:
            return read_message(stored)
        case {"any_of": values}:
            return AnyOf([_read_parameter(part) for part in values])
        case list():
            return [_read_parameter(part) for part in value]
        case _:
            return value

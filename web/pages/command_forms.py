"""Forms of the commands that need no drawing, made from what the commands take."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from boundaries.drafts.command_registry import NAME_COMMANDS, UNIT_COMMANDS
from gazetteer.messages import Lang, message
from gazetteer.problems import InvalidValue
from gazetteer.records.commands.command import Command
from web.pages.draft_records import word_value


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of a form; ``kind`` is ``text``, ``position``, ``choice`` or ``switch``."""

    name: str
    label: str
    kind: str
    required: bool
    choices: tuple[tuple[str, str], ...] = ()
    checked: bool = False


@dataclass(frozen=True, slots=True)
class CommandForm:
    """A command with the fields of its form."""

    name: str
    title: str
    fields: tuple[FormField, ...]


FORM_COMMANDS: Mapping[str, Command] = {
    command.name: command for command in (*UNIT_COMMANDS, *NAME_COMMANDS)
}


def list_command_forms(lang: Lang) -> list[CommandForm]:
    """The forms in a language."""
    return [
        CommandForm(
            command.name,
            message(f"command.title.{command.name}").text(lang),
            tuple(_iter_fields(command, lang)),
        )
        for command in FORM_COMMANDS.values()
    ]


def parse_command_form(command: Command, sent: Mapping[str, str]) -> dict[str, Any]:
    """The arguments that a form sent; empty fields are left out.

    Raises:
        InvalidValue: a position is not two numbers.
    """
    arguments: dict[str, Any] = {}
    for name, field in command.arguments.model_fields.items():
        kind, value = _find_kind(field), sent.get(name, "").strip()
        if kind == "switch":
            arguments[name] = bool(value)
        elif value:
            arguments[name] = parse_position(name, value) if kind == "position" else value
    return arguments


def parse_position(name: str, value: str) -> list[float]:
    """Longitude and latitude in degrees, written with a comma between them.

    Raises:
        InvalidValue: ``value`` is not two numbers; names the field ``name``.
    """
    try:
        lon, lat = (float(part) for part in value.replace("，", ",").split(","))
    except ValueError:
        raise InvalidValue(message("drafts.not_a_position"), field=name) from None
    return [lon, lat]


def _iter_fields(command: Command, lang: Lang) -> Iterator[FormField]:
    for name, field in command.arguments.model_fields.items():
        kind = _find_kind(field)
        choices = tuple(
            (choice, word_value(choice, lang)) for choice in _list_choices(field.annotation)
        )
        label = message(f"command.field.{name}").text(lang)
        checked = kind == "switch" and bool(field.default)
        yield FormField(name, label, kind, field.is_required(), choices, checked)


def _find_kind(field: FieldInfo) -> str:
    types = set(_iter_types(field.annotation))
    if bool in types:
        return "switch"
    if tuple in types:
        return "position"
    return "choice" if _list_choices(field.annotation) else "text"


def _iter_types(annotation: Any) -> Iterator[Any]:
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        for part in get_args(annotation):
            yield from _iter_types(part)
    else:
        yield origin or annotation


def _list_choices(annotation: Any) -> tuple[str, ...]:
    return tuple(get_args(annotation)) if get_origin(annotation) is Literal else ()

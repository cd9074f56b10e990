"""A command: its arguments as people and programs send them, and what it does on one day."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, get_args
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from gazetteer.accounts.roles import Action
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.step_play import StepIds
from gazetteer.records.commands.unit_lookup import find_unit_id

_UNIT_PATTERN = r"^(\d{6}|\d{9}|\d{12}|[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12})$"


class NamesUnit:
    """Marks an argument that names a unit: by its code on the day, or by its id."""


UnitReference = Annotated[
    str,
    NamesUnit,
    Field(pattern=_UNIT_PATTERN, description="Unit: its code on the day of effect, or its id"),
]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Position = tuple[Longitude, Latitude]
"""Longitude and latitude in degrees of CGCS2000."""
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^\S(.*\S)?$")]


class CommandArguments(BaseModel):
    """The arguments of a command; unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Command:
    """A command by its name; ``play`` raises a problem if it cannot be done on the day.

    ``actions``: whoever may do one of them over the unit of the draft may take the command.
    """

    name: str
    arguments: type[CommandArguments]
    play: Callable[[DayRecords, Any, StepIds], None]
    actions: tuple[Action, ...] = (Action.EDIT_BOUNDARIES,)


def resolve_units(records: DayRecords, arguments: CommandArguments) -> CommandArguments:
    """The arguments with ids for codes: a step means the same unit whenever it is played.

    Raises:
        NotFound: no unit has the code on the day.
    """
    resolved: dict[str, Any] = {}
    for name, field in type(arguments).model_fields.items():
        value = getattr(arguments, name)
        if isinstance(value, CommandArguments):
            resolved[name] = resolve_units(records, value)
        elif NamesUnit in field.metadata or _names_unit(field.annotation):
            resolved[name] = _resolve_value(records, value, name)
        elif isinstance(value, tuple) and any(isinstance(v, CommandArguments) for v in value):
            resolved[name] = tuple(resolve_units(records, part) for part in value)
    return arguments.model_copy(update=resolved)


def _names_unit(annotation: Any) -> bool:
    return annotation is NamesUnit or any(map(_names_unit, get_args(annotation)))


def _resolve_value(records: DayRecords, value: Any, field: str) -> Any:
    if isinstance(value, tuple):
        return tuple(_resolve_value(records, part, field) for part in value)
    return None if value is None else str(find_unit_id(records, value, field))


def parse_unit_id(reference: str) -> UUID:
    """The id of a unit in arguments that were resolved."""
    return UUID(reference)

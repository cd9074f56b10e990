"""The parameters ``at``, ``known_at`` and ``basis``, which every read takes."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any

from flask import request
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    ValidationError,
)
from pydantic_core import PydanticCustomError

from gazetteer.ledger.as_of import AsOf, Basis, today
from web.http.endpoints import Parameters
from web.http.validation_errors import build_invalid_value

CODE_PATTERN = r"^([0-9]{6}|[0-9]{9}|[0-9]{12})$"

Code = Annotated[
    str,
    Field(
        description="Division code: 6 digits to county, 9 to township, 12 to village",
        pattern=CODE_PATTERN,
        examples=["440106"],
    ),
]

_DAY_PATTERN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_INSTANT_PATTERN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:.+", re.ASCII)


def _check_day_text(value: Any) -> Any:
    """Let through what is written as a day: a bare number is not taken for seconds since 1970."""
    if isinstance(value, str) and not _DAY_PATTERN.fullmatch(value):
        raise PydanticCustomError("date_form", "write it as YYYY-MM-DD")
    return value


def _check_instant_text(value: Any) -> Any:
    if isinstance(value, str) and not _INSTANT_PATTERN.fullmatch(value):
        raise PydanticCustomError("datetime_form", "write it with date, time and offset")
    return value


def _convert_to_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("datetime_range", "outside the calendar in UTC") from None


Day = Annotated[date, BeforeValidator(_check_day_text)]
"""A calendar day, written YYYY-MM-DD and in no other way."""

Instant = Annotated[
    AwareDatetime, BeforeValidator(_check_instant_text), AfterValidator(_convert_to_utc)
]
"""A moment with its offset."""


class AsOfParams(Parameters):
    """The moment that a question is about."""

    at: Day | None = Field(None, description="In force on this day (Asia/Shanghai); default today")
    known_at: Instant | None = Field(
        None, description="As known at this moment; default now. With an offset or Z"
    )
    basis: Basis = Field(
        Basis.EFFECTIVE,
        description="Which date of an act decides: its effect, announcement or implementation",
    )

    def to_as_of(self) -> AsOf:
        """The moment as a value, with its defaults."""
        return AsOf(self.at or today(), self.known_at, self.basis)


def parse_as_of_args() -> AsOf:
    """The moment from the query of a page; other parameters are the page's own.

    Raises:
        InvalidValue: names the parameter.
    """
    names = ("at", "known_at", "basis")
    values = {name: request.args[name] for name in names if request.args.get(name)}
    try:
        return AsOfParams.model_validate(values).to_as_of()
    except ValidationError as error:
        raise build_invalid_value(error) from None

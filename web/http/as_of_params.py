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
from gazetteer.records.written_codes import strip_filling
from web.http.endpoints import Parameters
from web.http.text_patterns import CODE_PATTERN
from web.http.validation_errors import build_invalid_value

WrittenCode = Annotated[
    str,
    Field(
        description="Division code: 6 digits down to the county, 9 for a township, 12 for a"
        " village; or filled up with zeros to 9 or 12 digits",
        pattern=CODE_PATTERN,
        examples=["440106"],
    ),
]
"""A code as lists write it."""

Code = Annotated[WrittenCode, AfterValidator(strip_filling)]
"""The code of a unit, without the zeros of a list."""

_DAY_PATTERN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_INSTANT_PATTERN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:.+", re.ASCII)


def _check_day_text(value: Any) -> Any:
    """Accept only the form YYYY-MM-DD: pydantic would take a bare number for seconds since 1970."""
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

AtDay = Annotated[
    Day | None,
    Field(
        description="Date on which the data is in force, `YYYY-MM-DD` (Asia/Shanghai);"
        " default: today"
    ),
]
KnownAt = Annotated[
    Instant | None,
    Field(
        description="Time up to which recorded data is taken into account, ISO 8601 with UTC offset"
        " or `Z`; default: now"
    ),
]
ActDate = Annotated[
    Basis,
    Field(
        description="Date of a legal act from which a change counts: `effective` (default),"
        " `announced` or `implemented`"
    ),
]


class AsOfParams(Parameters):
    """The moment of a request."""

    at: AtDay = None
    known_at: KnownAt = None
    basis: ActDate = Basis.EFFECTIVE

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

"""The parameters ``at``, ``known_at`` and ``basis``, which every read takes."""

from datetime import date, datetime
from typing import Annotated

from flask import request
from pydantic import AwareDatetime, Field, ValidationError

from gazetteer.ledger.asof import AsOf, Basis, today
from web.contract import Parameters
from web.mistakes import invalid_value

CODE_FORM = r"^(\d{6}|\d{9}|\d{12})$"

Code = Annotated[
    str,
    Field(
        description="Division code: 6 digits to county, 9 to township, 12 to village",
        pattern=CODE_FORM,
        examples=["440106"],
    ),
]


class Moment(Parameters):
    """The moment that a question is about."""

    at: date | None = Field(
        None, description="In force on this day (Asia/Shanghai); default today", strict=False
    )
    known_at: AwareDatetime | None = Field(
        None, description="As known at this moment; default now. With an offset or Z"
    )
    basis: Basis = Field(
        Basis.EFFECTIVE,
        description="Which date of an act decides: its effect, announcement or implementation",
    )

    def as_of(self) -> AsOf:
        """The moment as a value, with its defaults."""
        known_at: datetime | None = self.known_at
        return AsOf(self.at or today(), known_at, self.basis)


def as_of_from_request() -> AsOf:
    """The moment from the query of a page; other parameters are the page's own.

    Raises:
        InvalidValue: names the parameter.
    """
    names = ("at", "known_at", "basis")
    given = {name: request.args[name] for name in names if request.args.get(name)}
    try:
        return Moment.model_validate(given).as_of()
    except ValidationError as error:
        raise invalid_value(error) from None

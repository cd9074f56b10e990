"""Dates and moments (RFC 3339) as days: the register knows no smaller unit of time."""

import re
from datetime import date, datetime

from gazetteer.ledger.as_of import SHANGHAI

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE
)


def read_instant(text: str) -> date:
    """The day of a date, or that of a moment in Shanghai.

    Raises:
        ValueError: it is neither.
    """
    if _DATE.fullmatch(text):
        return date.fromisoformat(text)
    if not _MOMENT.fullmatch(text):
        raise ValueError(text)
    try:
        return datetime.fromisoformat(text.upper()).astimezone(SHANGHAI).date()
    except OverflowError as error:
        raise ValueError(text) from error

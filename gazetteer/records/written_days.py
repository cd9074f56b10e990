"""Days as people and tables write them."""

import calendar
import re
from datetime import date

from gazetteer.messages import message
from gazetteer.problems import InvalidValue

_DAY_PATTERN = re.compile(
    r"(\d{4})(?:[-/.年](?:(\d{1,2})(?:[-/.月](?:(\d{1,2})日?)?)?)?)?(?:[T ].*)?", re.ASCII
)


def parse_written_day(text: str, today: date) -> date:
    """A day as tables write it: 1984, 1984-06, 1984-06-01, 1984年6月1日, or with a time.

    A year or a month stands for its last day, when all its changes have happened; the one that
    is not over stands for today.

    Raises:
        InvalidValue: it is none.
    """
    day_match = _DAY_PATTERN.fullmatch(text)
    try:
        if day_match:
            year, month, day = (int(part) if part else 0 for part in day_match.groups())
            if day:
                return date(year, month, day)
            first, last = date(year, month or 1, 1), month or 12
            end = date(year, last, calendar.monthrange(year, last)[1])
            return today if first <= today < end else end
    except ValueError:
        pass  # no such year, month or day
    raise InvalidValue(message("reconcile.not_a_day", value=text))

"""What a person decided about the rows of a file, as a form or a command has it: ``3=440106``."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from gazetteer.messages import message
from gazetteer.problems import InvalidValue

_FIELD = "decisions"
_DECISION = re.compile(r"(?P<row>[1-9][0-9]{0,8})\s*=\s*(?P<choice>[\w-]{1,64})", re.ASCII)


class RowDecision(NamedTuple):
    """The number of a row, of which the first below the header is 1, and what was chosen for it."""

    row: int
    choice: str


def parse_decisions(texts: Iterable[str]) -> tuple[RowDecision, ...]:
    """Decisions, each written ``row=choice``.

    Raises:
        InvalidValue: one is written otherwise, or two are about one row.
    """
    decisions: dict[int, str] = {}
    for text in texts:
        written = _DECISION.fullmatch(text.strip())
        if written is None:
            raise InvalidValue(message("batch.malformed_decision", text=text), field=_FIELD)
        row = int(written["row"])
        if row in decisions:
            raise InvalidValue(message("batch.repeated_decision", row=row), field=_FIELD)
        decisions[row] = written["choice"]
    return tuple(RowDecision(row, choice) for row, choice in decisions.items())


def index_decisions(decisions: Iterable[RowDecision], rows: int) -> Mapping[int, str]:
    """The choices by row, for a file of so many rows.

    Raises:
        InvalidValue: the file has no such row.
    """
    for decision in decisions:
        if decision.row > rows:
            words = message("batch.no_such_row", row=decision.row, n=rows)
            raise InvalidValue(words, field=_FIELD)
    return {decision.row: decision.choice for decision in decisions}

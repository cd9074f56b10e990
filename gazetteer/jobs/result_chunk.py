"""What a job produces piece by piece."""

from typing import NamedTuple


class ResultChunk(NamedTuple):
    """A piece of a result: its text, the rows that it answers, and the records read for it.

    Records are rows and the blank lines between them.
    """

    text: str
    rows: int
    records: int

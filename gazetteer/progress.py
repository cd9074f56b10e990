"""How long work reports its progress: to a bar on a terminal, to a job, or to nobody."""

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[int, int, str], None]
"""Called with how many steps are done, how many there are, and what is being done."""


def ignore_progress(_done: int, _total: int, _what: str) -> None:
    """The progress that nobody follows."""

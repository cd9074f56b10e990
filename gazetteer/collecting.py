"""How often the collector of cycles looks at all that a process remembers.

What is remembered for quick answers is old and holds no cycles; by the usual figures it would be
walked through every few seconds, while nobody is answered for a tenth of a second.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_SELDOM = (20_000, 50, 50)
"""After how many new objects young ones are looked at, and how seldom middling and old ones."""


def collect_seldom() -> None:
    """Let the collector look at remembered objects seldom, for the rest of the process."""
    gc.set_threshold(*_SELDOM)


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """The same for a while; it never waits altogether."""
    before = gc.get_threshold()
    collect_seldom()
    try:
        yield
    finally:
        gc.set_threshold(*before)

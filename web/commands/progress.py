"""Progress on anything longer than two seconds: a bar on a terminal, lines in a log."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

ProgressReporter = Callable[[int, int, str], None]
"""Called with: done, total, what is being done."""

_LOG_SECONDS = 5.0


@contextmanager
def show_progress() -> Iterator[ProgressReporter]:
    """A function to call with ``(done, total, what)``; output goes to stderr."""
    if not sys.stderr.isatty():
        yield _log_progress()
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, object] = {}

        def report_progress(done: int, total: int, what: str) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)  # type: ignore[arg-type]

        yield report_progress


def _log_progress() -> ProgressReporter:
    logged_at: dict[str, float] = {}

    def report_progress(done: int, total: int, what: str) -> None:
        now = time.monotonic()
        if what not in logged_at or done >= total or now - logged_at[what] > _LOG_SECONDS:
            logged_at[what] = now
            print(f"{what}: {done:,} of {total:,}", file=sys.stderr, flush=True)

    return report_progress

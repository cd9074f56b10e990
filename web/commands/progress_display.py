"""Progress of long work on stderr: a bar on a terminal, lines in a log."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as ProgressBars

from gazetteer.messages import Lang, has_message, message
from gazetteer.progress import Progress
from web.commands.terminal_language import command_language

_LOG_SECONDS = 5.0


@contextmanager
def show_progress() -> Iterator[Progress]:
    """A function to call with ``(done, total, stage)``; output goes to stderr."""
    lang = command_language()
    if not sys.stderr.isatty():
        yield _log_progress(lang)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with ProgressBars(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, object] = {}

        def report_progress(done: int, total: int, stage: str) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(_name_stage(stage, lang), total=total)
            bars.update(tasks[stage], completed=done, total=total)  # type: ignore[arg-type]

        yield report_progress


def _log_progress(lang: Lang) -> Progress:
    logged_at: dict[str, float] = {}

    def report_progress(done: int, total: int, stage: str) -> None:
        now = time.monotonic()
        if stage not in logged_at or done >= total or now - logged_at[stage] > _LOG_SECONDS:
            logged_at[stage] = now
            line = message("cli.progress", stage=_name_stage(stage, lang), done=done, total=total)
            print(line.text(lang), file=sys.stderr, flush=True)

    return report_progress


def _name_stage(stage: str, lang: Lang) -> str:
    """The name of a stage of the program; the name of a file stays what it is."""
    id_ = f"cli.progress.{stage}"
    return message(id_).text(lang) if has_message(id_) else stage

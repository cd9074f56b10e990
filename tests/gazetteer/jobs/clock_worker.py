"""A worker whose clock strikes each second, as a process: ``python -m … CONNINFO HOME``."""

import os
import sys
from pathlib import Path

from gazetteer.jobs.clock import PeriodicRun, PeriodicTask
from gazetteer.jobs.job_kind import JobQueue
from gazetteer.jobs.job_runner import JobRunner
from gazetteer.jobs.job_worker import run_worker
from gazetteer.settings import get_settings

STRIKES = "CREATE TABLE strike (due_at timestamptz, process integer)"
EACH_SECOND = "* * * * * *"


def record_strike(run: PeriodicRun) -> None:
    """Note that it was done, and by whom."""
    run.conn.execute("INSERT INTO strike VALUES (%s, %s)", (run.due_at, os.getpid()))


def serve(conninfo: str, home: Path, schedule: str, *, until_idle: bool = False) -> None:
    """Run a worker without kinds of job."""
    settings = get_settings().model_copy(update={"home": home})
    run_worker(
        JobRunner(conninfo, settings, {}),
        [PeriodicTask("strike", schedule, record_strike)],
        JobQueue.SOON,
        until_idle=until_idle,
    )


if __name__ == "__main__":
    serve(sys.argv[1], Path(sys.argv[2]), EACH_SECOND)

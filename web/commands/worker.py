"""``gazetteer worker``: processes the jobs of ``/v1/jobs``, and what the clock says is due."""

import os
import signal
import time
from threading import Event, Thread

import click
from procrastinate.exceptions import ConnectorException

from gazetteer.database.connection_info import register_database
from gazetteer.jobs.job_kind import JobQueue
from gazetteer.jobs.job_runner import JobRunner
from gazetteer.jobs.job_worker import run_worker
from gazetteer.settings import get_settings
from web.commands.terminal_language import CommandFailed, terminal_text
from web.services.job_kinds import JOB_KINDS, PERIODIC_TASKS
from web.supervised_worker import run_supervised_workers, run_workers_until_idle

_POLL_SECONDS = 1.0


@click.command()
@click.option(
    "--queue",
    type=click.Choice([queue.value for queue in JobQueue]),
    help="Process the jobs of this queue only: files (long) or soon (short, and the clock).",
)
@click.option("--until-idle", is_flag=True, help="Stop when no job is waiting, for cron.")
@click.option("--with-parent", type=int, metavar="PID", help="Stop when this parent has ended.")
@click.pass_context
def worker_command(
    context: click.Context, queue: str | None, until_idle: bool, with_parent: int | None
) -> None:
    """Process the jobs of /v1/jobs until stopped, with a process for each queue.

    A job that a killed worker left behind is resumed. Any number of workers may run, on any
    machine that shares the database and the directory of the job files.
    """
    if with_parent is not None:
        Thread(target=_stop_with_parent, args=(with_parent,), daemon=True).start()
    with register_database(get_settings()) as conninfo:
        if queue is not None:
            _serve_one_queue(conninfo, JobQueue(queue), until_idle)
        elif until_idle:
            context.exit(run_workers_until_idle())
        else:
            with run_supervised_workers():
                _wait_for_end()


def _serve_one_queue(conninfo: str, queue: JobQueue, until_idle: bool) -> None:
    runner = JobRunner(conninfo, get_settings(), JOB_KINDS)
    try:
        run_worker(runner, PERIODIC_TASKS, queue, until_idle=until_idle)
    except ConnectorException as error:
        raise CommandFailed(
            terminal_text("cli.database_lost", error=str(error.__cause__))
        ) from error


def _wait_for_end() -> None:
    """Wait for SIGTERM or Ctrl-C."""
    ending = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    ending.wait()


def _stop_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_POLL_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)

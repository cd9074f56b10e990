"""``gazetteer worker``: processes the jobs of ``/v1/jobs``."""

import os
import signal
import time
from functools import partial
from threading import Thread

import click
from procrastinate.exceptions import ConnectorException

from gazetteer.database.connection_info import register_database
from gazetteer.jobs.job_files import JobFiles
from gazetteer.jobs.job_runner import JobRunner
from gazetteer.jobs.job_worker import run_worker
from gazetteer.settings import get_settings
from web.commands.terminal_language import CommandFailed, terminal_text
from web.services.job_kinds import JobPreparer

_POLL_SECONDS = 1.0


@click.command()
@click.option("--until-idle", is_flag=True, help="Stop when no job is waiting, for cron.")
@click.option("--with-parent", type=int, metavar="PID", help="Stop when this parent has ended.")
def worker_command(until_idle: bool, with_parent: int | None) -> None:
    """Process the jobs of /v1/jobs, one after another, until stopped.

    A job that a killed worker left behind is resumed. Any number of workers may run, on any
    machine that shares the database and the directory of the job files.
    """
    if with_parent is not None:
        Thread(target=_stop_with_parent, args=(with_parent,), daemon=True).start()
    ours = get_settings()
    with register_database(ours) as conninfo:
        preparer = JobPreparer(conninfo, ours)
        runner = JobRunner(
            conninfo, partial(JobFiles, ours.jobs_directory), preparer.build_openers()
        )
        try:
            run_worker(runner, ours, until_idle=until_idle)
        except ConnectorException as error:
            raise CommandFailed(
                terminal_text("cli.database_lost", error=str(error.__cause__))
            ) from error


def _stop_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_POLL_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)

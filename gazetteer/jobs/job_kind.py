"""The kinds of job: what a worker does for each, and the queue in which they wait."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from gazetteer.accounts.roles import Action
from gazetteer.jobs.running_job import RunningJob


class JobQueue(StrEnum):
    """A queue; each has workers of its own, so that none waits for the other."""

    FILES = "files"
    """Files of up to millions of rows: one after another, each with all processors."""
    SOON = "soon"
    """Somebody waits for it, or the clock started it: seconds, at most a few minutes."""


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of job.

    ``run`` does the work of a job, and is called again for it after its worker was killed or had to
    stop. Its problems (:class:`gazetteer.problems.Problem`) are shown to whoever asked for the job.

    ``one_at_a_time``: no two jobs of the kind run at once, on any worker.

    ``actions``: whoever may perform one of these, for any unit, may read and delete the jobs; if
    there are none, whoever knows the id of a job may.
    """

    name: str
    queue: JobQueue
    run: Callable[[RunningJob], None]
    one_at_a_time: bool = False
    actions: tuple[Action, ...] = ()

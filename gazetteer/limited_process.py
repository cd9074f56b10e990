"""Work on untrusted files in a process of its own, with limits on time and memory.

A decoder can be made to run for minutes, to take any amount of memory, or to crash. In a child
process none of this affects the processes that serve other users. The parent calls
:func:`run_limited` with the module that does the work; the ``main`` of that module calls
:func:`execute_order`.
"""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gazetteer.messages import read_message
from gazetteer.problems import Problem

_DONE, _REFUSED, _NO_MEMORY = 0, 2, 3
_NICENESS = 10

Order = Mapping[str, Any]
"""What the child is to do, as JSON values."""


@dataclass(frozen=True, slots=True)
class ProcessLimits:
    """The limits of one child process: seconds of wall-clock time, and bytes of memory."""

    seconds: float
    memory: int


class TimeLimitExceeded(Exception):
    """The child did not finish within its time; it was killed."""


class MemoryLimitExceeded(Exception):
    """The child needed more than its memory, or crashed."""


def run_limited(
    module: str, order: Order, limits: ProcessLimits, problem_kinds: Iterable[type[Problem]]
) -> str:
    """Let a module execute an order in a child process.

    Args:
        module: the module to run, which calls :func:`execute_order`.
        order: what it is to do.
        limits: how long it may take, and how much memory.
        problem_kinds: the problems that it may raise.

    Returns:
        What it printed.

    Raises:
        Problem: one of ``problem_kinds``, raised by the child.
        TimeLimitExceeded, MemoryLimitExceeded: the file needs more than the limits.
    """
    try:
        completed = subprocess.run(
            [sys.executable, "-m", module],
            input=json.dumps({**order, "memory": limits.memory}),
            capture_output=True,
            text=True,
            timeout=limits.seconds,
            check=False,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
    except subprocess.TimeoutExpired:
        raise TimeLimitExceeded from None
    if completed.returncode == _REFUSED:
        raise _parse_problem(json.loads(completed.stdout), problem_kinds)
    if completed.returncode == _NO_MEMORY or completed.returncode < 0:
        raise MemoryLimitExceeded
    if completed.returncode != _DONE:
        raise RuntimeError(f"{module} failed:\n{completed.stderr}")
    return completed.stdout


def execute_order(
    execute: Callable[[Order], None], memory_errors: tuple[type[Exception], ...] = ()
) -> None:
    """The child's part: execute the order from stdin, and exit with a code for the outcome.

    Args:
        execute: does the work; what it prints is the result, and its problems reach the parent.
        memory_errors: how libraries report ``bad_alloc`` beside :class:`MemoryError`.
    """
    order = json.load(sys.stdin)
    os.nice(_NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (order["memory"], order["memory"]))
    try:
        execute(order)
    except Problem as problem:
        print(json.dumps(_serialize_problem(problem)))
        sys.exit(_REFUSED)
    except MemoryError:
        sys.exit(_NO_MEMORY)
    except memory_errors as error:
        if "bad_alloc" in str(error):
            sys.exit(_NO_MEMORY)
        raise


def _serialize_problem(problem: Problem) -> dict[str, Any]:
    return {
        "code": problem.code,
        "message": problem.message.as_json(),
        "field": problem.field,
        "extras": dict(problem.extras),
    }


def _parse_problem(members: Order, problem_kinds: Iterable[type[Problem]]) -> Problem:
    kind = next(kind for kind in problem_kinds if kind.code == members["code"])
    explanation = read_message(members["message"])
    return kind(explanation, field=members["field"], **members["extras"])

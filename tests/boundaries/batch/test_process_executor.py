"""Chunks over processes: in order, few at a time, and never more than one process too many."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from boundaries.batch.process_executor import open_process_executor
from boundaries.batch.row_processing import RowInput


def chunks(count: int, taken: list[int] | None = None) -> Iterator[list[RowInput]]:
    for number in range(count):
        if taken is not None:
            taken.append(number)
        yield [(str(number), str(part)) for part in range(3)]


def slow_at_first(questions: Sequence[RowInput]) -> list[str]:
    if questions[0][0] == "0":
        time.sleep(0.3)
    return ["-".join(question) for question in questions]


def who(questions: Sequence[RowInput]) -> list[int]:
    time.sleep(0.05)
    return [os.getpid() for _ in questions]


@pytest.mark.parametrize("count", [1, 2])
def test_answers_come_in_the_order_of_the_questions(count: int) -> None:
    with open_process_executor(slow_at_first, count) as ask:
        found = list(ask(chunks(20)))
    assert found == [["-".join(question) for question in chunk] for chunk in chunks(20)]


def test_all_processes_are_at_work_and_none_is_left() -> None:
    with open_process_executor(who, 2) as ask:
        pids = {pid for found in ask(chunks(12)) for pid in found}
    assert len(pids) == 2 and os.getpid() not in pids
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_few_chunks_are_read_ahead() -> None:
    taken: list[int] = []
    with open_process_executor(slow_at_first, 2) as ask:
        found = ask(chunks(1000, taken))
        next(found)
        assert len(taken) < 20


PROGRAM = """
import os, sys, time
from boundaries.batch.process_executor import over_processes
def answering(questions):
    time.sleep(0.02)
    return [os.getpid()]
with over_processes(answering, 2) as ask:
    for found in ask([("x",)] for _ in range(10_000)):
        print(found[0], flush=True)
"""


def test_processes_end_with_a_killed_parent() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pids = {int(parent.stdout.readline()) for _ in range(20)}
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    deadline = time.monotonic() + 20
    while any(alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(alive(pid) for pid in pids)


def alive(pid: int) -> bool:
    """Whether a process runs; one that nobody waited for has ended all the same."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        return stat.rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False

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


def iter_chunks(count: int, taken: list[int] | None = None) -> Iterator[list[RowInput]]:
    for number in range(count):
        if taken is not None:
            taken.append(number)
        yield [(str(number), str(part)) for part in range(3)]


def join_slowly_at_first(inputs: Sequence[RowInput]) -> list[str]:
    if inputs[0][0] == "0":
        time.sleep(0.3)
    return ["-".join(cells) for cells in inputs]


def return_pids(inputs: Sequence[RowInput]) -> list[int]:
    time.sleep(0.05)
    return [os.getpid() for _ in inputs]


@pytest.mark.parametrize("count", [1, 2])
def test_results_come_in_the_order_of_the_inputs(count: int) -> None:
    with open_process_executor(join_slowly_at_first, count) as execute:
        found = list(execute(iter_chunks(20)))
    assert found == [["-".join(cells) for cells in chunk] for chunk in iter_chunks(20)]


def test_all_processes_are_at_work_and_none_is_left() -> None:
    with open_process_executor(return_pids, 2) as execute:
        pids = {pid for found in execute(iter_chunks(12)) for pid in found}
    assert len(pids) == 2 and os.getpid() not in pids
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_few_chunks_are_read_ahead() -> None:
    taken: list[int] = []
    with open_process_executor(join_slowly_at_first, 2) as execute:
        found = execute(iter_chunks(1000, taken))
        next(found)
        assert len(taken) < 20


PROGRAM = """
import os, sys, time
from boundaries.batch.process_executor import open_process_executor
def return_pid(inputs):
    time.sleep(0.02)
    return [os.getpid()]
with open_process_executor(return_pid, 2) as execute:
    for found in execute([("x",)] for _ in range(10_000)):
        print(found[0], flush=True)
"""


def test_processes_end_with_a_killed_parent() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pids = {int(parent.stdout.readline()) for _ in range(20)}
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    deadline = time.monotonic() + 20
    while any(is_running(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(is_running(pid) for pid in pids)


def is_running(pid: int) -> bool:
    """Whether a process runs; one that nobody waited for has ended all the same."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        return stat.rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False

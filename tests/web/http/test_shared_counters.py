import multiprocessing
import threading
from multiprocessing.process import BaseProcess
from pathlib import Path

from web.http.shared_counters import SharedCounters


def _count(path: Path, times: int) -> None:
    counters = SharedCounters(path)
    for _ in range(times):
        counters.incr("key", 60)


def test_processes_and_threads_count_together_and_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "limits"
    fork = multiprocessing.get_context("spawn")
    workers = [fork.Process(target=_count, args=(path, 2000)) for _ in range(2)]
    threads = [threading.Thread(target=_count, args=(path, 1000)) for _ in range(3)]
    parts: list[BaseProcess | threading.Thread] = [*workers, *threads]
    for part in parts:
        part.start()
    for part in parts:
        part.join()
    assert SharedCounters(path).get("key") == 2 * 2000 + 3 * 1000


def test_a_window_ends_and_counting_begins_anew(tmp_path: Path) -> None:
    counters = SharedCounters(tmp_path / "limits")
    assert [counters.incr("key", 60), counters.incr("key", 60)] == [1, 2]
    assert counters.incr("other", -1) == 1
    assert counters.get("other") == 0
    assert counters.incr("other", -1) == 1


def test_keys_do_not_disturb_one_another(tmp_path: Path) -> None:
    counters = SharedCounters(tmp_path / "limits")
    for number in range(500):
        counters.incr(f"key{number}", 60, number + 1)
    assert [counters.get(f"key{number}") for number in range(500)] == list(range(1, 501))
    counters.clear("key7")
    assert counters.get("key7") == 0
    counters.reset()
    assert counters.get("key9") == 0


def test_a_full_table_goes_on_counting(tmp_path: Path) -> None:
    counters = SharedCounters(tmp_path / "limits")
    for number in range(70_000):
        counters.incr(f"key{number}", 60)
    assert counters.incr("fresh", 60) == 1
    assert counters.incr("fresh", 60) == 2

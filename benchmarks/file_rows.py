"""The speed-up of a file of addresses with more processes, including its input and output."""

import io
import os
import time
from collections.abc import Iterator
from statistics import median

from benchmarks.batch_rows import load_day_index
from benchmarks.generated_addresses import generate_addresses
from benchmarks.results_table import BenchmarkRow
from boundaries.batch.address_rows import AddressColumns
from boundaries.batch.csv_files import sniff_csv
from boundaries.batch.process_executor import open_process_executor
from boundaries.batch.result_columns import FULL, ResultLayout
from boundaries.batch.row_tasks import GeocodeTask
from gazetteer.search.index.day_index import DayIndex

_ROWS = 20_000


def measure_csv_file(conninfo: str, rounds: int) -> Iterator[BenchmarkRow]:
    """Rows a second with all cores as a ratio to one process, on rows that are all different."""
    day_index = load_day_index(conninfo)
    cores = os.cpu_count() or 1
    content = "\n".join(["address", *generate_addresses(day_index, _ROWS), ""]).encode()
    measured = [
        (_measure_seconds(day_index, content, 1), _measure_seconds(day_index, content, cores))
        for _ in range(rounds)
    ]
    ratio = median(one / all_cores for one, all_cores in measured)
    rate = _ROWS / median(all_cores for _, all_cores in measured)
    work, remark = f"a file of addresses, {cores} processes", f"{rate:.0f} rows/s, as CSV"
    yield BenchmarkRow(work, ratio, "×", "one process", floor=0.7 * cores, remark=remark)


def _measure_seconds(day_index: DayIndex, content: bytes, processes: int) -> float:
    """Elapsed time, without that of starting the processes."""
    fresh_index = DayIndex(day_index.index, day_index.at)  # without the caches of earlier rounds
    file = io.BytesIO(content)
    task = GeocodeTask(AddressColumns(("address",)), ResultLayout((FULL,)), day_index.at, "en")
    plan = task.build_plan(sniff_csv(file))
    with open_process_executor(task.build_processor(fresh_index, plan.columns), processes) as ask:
        begun = time.monotonic()
        for _ in plan.iter_result_chunks(file, ask):
            pass
        return time.monotonic() - begun

"""A file of a stranger judged in a process of its own, which may take so long and so much memory.

Geometry work holds the interpreter for minutes at a time, and a file can be made to ask for any
amount of memory. In a child process neither reaches those who serve others.
"""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import shapely

from boundaries.layers.problems import CrsNotKnown, LayerNotNamed
from boundaries.rules.tolerances import Tolerances
from boundaries.validation.formats import geojson, written
from boundaries.validation.outlines import outlines
from boundaries.validation.report import Judging, Reading, validate
from gazetteer.intake.read import UnreadableFile
from gazetteer.problems import InvalidValue, Problem, TooLarge

_PROBLEMS = {kind.code: kind for kind in (InvalidValue, UnreadableFile, TooLarge, LayerNotNamed,
                                          CrsNotKnown)}  # fmt: skip
_DONE, _REFUSED, _NO_MEMORY = 0, 2, 3
_NICENESS = 10


@dataclass(frozen=True, slots=True)
class Limits:
    """What one judgement may take: seconds on the clock, and bytes of memory."""

    seconds: float
    memory: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """How the report is to be told: format, language, and whether with outlines for a map."""

    format: str
    lang: str
    outlines: bool = False


def judged_apart(
    path: Path, reading: Reading, by: Judging, wanted: Wanted, result: Path, limits: Limits
) -> None:
    """Judge ``path`` in a child process, which writes ``result``.

    Raises:
        Problem: the file cannot be judged, or took more than the limits.
    """
    order = {
        "path": str(path),
        "reading": asdict(reading),
        "judging": asdict(by),
        "wanted": asdict(wanted),
        "result": str(result),
        "memory": limits.memory,
    }
    command = [sys.executable, "-m", "boundaries.validation.child"]
    try:
        ended = subprocess.run(
            command,
            input=json.dumps(order),
            capture_output=True,
            text=True,
            timeout=limits.seconds,
            check=False,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
    except subprocess.TimeoutExpired:
        raise _too_much(
            f"判断超过 {limits.seconds:g} 秒", f"judging it took over {limits.seconds:g} seconds"
        ) from None
    if ended.returncode == _REFUSED:
        raise _problem(json.loads(ended.stdout))
    if ended.returncode != _DONE:
        if ended.returncode != _NO_MEMORY and ended.returncode >= 0:
            raise RuntimeError(f"judging a layer failed:\n{ended.stderr}")
        megabytes = limits.memory >> 20
        raise _too_much(
            f"判断所需内存超过 {megabytes} MB", f"judging it needs over {megabytes} MB of memory"
        )


def _too_much(zh: str, en: str) -> TooLarge:
    return TooLarge(
        f"图层太大：{zh}。请分幅送检，或在本机运行 gazetteer validate。",
        f"the layer is too large: {en}; send parts of it, or run gazetteer validate yourself",
        field="file",
    )


def _problem(told: Mapping[str, Any]) -> Problem:
    return _PROBLEMS[told["code"]](told["zh"], told["en"], field=told["field"], **told["extras"])


def main() -> None:
    """What the child process does: read its order from stdin, and end with a code that tells."""
    order = json.load(sys.stdin)
    os.nice(_NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (order["memory"], order["memory"]))
    try:
        _judge(order)
    except Problem as problem:
        told = {"code": problem.code, "zh": problem.zh, "en": problem.en, "field": problem.field}
        print(json.dumps({**told, "extras": dict(problem.extras)}))
        sys.exit(_REFUSED)
    except (MemoryError, shapely.GEOSException) as error:
        if isinstance(error, MemoryError) or "bad_alloc" in str(error):
            sys.exit(_NO_MEMORY)
        raise


def _judge(order: Mapping[str, Any]) -> None:
    told, wanted, result = order["judging"], Wanted(**order["wanted"]), Path(order["result"])
    by_level = {level: Tolerances(**limits) for level, limits in told["by_level"].items()}
    by = Judging(Tolerances(**told["tolerances"]), by_level, told["level"])
    reading = Reading(**order["reading"])
    report = validate(Path(order["path"]), reading, by, lambda done, total, what: None)
    if wanted.outlines:
        result.write_bytes(geojson(report, wanted.lang, {"outlines": outlines(report)}))
    else:
        written(report, result, wanted.format, wanted.lang)


if __name__ == "__main__":
    main()

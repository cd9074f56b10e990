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
from boundaries.validation.copies import write_copy
from boundaries.validation.formats import geojson, written
from boundaries.validation.outlines import outlines
from boundaries.validation.proposing import (
    Proposed,
    Proposing,
    Sought,
    choice,
    corrected,
    not_yet,
    proposed,
)
from boundaries.validation.report import Judging, Progress, Reading, Report, validate
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
    """How the report is to be told: format, language, with outlines for a map, with proposals."""

    format: str
    lang: str
    outlines: bool = False
    proposals: Sought | None = None


@dataclass(frozen=True, slots=True)
class WantedCopy:
    """A copy of the layer with the proposals that were accepted, in place of a report.

    ``accept`` are texts as of :func:`~boundaries.validation.proposing.choice`; ``crs`` None is
    that of the file.
    """

    format: str
    accept: tuple[str, ...]
    crs: str | None = None
    encoding: str = "utf-8"


def judged_apart(
    path: Path,
    reading: Reading,
    by: Judging,
    wanted: Wanted | WantedCopy,
    result: Path,
    limits: Limits,
    heard: Path | None = None,
) -> None:
    """Judge ``path`` in a child process, which writes ``result``, and how far it is to ``heard``.

    Where proposals take more than the limits, the report without them is there.

    Raises:
        Problem: the file cannot be judged, or took more than the limits.
    """
    order = {
        "path": str(path),
        "reading": asdict(reading),
        "judging": asdict(by),
        "copy" if isinstance(wanted, WantedCopy) else "wanted": asdict(wanted),
        "result": str(result),
        "heard": None if heard is None else str(heard),
        "memory": limits.memory,
    }
    try:
        _run(order, limits)
    except TooLarge:
        if not result.exists():
            raise


def _run(order: Mapping[str, Any], limits: Limits) -> None:
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
    told = order["judging"]
    by_level = {level: Tolerances(**limits) for level, limits in told["by_level"].items()}
    by = Judging(Tolerances(**told["tolerances"]), by_level, told["level"])
    tell = _telling(order["heard"])
    report = validate(Path(order["path"]), Reading(**order["reading"]), by, tell)
    proposing = Proposing(report.layer, by)
    if "copy" in order:
        _write_copy(report, WantedCopy(**order["copy"]), proposing, Path(order["result"]))
        return
    wanted, sought = Wanted(**order["wanted"]), order["wanted"]["proposals"]
    if sought is None:
        _write(report, wanted, None, Path(order["result"]))
        return
    sought = Sought(**sought)
    _write(report, wanted, not_yet(report, sought), Path(order["result"]))
    found = proposed(report, sought, proposing, tell)
    _write(report, wanted, found, Path(order["result"]))


def _telling(heard: str | None) -> Progress:
    """Writes how far the work is, whole each time, so that nobody reads half of it."""
    if heard is None:
        return lambda done, total, what: None
    path, fresh = Path(heard), Path(f"{heard}.new")

    def tell(done: int, total: int, what: str) -> None:
        fresh.write_text(json.dumps({"done": done, "total": total, "what": what}))
        fresh.replace(path)

    return tell


def _write(report: Report, wanted: Wanted, found: Proposed | None, result: Path) -> None:
    """The report, in place of the one before only when it is whole."""
    fresh = result.with_name("fresh")
    if wanted.outlines:
        beside = {"outlines": outlines(report)}
        fresh.write_bytes(geojson(report, wanted.lang, beside, proposed=found))
    else:
        written(report, fresh, wanted.format, wanted.lang, found)
    fresh.replace(result)


def _write_copy(report: Report, copy: WantedCopy, proposing: Proposing, result: Path) -> None:
    done = corrected(report, map(choice, copy.accept), proposing)
    write_copy(result, done.layer, copy.format, copy.crs, copy.encoding)


if __name__ == "__main__":
    main()

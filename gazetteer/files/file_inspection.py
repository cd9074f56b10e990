"""Inspection and previews of uploaded files, in a process of its own.

Decoders read what strangers made: they get their own process, with limits on time and memory.
"""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from gazetteer.files.file_formats import (
    ACCEPTED_FORMATS,
    FORMAT_OF_MEDIA_TYPE,
    FileFormat,
    detect_format,
)
from gazetteer.files.problems import DamagedFile, UnsupportedFile
from gazetteer.limited_process import (
    MemoryLimitExceeded,
    ProcessLimits,
    TimeLimitExceeded,
    run_limited,
)
from gazetteer.messages import AnyOf, message
from gazetteer.problems import NotFound, TooLarge

_LIMITS = ProcessLimits(60, 2 << 30)
_PROBLEMS = (UnsupportedFile, DamagedFile, TooLarge)
_CHILD = "gazetteer.files.inspection_process"


def inspect_file(path: Path) -> FileFormat:
    """The format of a file by its content, after all of it was read by its decoder.

    Raises:
        UnsupportedFile: its format is not accepted; the message names what was found.
        DamagedFile: it cannot be read completely.
        TooLarge: reading it takes more pixels, time or memory than permitted.
    """
    found = detect_format(path)
    if found == "empty":
        raise DamagedFile(message("files.empty"), field="data")
    if found not in ACCEPTED_FORMATS:
        allowed = AnyOf([message(f"files.format.{id_}") for id_ in ACCEPTED_FORMATS])
        words = message("files.refused", found=message(f"files.format.{found}"), allowed=allowed)
        raise UnsupportedFile(words, field="data", found=found)
    _run_child({"path": str(path), "format": found, "target": None})
    return ACCEPTED_FORMATS[found]


def build_preview(path: Path, media_type: str) -> bytes:
    """An image small enough for a page, as JPEG: upright, and without metadata.

    Raises:
        NotFound: the file is no image.
        TooLarge, DamagedFile: as :func:`inspect_file`.
    """
    file_format = FORMAT_OF_MEDIA_TYPE[media_type]
    if file_format.decoder is None:
        named = message(f"files.format.{file_format.id}")
        raise NotFound(message("files.no_preview", format=named), field="sha256")
    with TemporaryDirectory(prefix="preview-") as directory:
        target = Path(directory, "preview.jpg")
        _run_child({"path": str(path), "format": file_format.id, "target": str(target)})
        return target.read_bytes()


def _run_child(order: Mapping[str, str | None]) -> None:
    try:
        run_limited(_CHILD, order, _LIMITS, _PROBLEMS)
    except (TimeLimitExceeded, MemoryLimitExceeded):
        seconds, megabytes = _LIMITS.seconds, _LIMITS.memory >> 20
        words = message("files.inspection_limit", seconds=seconds, megabytes=megabytes)
        raise TooLarge(words, field="data") from None

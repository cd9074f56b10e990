"""Exported files that are kept for a while: whoever reads one in parts gets parts of one file.

A program that opens a file over HTTP (GDAL's ``/vsicurl/``, a browser that resumes a download) asks
for many ranges. The file is therefore written once, under a name that says all that its content
depends on, and removed when others need the room: the one that was not read for longest first.
All serving processes share the directory.
"""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from boundaries.layers.whole_files import replace_when_complete
from gazetteer.settings import Settings

_MB = 1 << 20
_DAY_SECONDS = 86_400


def open_export_file(settings: Settings, name: str, write: Callable[[Path], None]) -> BinaryIO:
    """A file of a name, written if it is not there; it stays readable when it is removed.

    Args:
        settings: where files are kept, and how many megabytes of them.
        name: says what the content is; the same name is the same content.
        write: writes the file to a path.
    """
    folder = settings.exports_directory
    path = folder / name
    try:
        file = path.open("rb")
    except FileNotFoundError:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with replace_when_complete(path, name) as part:
            write(part)
            file = part.open("rb")
        _remove_stale_files(folder, int(settings.export_cache_mb * _MB))
    else:
        os.utime(file.fileno())  # who reads parts of it will read more
    return file


def discard_export_files(settings: Settings) -> None:
    """Remove all files: another version of the program may write the same content differently."""
    shutil.rmtree(settings.exports_directory, ignore_errors=True)


def _remove_stale_files(folder: Path, most_bytes: int) -> None:
    """Remove the files that were not read for longest, and what killed processes left behind."""
    files: list[tuple[float, int, Path]] = []
    for path in folder.iterdir():
        try:
            state = path.stat()
        except FileNotFoundError:  # another process removes files as well
            continue
        if path.is_file():
            files.append((state.st_mtime, state.st_size, path))
        elif time.time() - state.st_mtime > _DAY_SECONDS:
            shutil.rmtree(path, ignore_errors=True)
    total = sum(size for _, size, _ in files)
    for _, size, path in sorted(files):
        if total <= most_bytes:
            return
        path.unlink(missing_ok=True)
        total -= size

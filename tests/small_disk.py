"""A real disk that is soon full."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def mount_small_disk(mount: Path) -> Iterator[Path]:
    """A file system of one megabyte; only root can make one, and the test of another is skipped."""
    mount.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", mount], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("mounting a small disk takes root")
    try:
        yield mount
    finally:
        subprocess.run(["umount", mount], check=True)

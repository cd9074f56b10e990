"""A store of the test's own, and one on a disk that is soon full."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gazetteer.files.file_store import FileStore
from tests.small_disk import mount_small_disk


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    directory = tmp_path / "files"
    directory.mkdir()
    return FileStore(directory)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with mount_small_disk(tmp_path / "disk") as mount:
        yield mount

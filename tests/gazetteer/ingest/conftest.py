"""The shipped data, read once."""

from pathlib import Path

import pytest

from gazetteer.ingest import StagedBatch, read_guangdong
from gazetteer.ingest.code_index import CodeIndex
from gazetteer.ledger.versions import Timeline
from tests.gazetteer.ingest.csv_samples import Write

FIXTURES = Path(__file__).parents[3] / "fixtures"


@pytest.fixture(scope="session")
def fixtures() -> Path:
    """The folder of the shipped data."""
    return FIXTURES


@pytest.fixture(scope="session")
def shipped() -> StagedBatch:
    """The whole names half of the shipped data."""
    return read_guangdong(FIXTURES)


@pytest.fixture(scope="session")
def timelines(shipped: StagedBatch) -> tuple[Timeline, ...]:
    """All its timelines, made once: villages are made anew whenever a batch is walked through."""
    return tuple(shipped)


@pytest.fixture(scope="session")
def index(shipped: StagedBatch) -> CodeIndex:
    """Who carried which code when, in the shipped data."""
    return shipped.code_index


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes the files of a test."""

    def _write(text: str, name: str = "file.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return _write

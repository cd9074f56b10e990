"""The shipped data, read once."""

from pathlib import Path

import pytest

from gazetteer.intake import Batch, guangdong
from gazetteer.intake.index import UnitIndex
from gazetteer.ledger.versions import Timeline

FIXTURES = Path(__file__).parents[3] / "fixtures"


@pytest.fixture(scope="session")
def fixtures() -> Path:
    """The folder of the shipped data."""
    return FIXTURES


@pytest.fixture(scope="session")
def shipped() -> Batch:
    """The whole names half of the shipped data."""
    return guangdong(FIXTURES)


@pytest.fixture(scope="session")
def timelines(shipped: Batch) -> tuple[Timeline, ...]:
    """All its timelines, made once: villages are made anew whenever a batch is walked through."""
    return tuple(shipped)


@pytest.fixture(scope="session")
def index(shipped: Batch) -> UnitIndex:
    """Who carried which code when, in the shipped data."""
    return shipped.known

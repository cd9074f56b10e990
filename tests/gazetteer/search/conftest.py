"""The shipped register as an index, built once a session."""

from datetime import date

import psycopg
import pytest

from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.index.index_loading import load_source
from gazetteer.search.index.name_index import NameIndex, build_name_index


@pytest.fixture(scope="session")
def index(register: str) -> NameIndex:
    with psycopg.connect(register, autocommit=True) as conn:
        return build_name_index(load_source(conn))


@pytest.fixture(scope="session")
def view(index: NameIndex) -> DayIndex:
    """The register as it stands in the autumn of 2026."""
    return DayIndex(index, date(2026, 11, 1))

"""The bundled register as an index, built once a session."""

from datetime import date

import psycopg
import pytest

from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.index.index_building import build_name_index
from gazetteer.search.index.index_loading import load_source
from gazetteer.search.index.name_index import NameIndex


@pytest.fixture(scope="session")
def index(register: str) -> NameIndex:
    with psycopg.connect(register, autocommit=True) as conn:
        return build_name_index(load_source(conn))


@pytest.fixture(scope="session")
def day_index(index: NameIndex) -> DayIndex:
    """The register in the autumn of 2026."""
    return DayIndex(index, date(2026, 11, 1))

"""The shipped register as an index, built once a session."""

from datetime import date

import psycopg
import pytest

from gazetteer.search.index import Index, build
from gazetteer.search.loading import read_source
from gazetteer.search.view import View


@pytest.fixture(scope="session")
def index(register: str) -> Index:
    with psycopg.connect(register, autocommit=True) as conn:
        return build(read_source(conn))


@pytest.fixture(scope="session")
def view(index: Index) -> View:
    """The register as it stands in the autumn of 2026."""
    return View(index, date(2026, 11, 1))

import psycopg
import pytest

from tests.gazetteer.accounts.community import Tree, plant_tree


@pytest.fixture
def tree(conn: psycopg.Connection) -> Tree:
    return plant_tree(conn)

import psycopg
import pytest

from tests.gazetteer.people.community import Tree, plant_tree


@pytest.fixture
def tree(conn: psycopg.Connection) -> Tree:
    return plant_tree(conn)

from datetime import date

import psycopg
import pytest

from gazetteer.ledger.publish import Changeset, Ledger
from gazetteer.records.kinds import NAME_KINDS
from gazetteer.records.states import derive_states
from tests.gazetteer.people.community import Tree, unit_with_code


@pytest.fixture
def tree(conn: psycopg.Connection) -> Tree:
    province, a = unit_with_code("province", "440000", None)
    canton, b = unit_with_code("prefecture", "440100", province)
    tianhe, c = unit_with_code("county", "440106", canton)
    conghua, d = unit_with_code("county", "440184", canton, until=date(2014, 2, 12))
    shenzhen, e = unit_with_code("prefecture", "440300", province)
    ledger = Ledger(NAME_KINDS, (derive_states,))
    ledger.publish(conn, Changeset("test", "first load", "load"), [*a, *b, *c, *d, *e])
    return Tree(province, canton, tianhe, conghua, shenzhen)

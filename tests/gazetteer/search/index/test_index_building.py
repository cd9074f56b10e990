"""What was changed, laid over an index, is what building a new one comes to."""

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

import pytest
from psycopg import Connection

from gazetteer.ledger.versions import Statement
from gazetteer.search.autocomplete.suggestions import find_suggestions
from gazetteer.search.geocoder.geocoding import geocode_many
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.index.index_building import build_name_index, splice_columns
from gazetteer.search.index.index_changes import find_index_changes
from gazetteer.search.index.index_loading import load_rows, open_snapshot
from gazetteer.search.index.index_opening import open_name_index
from gazetteer.search.index.index_source import PointRow
from gazetteer.search.index.name_index import NameIndex
from tests.gazetteer.ledger.registers import CORRECTION, UnitRecords, publish, span
from tests.gazetteer.search.index.random_register import RandomRegister

_WORDS = ("legal_classes", "unit_types", "start_precisions", "end_precisions")
_POINTS = """
SELECT unit_id::text, lower(valid), upper(valid), ST_X(p), ST_Y(p)
FROM (SELECT *, ST_PointOnSurface(geom) AS p FROM area_version) a
WHERE upper_inf(recorded) AND (%(units)s::uuid[] IS NULL OR unit_id = ANY(%(units)s))
"""


def load_points(conn: Connection[Any], units: Collection[str] | None) -> Iterator[PointRow]:
    params = {"units": None if units is None else list(units)}
    return (PointRow(*row) for row in conn.execute(_POINTS, params))


def build_anew(conn: Connection[Any]) -> NameIndex:
    with open_snapshot(conn):
        return build_name_index(load_rows(conn, load_points))


def take_in(conn: Connection[Any], base: NameIndex) -> NameIndex | None:
    """The index with what was published since; None where it has to be built anew."""
    with open_snapshot(conn):
        changes = find_index_changes(conn, base)
        assert changes is not None
        parts = splice_columns(base, load_rows(conn, load_points, changes), changes)
    return None if parts is None else open_name_index(*parts, base.key_finder)


def describe(index: NameIndex) -> dict[str, Any]:
    """Everything that an index holds, in a form that does not depend on how it came about."""
    columns = {name: column.array_view.tolist() for name, column in index.columns.items()}
    del columns["key_serials"]
    words = index.header.words
    columns.update((name, [words[word] for word in columns[name]]) for name in _WORDS)
    header = (index.seq, index.recorded_at, index.header.has_cycle)
    return {"header": header, "succession": dict(index.attributes.succession_json), **columns}


def assert_same(index: NameIndex, anew: NameIndex) -> None:
    found, expected = describe(index), describe(anew)
    assert [name for name in expected if found[name] != expected[name]] == []
    text = "".join(anew.names) + "".join(anew.keys)
    assert index.find_hits(text) == anew.find_hits(text)


@pytest.mark.parametrize("seed", range(8))
def test_changes_laid_over_an_index_make_the_one_that_is_built_anew(
    conn: Connection[Any], seed: int
) -> None:
    register = RandomRegister(seed)
    register.found(conn)
    index = build_anew(conn)
    count = 0
    for _ in range(25):
        if register.change(conn) is None:
            continue
        anew = build_anew(conn)
        index = take_in(conn, index) or anew
        assert_same(index, anew)
        count += index is not anew
    assert count > 10


def test_units_that_lie_in_each_other_are_numbered_anew(conn: Connection[Any]) -> None:
    one, other, third = UnitRecords(), UnitRecords(), UnitRecords()
    publish(conn, *one.founded("440103", "东县"), *other.founded("440104", "西县"))
    before = build_anew(conn)
    publish(conn, lies_in(one, other), lies_in(other, one), why=CORRECTION)
    circling = build_anew(conn)
    assert circling.header.has_cycle and list(circling.names) == ["东县", "西县"]
    assert take_in(conn, before) is None
    publish(conn, *third.founded("440105", "南县"), why=CORRECTION)
    assert take_in(conn, circling) is None
    publish(conn, lies_in(other, third), why=CORRECTION)
    mended = build_anew(conn)
    assert not mended.header.has_cycle and list(mended.names) == ["南县", "西县", "东县"]


def lies_in(unit: UnitRecords, other: UnitRecords) -> Statement:
    attributes = {"level": "county", "place_id": unit.place, "subordination_parent": other.unit}
    return Statement("unit", unit.unit, span("1985-05-24"), attributes)


def test_answers_do_not_show_how_an_index_came_about(conn: Connection[Any]) -> None:
    register = RandomRegister(99)
    register.found(conn)
    index = build_anew(conn)
    for _ in range(15):
        register.change(conn)
    anew, spliced = build_anew(conn), take_in(conn, index)
    assert spliced is not None
    texts = sorted({*anew.names, *anew.keys, *(name[:1] for name in anew.names), "dong", "dx"})
    texts += [above + below for above in anew.names[:9] for below in anew.names[9:40]]
    for day in (date(2026, 11, 1), date(1999, 6, 1)):
        one, other = DayIndex(spliced, day), DayIndex(anew, day)
        assert [*map(repr, geocode_many(one, texts))] == [*map(repr, geocode_many(other, texts))]
        for text in texts:
            assert find_suggestions(one, text, 10) == find_suggestions(other, text, 10)

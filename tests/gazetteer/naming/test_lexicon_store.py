"""Lexicons that an office has installed are in force before those that are shipped."""

from collections.abc import Callable

import psycopg
import pytest

from gazetteer.naming import lexicon_store
from gazetteer.naming.lexicon_files import LEXICON_IDS, read_shipped_lexicon, read_shipped_text
from gazetteer.naming.lexicon_store import (
    install_lexicon,
    load_installations,
    load_lexicon_text,
    load_lexicons,
)
from gazetteer.problems import InvalidValue

PROTECTED = (
    "# source: office\n# coverage: Guangzhou\n# licence: none\nname\tdivision_code\tlist\n"
    "沙面大街\t440103\t第一批\n"
)
CHANGED = PROTECTED + "西关大街\t440103\t第一批\n"


@pytest.fixture
def count_queries(conn: psycopg.Connection, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    queries: list[object] = []
    execute = conn.execute

    def record_query(query, *arguments, **options):  # type: ignore[no-untyped-def]
        queries.append(query)
        return execute(query, *arguments, **options)

    monkeypatch.setattr(conn, "execute", record_query)
    return lambda: len(queries)


def test_shipped_lexicons_are_in_force_at_first(conn: psycopg.Connection) -> None:
    lexicons = load_lexicons(conn)
    assert tuple(lexicons) == LEXICON_IDS
    assert lexicons["generics"] is read_shipped_lexicon("generics")
    assert load_lexicon_text(conn, "generics") == read_shipped_text("generics")
    assert load_installations(conn) == {}


def test_an_installed_lexicon_replaces_the_shipped_one(conn: psycopg.Connection) -> None:
    installed = install_lexicon(conn, "protected_names", PROTECTED, "operator:li")
    lexicons = load_lexicons(conn)
    assert lexicons["protected_names"] == installed
    assert not lexicons["protected_names"].is_empty
    assert lexicons["brands"] is read_shipped_lexicon("brands")
    assert load_lexicon_text(conn, "protected_names") == PROTECTED
    assert load_installations(conn)["protected_names"].installed_by == "operator:li"


def test_the_newest_one_is_in_force_even_if_it_was_before(conn: psycopg.Connection) -> None:
    first, second, third = (
        install_lexicon(conn, "protected_names", text, "operator:li")
        for text in (PROTECTED, CHANGED, PROTECTED)
    )
    assert first.version == third.version != second.version
    assert load_lexicons(conn)["protected_names"].version == first.version


def test_a_faulty_lexicon_leaves_the_old_one_in_force(conn: psycopg.Connection) -> None:
    install_lexicon(conn, "protected_names", PROTECTED, "operator:li")
    with pytest.raises(InvalidValue):
        install_lexicon(conn, "protected_names", PROTECTED + "北京路\n", "operator:li")
    with pytest.raises(InvalidValue):
        install_lexicon(conn, "secrets", PROTECTED, "operator:li")
    assert load_lexicon_text(conn, "protected_names") == PROTECTED
    with pytest.raises(InvalidValue):
        load_lexicon_text(conn, "secrets")


def test_loading_again_costs_one_query(
    conn: psycopg.Connection, count_queries: Callable[[], int]
) -> None:
    install_lexicon(conn, "protected_names", CHANGED, "operator:li")
    lexicon_store._parsed.clear()
    before = count_queries()
    once = load_lexicons(conn)["protected_names"]
    assert count_queries() == before + 2
    assert load_lexicons(conn)["protected_names"] is once
    assert count_queries() == before + 3

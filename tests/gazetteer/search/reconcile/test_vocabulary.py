"""The types and properties of the reconciliation service."""

from gazetteer.messages import LANGS
from gazetteer.records.levels import LEVELS, UNIT_LEVELS
from gazetteer.search.reconcile.vocabulary import (
    PLACE,
    PROPERTIES,
    TYPES,
    UNIT,
    UNIT_PROPERTIES,
    find_broader_type,
    find_type_levels,
)


def test_every_term_has_a_name_of_its_own_in_every_language() -> None:
    for terms in (TYPES, PROPERTIES):
        for lang in LANGS:
            names = [term.name.text(lang) for term in terms.values()]
            assert all(names)
            assert len(set(names)) == len(names)


def test_a_type_comprises_its_levels() -> None:
    assert find_type_levels("county") == {"county"}
    assert find_type_levels(UNIT.id) == set(UNIT_LEVELS)
    assert find_type_levels(PLACE.id) == set(LEVELS) - set(UNIT_LEVELS)
    assert {find_broader_type(level).id for level in UNIT_LEVELS} == {UNIT.id}


def test_a_term_may_be_written_by_its_id_or_its_names() -> None:
    assert {"county", "县级", "County"} <= set(TYPES["county"].list_texts())


def test_properties_of_units_can_be_fetched() -> None:
    assert all(PROPERTIES[id_].can_fetch for id_ in UNIT_PROPERTIES)
    assert not PROPERTIES["at"].can_fetch
    assert PROPERTIES["at"].can_query

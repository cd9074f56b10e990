"""Every rule has texts in all languages, and every rule on a layer is checked by code."""

import dataclasses
import re

import pytest

import boundaries.rules.register_validation  # noqa: F401  (the rules register themselves)
from boundaries.rules.common.tolerances import Tolerances, build_tolerances
from gazetteer.problems import InvalidValue
from gazetteer.rules.rule_catalogue import read_catalogue
from gazetteer.rules.rule_registry import find_rule_check, rule_check
from gazetteer.settings import get_settings

GROUPS = {"FIL", "CRS", "GEO", "COV", "HIE", "LIN", "NOD", "VER", "ATT", "NR", "RM"}
ON_BOUNDARIES = [rule for rule in read_catalogue().values() if rule.scope != "name"]
ON_NAMES = [rule for rule in read_catalogue().values() if rule.scope == "name"]
HAN = re.compile(r"[一-鿿]")
LIMITS = {field.name for field in dataclasses.fields(Tolerances)} | {"line_m"}


def test_all_groups_are_there() -> None:
    assert {rule.group for rule in read_catalogue().values()} == GROUPS


@pytest.mark.parametrize("rule", read_catalogue().values(), ids=lambda rule: rule.id)
def test_a_rule_can_be_read_in_both_languages(rule) -> None:  # type: ignore[no-untyped-def]
    assert re.fullmatch(r"TOP-[A-Z]{3}-\d\d|NR-0\d\d|RM-\d\d", rule.id)
    assert rule.severity in ("error", "warning", "info")
    assert rule.scope in ("layer", "register", "inspection", "name")
    for text in (rule.title, rule.explanation, rule.trap):
        assert HAN.search(text.text("zh"))
    for text in (rule.title, rule.explanation, rule.trap, rule.origin):
        assert text.text("zh")
        assert text.text("en")
        assert not HAN.search(text.text("en"))
    assert set(rule.tolerance) <= LIMITS


@pytest.mark.parametrize("rule", ON_NAMES, ids=lambda rule: rule.id)
def test_a_rule_on_names_quotes_the_law_and_gives_an_example(rule) -> None:  # type: ignore[no-untyped-def]
    assert rule.certainty
    assert HAN.search(rule.article_words.text("zh"))
    assert not HAN.search(rule.article_words.text("en"))
    for lang in ("zh", "en"):
        assert rule.passes in rule.name_example.text(lang)
        assert rule.fails in rule.name_example.text(lang)


@pytest.mark.parametrize("rule", ON_BOUNDARIES, ids=lambda rule: rule.id)
def test_a_rule_on_boundaries_has_nothing_of_those_on_names(rule) -> None:  # type: ignore[no-untyped-def]
    assert not (
        rule.article_words or rule.name_example or rule.certainty or rule.asks or rule.profile
    )
    assert not (rule.passes or rule.fails)


def test_all_naming_rules_are_there() -> None:
    assert [rule.id for rule in ON_NAMES] == [
        *(f"NR-{number:03}" for number in range(1, 31)),
        *(f"RM-{number:02}" for number in range(1, 11)),
    ]
    assert [rule.id for rule in ON_NAMES if rule.asks] == ["NR-002", "NR-007", "NR-009"]
    assert [rule.id for rule in ON_NAMES if rule.unchecked] == ["NR-021", "NR-022", "NR-029"]


@pytest.mark.parametrize("rule", ON_BOUNDARIES, ids=lambda rule: rule.id)
def test_a_rule_has_code_behind_it_or_says_who_checks_it(rule) -> None:  # type: ignore[no-untyped-def]
    assert bool(find_rule_check(rule.id)) != bool(rule.checked_by)
    assert (rule.scope != "layer") or find_rule_check(rule.id)
    if rule.checked_by:
        assert HAN.search(rule.checked_by.text("zh"))
        assert not HAN.search(rule.checked_by.text("en"))


def test_no_rule_has_two_checks() -> None:
    with pytest.raises(ValueError, match="twice"):
        rule_check("TOP-COV-01")(lambda: iter(()))


def test_tolerances_are_those_of_the_settings_and_the_stated_accuracy() -> None:
    plain = build_tolerances("county", None, get_settings())
    assert plain == Tolerances()
    assert plain.line_m == plain.overlap_m
    stated = build_tolerances("county", 5.0, get_settings())
    assert (stated.line_m, stated.overlap_m) == (10.0, plain.overlap_m)
    assumed = get_settings().model_copy(update={"rule_accuracy_m": {"county": 1.0}})
    assert build_tolerances("county", None, assumed).line_m == 2.0
    assert build_tolerances("province", None, assumed).line_m == plain.overlap_m
    with pytest.raises(InvalidValue):
        build_tolerances("county", -1.0, get_settings())

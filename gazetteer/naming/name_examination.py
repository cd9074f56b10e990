"""A proposed name examined by all naming rules: the rules, what they know, and the result."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cache
from importlib import import_module
from typing import Any

from psycopg import Connection

from gazetteer.naming.generic_terms import build_generic_terms
from gazetteer.naming.key_derivation import renew_name_keys
from gazetteer.naming.law.profile_files import read_profiles, select_profiles
from gazetteer.naming.lexicon_files import Lexicon
from gazetteer.naming.lexicon_store import load_lexicons
from gazetteer.naming.like_names import (
    UnitsAbove,
    find_named_place,
    load_like_names,
    load_units_above,
)
from gazetteer.naming.name_keys import NameKey, build_name_key
from gazetteer.naming.naming_context import NamingContext
from gazetteer.naming.naming_finding import NamingFinding, Outcome
from gazetteer.naming.proposal import NameProposal
from gazetteer.naming.romanization.place_spelling import PlaceSpelling, romanize_place_name
from gazetteer.naming.surroundings import load_surroundings
from gazetteer.records.romanization import strip_tone
from gazetteer.rules.finding import SEVERITIES
from gazetteer.rules.rule_catalogue import read_catalogue
from gazetteer.rules.rule_registry import find_rule_check

Conn = Connection[Any]

_GROUPS = (
    *("building_size", "division", "form", "meaning"),
    *("renaming", "spelling_rules", "uniqueness"),
)


@cache
def load_rule_groups() -> None:
    """Let the rules register their checks."""
    for group in _GROUPS:
        import_module(f"gazetteer.naming.rules.{group}")


class Verdict(StrEnum):
    """What the findings on a name come to; the gravest first."""

    INADMISSIBLE = "inadmissible"
    UNDECIDED = "undecided"  # a person has to answer a question first
    DOUBTFUL = "doubtful"  # a reviewer has to record a reason
    ADMISSIBLE = "admissible"


@dataclass(frozen=True)
class NameExamination:
    """What the rules have to say about a name.

    ``context`` is what they knew. The findings are sorted: departures before questions before what
    could not be examined, the gravest first.
    """

    proposal: NameProposal
    context: NamingContext
    findings: tuple[NamingFinding, ...]

    @property
    def rule_spelling(self) -> PlaceSpelling | None:
        """The spelling by the rules; None: a character has no known reading."""
        return self.context.spelling

    @property
    def overall_verdict(self) -> Verdict:
        """What the findings come to."""
        departures = [one for one in self.findings if one.outcome is Outcome.DEPARTURE]
        if any(one.severity == "error" for one in departures):
            return Verdict.INADMISSIBLE
        if any(one.outcome is Outcome.QUESTION for one in self.findings):
            return Verdict.UNDECIDED
        if any(one.severity == "warning" for one in departures):
            return Verdict.DOUBTFUL
        return Verdict.ADMISSIBLE


def examine_name(conn: Conn, proposal: NameProposal, at: date) -> NameExamination:
    """Examine a proposed name by all rules, as of a day; as the register is known now.

    Raises:
        InvalidValue: a lexicon was installed that this version of the program cannot read.
    """
    renew_name_keys(conn)
    return examine_with(conn, proposal, at, load_lexicons(conn))


def examine_with(
    conn: Conn, proposal: NameProposal, at: date, lexicons: Mapping[str, Lexicon]
) -> NameExamination:
    """The same with lexicons at hand, and keys that are up to date: for many names in a row."""
    context = _build_context(conn, proposal, at, lexicons)
    findings = sorted(_iter_findings(context), key=_rank_finding)
    return NameExamination(proposal, context, tuple(findings))


def _build_context(
    conn: Conn, proposal: NameProposal, at: date, lexicons: Mapping[str, Lexicon]
) -> NamingContext:
    units = load_units_above(conn, proposal.within, at) if proposal.within else UnitsAbove()
    province = units.codes[0][:2] if units.codes else ""
    terms = build_generic_terms(lexicons["generics"])
    key = build_name_key(proposal.name, proposal.legal_class.value, proposal.level, province, terms)
    key = _apply_reading(key, proposal)
    if proposal.in_force and proposal.place_id is None:  # no duplicate of itself
        place = find_named_place(conn, key, proposal, at)
        proposal = replace(proposal, place_id=place)
    like = load_like_names(conn, key, proposal, units, at)
    is_spelled_as_compared = proposal.level != "village" and len(key.text) == len(proposal.name)
    spelling = romanize_place_name(
        key.text if is_spelled_as_compared else proposal.name,
        legal_class=proposal.legal_class.value,
        level=proposal.level,
        province=province,
        given_reading=proposal.reading,
    )
    return NamingContext(
        proposal=proposal,
        key=key,
        units=units,
        like=like,
        lexicons=lexicons,
        terms=terms,
        profiles=select_profiles(read_profiles(), units.codes[::-1], at),
        spelling=spelling,
        surroundings=load_surroundings(conn, key, proposal, (units, like), at),
    )


def _apply_reading(key: NameKey, proposal: NameProposal) -> NameKey:
    """The key with the reading that was stated instead of that of the rules."""
    if proposal.reading is None:
        return key
    syllables = proposal.reading[: len(key.text)]  # of a village without those of its committee
    plain = " ".join(map(strip_tone, syllables))
    return replace(key, toned=" ".join(syllables), plain=plain)


def _iter_findings(context: NamingContext) -> Iterator[NamingFinding]:
    load_rule_groups()
    for rule in read_catalogue().values():
        is_on = rule.scope == "name" and (not rule.profile or context.is_switched_on(rule.id))
        check = find_rule_check(rule.id) if is_on else None
        for finding in check(context) if check is not None else ():
            assert isinstance(finding, NamingFinding)
            yield finding


def _rank_finding(finding: NamingFinding) -> tuple[int, int, str]:
    return (
        list(Outcome).index(finding.outcome),
        SEVERITIES.index(finding.severity),
        finding.rule,
    )

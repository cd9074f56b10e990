"""Names near to a proposed one that the rules admit."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from psycopg import Connection

from gazetteer.naming.name_examination import NameExamination, Verdict, examine_with
from gazetteer.naming.proposal import LegalClass

_ADDED = ("东", "西", "南", "北", "新")
"""How names are told apart in practice: by where the place lies, or that it is the newer one."""
_USUAL_TERMS = {
    LegalClass.ROAD: ("路", "街", "巷", "大道"),
    LegalClass.BUILDING: ("大厦", "苑", "园", "楼"),
}
_ABOUT_WORDS = ("NR-002", "NR-006", "NR-007", "NR-008", "NR-009")
_MOST_TRIED = 12
_MOST = 5


def suggest_names(conn: Connection[Any], examined: NameExamination, at: date) -> list[str]:
    """Up to five names like one that is not admissible, about which the rules have less to say.

    None of them is inadmissible, and about none is a question open. Where the words themselves are
    the matter, none is suggested: to take them apart would be no better name.
    """
    if any(finding.rule in _ABOUT_WORDS and finding.term for finding in examined.findings):
        return []
    order = list(Verdict)
    threshold = max(order.index(examined.overall_verdict), order.index(Verdict.UNDECIDED))
    found: list[str] = []
    for name in list(_iter_variants(examined))[:_MOST_TRIED]:
        proposal = replace(examined.proposal, name=name, reading=None, romanized=None)
        verdict = examine_with(conn, proposal, at, examined.context.lexicons).overall_verdict
        if order.index(verdict) > threshold:
            found.append(name)
        if len(found) == _MOST:
            break
    return found


def _iter_variants(examined: NameExamination) -> Iterator[str]:
    """Other names of the place: in standard characters, told apart, with other generic terms."""
    context, proposal = examined.context, examined.proposal
    tried = {proposal.name}
    generic = context.name_parts.generic or ""
    usual = _USUAL_TERMS.get(proposal.legal_class, ())
    terms = [generic] if generic else list(usual)
    specific = context.name_parts.specific
    if specific is None:
        return
    names = [context.key.text] if proposal.level != "village" else []
    names += [f"{specific}{term}" for term in terms]
    names += [f"{specific}{added}{term}" for term in terms[:1] for added in _ADDED]
    names += [f"{specific}{term}" for term in usual]
    names += [f"{added}{specific}{term}" for term in terms[:1] for added in _ADDED]
    for name in names:
        if name not in tried:
            tried.add(name)
            yield name

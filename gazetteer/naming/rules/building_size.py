"""Generic terms of buildings by size, where local law sets thresholds."""

from collections.abc import Iterator

from gazetteer.naming.naming_context import NamingContext
from gazetteer.naming.naming_finding import (
    NamingFinding,
)
from gazetteer.naming.proposal import LegalClass
from gazetteer.rules.rule_registry import rule_check


@rule_check("NR-030")
def check_building_size(context: NamingContext) -> Iterator[NamingFinding]:
    """A building is as large as its generic term says, by local law."""
    generic = context.parts.generic
    if context.proposal.legal_class is not LegalClass.BUILDING or generic is None:
        return
    for profile in context.profiles:
        for threshold in profile.thresholds:
            if generic in threshold.terms:
                yield from ()

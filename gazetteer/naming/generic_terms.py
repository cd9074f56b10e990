"""Generic terms (通名) by class of place, from the list of the office or that of the program."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from gazetteer.naming.lexicon_files import Lexicon

TOWN_TERMS = ("镇", "乡", "苏木")
"""A subdistrict (街道) is none of the towns and townships of which the law speaks."""


@dataclass(frozen=True, eq=False)
class GenericTerms:
    """The generic terms of each legal class, and the version of their list.

    Instances are compared by identity: one is built for each version of the list.
    """

    version: str
    terms_by_class: Mapping[str, frozenset[str]]

    def find_term(self, name: str, legal_class: str) -> str | None:
        """The longest generic term of a class with which a name ends; None: there is none."""
        terms = self.terms_by_class.get(legal_class, frozenset())
        return next((name[at:] for at in range(len(name)) if name[at:] in terms), None)

    def find_classes(self, term: str) -> Sequence[str]:
        """The classes of which something is a generic term, in alphabetical order."""
        return sorted(name for name, terms in self.terms_by_class.items() if term in terms)

    def find_term_of_any(self, name: str) -> str | None:
        """The longest generic term of any class with which a name ends."""
        found = [self.find_term(name, legal_class) for legal_class in self.terms_by_class]
        return max((term for term in found if term), key=len, default=None)


def build_generic_terms(lexicon: Lexicon) -> GenericTerms:
    """The generic terms of the lexicon ``generics``; the same object for the same version."""
    return _collect_terms(_ByVersion(lexicon.version, lexicon))


@dataclass(frozen=True)
class _ByVersion:
    version: str
    lexicon: Lexicon = field(compare=False)


@lru_cache(maxsize=4)
def _collect_terms(source: _ByVersion) -> GenericTerms:
    terms: defaultdict[str, set[str]] = defaultdict(set)
    for term in source.lexicon.rows:
        for legal_class in source.lexicon.list_values(term, "legal_class"):
            terms[legal_class].add(term)
    return GenericTerms(source.version, {name: frozenset(of) for name, of in terms.items()})

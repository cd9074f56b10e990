"""What is known of a name when the rules examine it; they ask nobody else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from gazetteer.naming.generic_terms import GenericTerms
from gazetteer.naming.law.profile_files import LocalProfile
from gazetteer.naming.lexicon_files import Lexicon
from gazetteer.naming.like_names import LikeNames, UnitsAbove
from gazetteer.naming.name_keys import NameKey, SplitName, find_contained
from gazetteer.naming.naming_finding import LikeName
from gazetteer.naming.proposal import NameProposal
from gazetteer.naming.romanization.place_spelling import PlaceSpelling


class BuiltUpCover(StrEnum):
    """What is known of the built-up area at a place."""

    NO_POSITION = "no_position"  # nobody said where the place is
    NOT_LOADED = "not_loaded"  # no built-up area of that county is known
    INSIDE = "inside"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What lies round the place.

    Attributes:
        cover: whether it lies in a built-up area.
        in_same_area: the places that have a like name, in the same built-up area.
        unlocated: names like it in the county, of which nobody knows where they are.
        at_same_place: standard names of places of the same class within some metres.
        names: those of the units above it and of the places near it with which the name begins,
            without generic parts too; of facilities only, which are named after them.
        is_known: whether anything is known of what lies round it.
    """

    cover: BuiltUpCover = BuiltUpCover.NO_POSITION
    in_same_area: tuple[LikeName, ...] = ()
    unlocated: tuple[LikeName, ...] = ()
    at_same_place: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()
    is_known: bool = False


@dataclass(frozen=True)
class NamingContext:
    """A name with all that the rules need to know.

    Attributes:
        proposal: the name, and what it is to name.
        key: what it is compared by.
        units: in which it lies.
        like: the names of the register that are like it.
        lexicons: by their ids.
        terms: the generic terms.
        profiles: the local law that holds there on the day.
        spelling: by the rules; None: a character has no known reading.
        surroundings: what lies round it.
    """

    proposal: NameProposal
    key: NameKey
    units: UnitsAbove
    like: LikeNames
    lexicons: Mapping[str, Lexicon]
    terms: GenericTerms
    profiles: Sequence[LocalProfile] = ()
    spelling: PlaceSpelling | None = None
    surroundings: Surroundings = field(default_factory=Surroundings)

    @property
    def name_parts(self) -> SplitName:
        """The specific and the generic part."""
        return self.key.parts

    @property
    def specific_part(self) -> str:
        """The specific part; the whole name where it has no other."""
        return self.key.parts.specific or self.key.text

    def find_term(self, lexicon: str) -> str | None:
        """The longest entry of a lexicon that the name contains.

        The whole name: the last character of a word may begin a generic term (毛泽东 + 路).
        """
        return find_contained(self.key.text, self.lexicons[lexicon].rows)

    def is_switched_on(self, rule: str) -> bool:
        """Whether a local profile that holds there demands a rule."""
        return any(rule in profile.rules for profile in self.profiles)

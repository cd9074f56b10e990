"""The types and properties of the reconciliation service, with their names."""

from dataclasses import dataclass

from gazetteer.messages import LANGS, Message, message
from gazetteer.records.levels import LEVELS, UNIT_LEVELS


@dataclass(frozen=True, slots=True)
class VocabularyTerm:
    """Something with a stable id and a name for people."""

    id: str
    name: Message

    def list_texts(self) -> list[str]:
        """The id, and the name in every language: what somebody may write."""
        return [self.id, *(self.name.text(lang) for lang in LANGS)]


@dataclass(frozen=True, slots=True)
class PropertyTerm(VocabularyTerm):
    """A property: ``can_query``, a query may give it; ``can_fetch``, its values can be fetched."""

    can_query: bool = False
    can_fetch: bool = True


UNIT = VocabularyTerm("unit", message("reconcile.type.unit"))
PLACE = VocabularyTerm("place", message("reconcile.type.place"))
LEVEL_TYPES = {level: VocabularyTerm(level, message(f"level.{level}")) for level in LEVELS}
TYPES = {term.id: term for term in (UNIT, *LEVEL_TYPES.values(), PLACE)}


def find_type(written: str) -> VocabularyTerm | None:
    """The type that somebody wrote by its id or name, in any case; None if there is none."""
    folded = written.strip().casefold()
    for term in TYPES.values():
        if any(folded == text.casefold() for text in term.list_texts()):
            return term
    return None


def find_broader_type(level: str) -> VocabularyTerm:
    """The type of all places of a level: divisions, or other places."""
    return UNIT if level in UNIT_LEVELS else PLACE


def find_type_levels(type_id: str) -> frozenset[str]:
    """The levels that a type of :data:`TYPES` comprises."""
    return frozenset(
        level for level in LEVELS if level == type_id or find_broader_type(level).id == type_id
    )


def _build_property(id_: str, *, can_query: bool = False, can_fetch: bool = True) -> PropertyTerm:
    return PropertyTerm(id_, message(f"reconcile.property.{id_}"), can_query, can_fetch)


PROPERTIES = {
    term.id: term
    for term in (
        _build_property("at", can_query=True, can_fetch=False),
        _build_property("within", can_query=True),
        *(PropertyTerm(level, LEVEL_TYPES[level].name, can_query=True) for level in UNIT_LEVELS),
        _build_property("level", can_query=True),
        _build_property("code", can_query=True),
        _build_property("unit_type"),
        _build_property("romanized_name"),
        _build_property("former_name"),
        _build_property("lon"),
        _build_property("lat"),
        _build_property("valid_from"),
        _build_property("valid_from_precision"),
        _build_property("valid_to"),
        _build_property("valid_to_precision"),
        _build_property("predecessor"),
        _build_property("successor"),
        _build_property("unit_id"),
    )
}
UNIT_PROPERTIES = frozenset(
    {"code", "unit_type", "romanized_name", "predecessor", "successor", "unit_id"}
)
"""Properties that only units have."""

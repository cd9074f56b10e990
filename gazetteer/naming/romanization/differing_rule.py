"""The rule of 1984 that a spelling departs from."""

from gazetteer.naming.romanization.foreign_words import find_foreign_generics
from gazetteer.naming.romanization.place_spelling import PlaceSpelling

GIVEN = "given"
"""In place of a rule: the official spelling of a name that is not Chinese."""
DIVISION_RULES = ("RM-02", "RM-03", "RM-04", "RM-05", "RM-01")
"""Which words are written together; the special ones before the general one."""
READING_RULES = ("RM-06", "RM-07", "RM-08", "RM-09")


def find_differing_rule(given: str, spelling: PlaceSpelling) -> str:
    """The rule by which a spelling differs from that of the rules.

    Args:
        given: another spelling of the name.
        spelling: the one by the rules.
    """
    if find_foreign_generics(given):
        return "RM-10"
    if spelling.language != "zh":
        return GIVEN
    if _has_digits(given) != _has_digits(spelling.text):
        return "RM-06" if _has_digits(given) else "RM-07"
    if _join_letters(given) != _join_letters(spelling.text):
        return "RM-09"
    if _drop_apostrophes(given) == _drop_apostrophes(spelling.text):
        return "RM-08"
    return next((rule for rule in DIVISION_RULES if rule in spelling.rules), "RM-01")


def _join_letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _drop_apostrophes(text: str) -> str:
    return text.replace("'", "").replace("\u2019", "")


def _has_digits(text: str) -> bool:
    return any(map(str.isdigit, text))

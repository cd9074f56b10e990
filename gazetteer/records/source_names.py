"""Where records come from that the program derives itself, as stored and in words."""

from gazetteer.messages import Lang, message

DERIVED_FROM_MEMBERS = "derived from its members"
"""A succession that follows from the changes of the members of a unit."""

PINYIN_SOURCE = "pypinyin, readings.csv"
"""A spelling that the program romanized."""

BUNDLED_AREA_SOURCE = "mapchina 0.1.0 (CRAN), derived from OpenStreetMap 2019-2020"
"""Where the shipped polygons come from."""

DRAWN_IN_DRAFT = "drawn in a draft"
"""A border that somebody drew by hand."""

_MESSAGES = {
    DERIVED_FROM_MEMBERS: "source.derived_from_members",
    PINYIN_SOURCE: "source.pinyin",
    BUNDLED_AREA_SOURCE: "source.bundled_areas",
    DRAWN_IN_DRAFT: "source.drawn_in_draft",
}
_SEPARATOR = "; "


def word_source(stored: str, lang: Lang) -> str:
    """The source of a record in a language; a source that a file states is returned as it is.

    Several sources are separated by semicolons, as stored.
    """
    words = (
        message(_MESSAGES[part]).text(lang) if part in _MESSAGES else part
        for part in stored.split(_SEPARATOR)
    )
    return message("list.group_separator").text(lang).join(words)

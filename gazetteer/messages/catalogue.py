"""The words of each language: ``zh.po`` and ``en.po`` beside this file, keyed by message id.

The files are gettext catalogues whose ``msgid`` is an id such as ``layer.ring_not_closed`` and
whose ``msgstr`` is a format string of :meth:`str.format`. A further language is one more file.
"""

import gettext
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

from babel.messages.pofile import read_po

Lang: TypeAlias = str
"""The tag of a language that has a catalogue, such as ``zh``."""

DEFAULT_LANG: Lang = "zh"
_FOLDER = Path(__file__).parent
LANGS: tuple[Lang, ...] = (
    DEFAULT_LANG,
    *sorted({path.stem for path in _FOLDER.glob("*.po")} - {DEFAULT_LANG}),
)
_FALLBACK: Lang = "en"
"""Where a younger language has no words yet."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The templates of one language; several forms where the number ``n`` decides."""

    templates: Mapping[str, tuple[str, ...]]
    plural_form: Callable[[int], int]

    def find_template(self, id_: str, n: int | None = None) -> str | None:
        """The format string of a message, in the form that goes with the number ``n``."""
        forms = self.templates.get(id_)
        if forms is None:
            return None
        return forms[self.plural_form(n)] if n is not None and len(forms) > 1 else forms[-1]


@cache
def load_catalogue(lang: Lang) -> Catalogue:
    """Read the words of a language; once for each process."""
    with (_FOLDER / f"{lang}.po").open("rb") as file:
        catalogue = read_po(file)
    templates: dict[str, tuple[str, ...]] = {}
    for entry in catalogue:
        if not entry.id:
            continue
        id_ = entry.id if isinstance(entry.id, str) else entry.id[0]
        words = entry.string or ""
        templates[id_] = (words,) if isinstance(words, str) else tuple(words)
    return Catalogue(templates, gettext.c2py(catalogue.plural_expr))


def find_template(id_: str, lang: Lang, n: int | None = None) -> str:
    """The format string of a message in a language.

    Raises:
        KeyError: No catalogue has the id.
    """
    for choice in (lang, _FALLBACK):
        template = load_catalogue(choice).find_template(id_, n)
        if template is not None:
            return template
    raise KeyError(id_)


def has_message(id_: str, lang: Lang = DEFAULT_LANG) -> bool:
    """Whether the catalogue of a language has words for an id."""
    return id_ in load_catalogue(lang).templates

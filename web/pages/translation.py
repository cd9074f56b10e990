"""Words for templates and scripts, taken from the message catalogues."""

from collections.abc import Callable
from typing import TypeAlias

from gazetteer.messages import DEFAULT_LANG, Lang, find_template, message
from gazetteer.messages.catalogue import load_catalogue

ScriptText: TypeAlias = str | list[str]
"""A template whose ``{names}`` the script fills in; several where the number ``n`` decides."""


def build_translator(lang: Lang) -> Callable[..., str]:
    """The function ``t(id, **parameters)`` of the templates in a language."""

    def translate(id_: str, /, **parameters: object) -> str:
        return message(id_, **parameters).text(lang)

    return translate


def find_script_text(id_: str, lang: Lang) -> ScriptText:
    """The template of a message, in all its plural forms where it has several.

    Raises:
        KeyError: No catalogue has the id.
    """
    forms = load_catalogue(lang).templates.get(id_, ())
    return list(forms) if len(forms) > 1 else find_template(id_, lang)


def list_script_texts(lang: Lang, *prefixes: str) -> dict[str, ScriptText]:
    """The templates of all messages whose ids begin with one of ``prefixes``."""
    ids = (id_ for id_ in load_catalogue(DEFAULT_LANG).templates if id_.startswith(prefixes))
    return {id_: find_script_text(id_, lang) for id_ in ids}
